import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node'

/** How a line begins that says which test was skipped, and why. */
export const SKIPPED = 'skip  '

/** Says of each skipped test why it was, which it has in its title or as the note of `skip`: other reporters count them and keep that to themselves. */
export class SkippedTests implements Reporter {
  #isFiltered = false

  onInit({ config }: Vitest): void {
    // What a pattern leaves out is skipped, too.
    this.#isFiltered = config.testNamePattern !== undefined
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    if (this.#isFiltered) return
    const lines = modules.flatMap((module) => [...module.children.allTests('skipped')].map(line))
    for (const one of new Set(lines)) console.log(one)
  }
}

function line(test: TestCase): string {
  const result = test.result()
  const reason = result.state === 'skipped' && result.note !== undefined ? `: ${result.note}` : ''
  return `${SKIPPED}${test.fullName}${reason}`
}
