/** What one gate has to say: counts for the closing line, a few words and a line for each skipped test when it passed, everything it printed when it did not. */
export interface Outcome {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly summary: string
  readonly skips: readonly string[]
  readonly output: string
}

/** The last line of a run. Plain, so that a machine can read it: `N passed, N failed`, and `, N skipped` when there are any. */
export function closingLine(outcomes: readonly Outcome[]): string {
  const total = (count: 'passed' | 'failed' | 'skipped') => outcomes.reduce((sum, outcome) => sum + outcome[count], 0)
  const skipped = total('skipped')
  return `${total('passed')} passed, ${total('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

/** The outcome of a gate that counts as one check: its exit code decides. */
export function exitOutcome(status: number | null, output: string, summary?: RegExp): Outcome {
  if (status !== 0) return { passed: 0, failed: 1, skipped: 0, skips: [], summary: `exit code ${status}`, output }
  const lines = output.split('\n').map((line) => line.trim())
  const words = summary === undefined ? lines.findLast((line) => line !== '') : lines.find((line) => summary.test(line))
  return { passed: 1, failed: 0, skipped: 0, skips: [], summary: words ?? '', output }
}
