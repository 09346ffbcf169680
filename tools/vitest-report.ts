import type { Outcome } from './outcome.ts'
import { SKIPPED } from './skipped-tests.ts'

/** The members of vitest's JSON report that are counted. */
interface VitestReport {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly testResults: readonly TestFile[]
}

interface TestFile {
  readonly status: string
  readonly assertionResults: readonly { readonly status: string }[]
}

/**
 * Counts a vitest run by its JSON report.
 *
 * Two things can go wrong without any failed test: a file that does not load, and an error outside every test. The first counts once per
 * file; the second shows only in the exit code and counts once. A run that found no test, or left no report, has failed.
 */
export function vitestOutcome(status: number | null, report: string | undefined, output: string): Outcome {
  const parsed = report === undefined ? undefined : parse(report)
  if (parsed === undefined)
    return { passed: 0, failed: 1, skipped: 0, skips: [], summary: 'no report', output: `${output}\nvitest left no report.` }
  const passed = parsed.numPassedTests
  const skipped = parsed.numPendingTests + parsed.numTodoTests
  const counted = parsed.numFailedTests + parsed.testResults.filter(brokenFile).length
  const failed = counted === 0 && (status !== 0 || passed === 0) ? 1 : counted
  const notice = passed + counted === 0 ? '\nNo test ran.' : ''
  const summary = `${passed} of ${passed + failed + skipped} tests in ${parsed.testResults.length} files`
  const skips = output.split('\n').filter((line) => line.startsWith(SKIPPED))
  return { passed, failed, skipped, summary, skips, output: output + notice }
}

function brokenFile({ status, assertionResults }: TestFile): boolean {
  return status === 'failed' && !assertionResults.some((test) => test.status === 'failed')
}

function parse(report: string): VitestReport | undefined {
  try {
    return JSON.parse(report)
  } catch {
    // A run that was killed can leave half a report.
    return undefined
  }
}
