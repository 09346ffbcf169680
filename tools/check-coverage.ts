/**
 * Checks the tables of docs/coverage.md, docs/faults.md and docs/threats.md: each behaviour of Authlib's client that is this project's business has a row, and each
 * row a test that names it and runs; each fault has one that feeds it by hand and one over real servers, and each threat one. Vitest says which do, by loading the
 * files: a test that is commented out or skipped is not among them.
 *
 * With `--update` rows get a test that have none, or whose test is gone.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { succeed } from './command.ts'
import { coverageFindings, filesOf, type Table, type Test, updateCoverage } from './coverage.ts'
import { inTemporaryFolder } from './temporary-folder.ts'

const PAGES: readonly { readonly file: string; readonly rows: string; readonly table: Table }[] = [
  {
    file: 'docs/coverage.md',
    rows: 'behaviours',
    table: {
      // The session guide, the rest of the client side as far as it is about OAuth 2.0 and OpenID Connect clients, and known bugs.
      required: [...numbered('S', 1, 74), ...numbered('B', 1, 27), 'B31', 'B35', 'B37', ...numbered('C', 1, 25)],
      columns: [['']],
    },
  },
  {
    file: 'docs/faults.md',
    rows: 'faults',
    table: { required: [...numbered('F0', 1, 9), ...numbered('F', 10, 30)], columns: [['packages/core/'], ['test/', 'packages/express/']] },
  },
  {
    file: 'docs/threats.md',
    rows: 'threats',
    table: {
      // Renewal, sessions, redirects, logout, logs, and of the rest what a browser has a part in.
      required: [
        ...[...numbered('RF0', 1, 9), ...numbered('RF', 10, 19), 'RX05', 'RX08'],
        ...[...numbered('SS0', 1, 9), ...numbered('SS', 10, 25)],
        ...[...numbered('RD0', 1, 9), ...numbered('RD', 10, 12)],
        ...[...numbered('LO0', 1, 9), ...numbered('LO', 10, 12)],
        ...numbered('LG0', 1, 6),
        ...['AR02', 'AR07', 'AR08', 'AR26', 'AR27', 'AR30'],
      ],
      columns: [['']],
    },
  },
]

const update = process.argv.includes('--update')
const pages = PAGES.map((page) => ({ ...page, text: readFileSync(page.file, 'utf8') }))
const tests = await runningTests(update ? [] : pages.flatMap(({ text }) => filesOf(text)))

const findings = pages.flatMap(({ file, table, text }) => {
  const checked = update ? updateCoverage(text, table, tests) : text
  if (checked !== text) writeFileSync(file, checked)
  return coverageFindings(checked, table, tests).map((finding) => `${file}: ${finding}`)
})
if (findings.length > 0) {
  console.error(`${findings.join('\n')}\n\nTests are named by \`pnpm check:coverage --update\`, from the rows in their titles.`)
  process.exit(1)
}
console.log(pages.map(({ file, table, rows }) => `${table.required.length} ${rows} of ${file}`).join(', '), 'have tests that run')

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
