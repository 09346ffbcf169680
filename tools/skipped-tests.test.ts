import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { finish } from './command.ts'
import { inTemporaryFolder, plant } from './temporary-folder.ts'

const REPORTER = join(import.meta.dirname, 'skipped-tests.ts')
const TESTS = `
  it('runs', () => {})
  it.skip('of a server: there is none here', () => {})
  it('of a disk', ({ skip }) => skip('only root can mount one'))
  describe.each(['a', 'a'])('in %s', () => it.skip('twice: for one reason', () => {}))
`

/** What the reporter prints of a run of vitest on these tests. */
function printed(...args: readonly string[]): Promise<readonly string[]> {
  return inTemporaryFolder((folder) => {
    plant(folder, {
      'some.test.js': TESTS,
      'vitest.config.js': `
        import { SkippedTests } from ${JSON.stringify(REPORTER)}
        export default { test: { globals: true, reporters: [new SkippedTests()] } }
      `,
    })
    const { status, stdout, stderr } = finish('vitest', ['run', '--root', folder, '--config', join(folder, 'vitest.config.js'), ...args])
    if (status !== 0) throw new Error(stdout + stderr)
    return stdout.split('\n').filter((line) => line !== '')
  })
}

describe('SkippedTests', () => {
  it('prints each skipped test once, with the reason in its title or its note', async () => {
    expect(await printed()).toEqual([
      'skip  of a server: there is none here',
      'skip  of a disk: only root can mount one',
      'skip  in a > twice: for one reason',
    ])
  })

  it('prints nothing of what a pattern leaves out', async () => {
    expect(await printed('-t', 'runs')).toEqual([])
  })
})
