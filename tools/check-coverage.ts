/**
 * Checks the table of docs/coverage.md: each behaviour of Authlib's client that is this project's business has a row, and each row a test
 * that names it and runs. Vitest says which do, by loading the files: a test that is commented out or skipped is not among them.
 *
 * With `--update` rows get a test that have none, or whose test is gone.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { succeed } from './command.ts'
import { coverageFindings, filesOf, type Test, updateCoverage } from './coverage.ts'
import { inTemporaryFolder } from './temporary-folder.ts'

const PAGE = 'docs/coverage.md'

/** The session guide, the rest of the client side as far as it is about OAuth 2.0 and OpenID Connect clients, and known bugs. */
const REQUIRED = [...numbered('S', 1, 74), ...numbered('B', 1, 27), 'B31', 'B35', 'B37', ...numbered('C', 1, 25)]

const page = readFileSync(PAGE, 'utf8')
const update = process.argv.includes('--update')
const tests = await runningTests(update ? [] : filesOf(page))
const checked = update ? updateCoverage(page, tests) : page
if (checked !== page) writeFileSync(PAGE, checked)

const findings = coverageFindings(checked, REQUIRED, tests)
if (findings.length > 0) {
  console.error(`${findings.join('\n')}\n\nTests are named by \`pnpm check:coverage --update\`, from the rows in their titles.`)
  process.exit(1)
}
console.log(`${REQUIRED.length} rows of ${PAGE} have a test that runs`)

function numbered(letter: string, first: number, last: number): readonly string[] {
  return Array.from({ length: last - first + 1 }, (_, index) => `${letter}${first + index}`)
}

/** Those in the files that are named, or in all. */
function runningTests(files: readonly string[]): Promise<readonly Test[]> {
  return inTemporaryFolder((folder) => {
    const file = join(folder, 'tests.json')
    const projects = ['unit', 'e2e', 'browser'].flatMap((name) => ['--project', name])
    // By reading alone (the default) Vitest misses tests that come from a suite shared between files.
    succeed('vitest', ['list', '--no-static-parse', ...projects, `--json=${file}`, ...files])
    const listed: readonly { readonly name: string; readonly file: string }[] = JSON.parse(readFileSync(file, 'utf8'))
    return listed.map((test) => ({ file: relative(process.cwd(), test.file), titles: test.name.split(' > ') }))
  })
}
