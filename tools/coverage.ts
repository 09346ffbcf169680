/** A test that runs: where it stands, and the titles from the outermost `describe` to its own. */
export interface Test {
  readonly file: string
  readonly titles: readonly string[]
}

/** What a page's table has to show. */
export interface Table {
  /** The numbers of its rows. */
  readonly required: readonly string[]
  /** Of each column that names a test: how the path of its file may begin. */
  readonly columns: readonly (readonly string[])[]
}

/** A test as a cell names it. */
interface Named {
  readonly file: string
  readonly title: string
}

/** A row of the table: its number, and the tests that show it, one for each column where one is named. */
interface Row {
  readonly row: string
  readonly tests: readonly (Named | undefined)[]
}

/** A line whose first cell is a row's number; two cells of words follow, and then the tests. A bar inside a cell is escaped. */
const LINE = /^\| ([A-Z]+\d+) ((?:\|(?:\\.|[^|\\])*){2})((?:\|(?:\\.|[^|\\])*)+)\|$/
const CELL = /\|((?:\\.|[^|\\])*)/g
const LINK = /^\[((?:\\.|[^\]\\])*)\]\(\.\.\/([^\s)]+)\)$/
const MARKDOWN = /[\\[\]|<>*_`]/g

/** What is wrong with the table, one line each: rows that are missing, and rows whose tests are missing, skipped, or about something else. */
export function coverageFindings(page: string, { required, columns }: Table, tests: readonly Test[]): readonly string[] {
  const rows = page.split('\n').flatMap((line) => rowOf(line) ?? [])
  const count = (number: string) => rows.filter(({ row }) => row === number).length
  return [
    ...required.filter((number) => count(number) === 0).map((number) => `${number}: the table has no such row`),
    ...required.filter((number) => count(number) > 1).map((number) => `${number}: stands in the table more than once`),
    ...rows.flatMap(({ row, tests: named }) => {
      if (!required.includes(row)) return [`${row}: no such row is known`]
      return columns
        .flatMap((column, index) => testFinding(row, named[index], testsOf(column, tests)) ?? [])
        .map((finding) => `${row}: ${finding}`)
    }),
  ]
}

/** The files whose tests the table names, each once. */
export function filesOf(page: string): readonly string[] {
  return [...new Set(page.split('\n').flatMap((line) => rowOf(line)?.tests.flatMap((test) => test?.file ?? []) ?? []))]
}

/** The page with a test named in each cell that names none, or one that is gone. A test that still shows its row stays. */
export function updateCoverage(page: string, { columns }: Table, tests: readonly Test[]): string {
  return page
    .split('\n')
    .map((line) => {
      const found = rowOf(line)
      if (found === undefined) return line
      const { row } = found
      const cells = columns.map((column, index) => {
        const candidates = testsOf(column, tests)
        const named = found.tests[index]
        const test = testFinding(row, named, candidates) === undefined ? named : firstTest(row, candidates)
        return test === undefined ? ' ' : ` ${link(test)} `
      })
      return line.replace(LINE, (_, number, words) => `| ${number} ${words}|${cells.join('|')}|`)
    })
    .join('\n')
}

function rowOf(line: string): Row | undefined {
  const [, row, , cells = ''] = LINE.exec(line) ?? []
  if (row === undefined) return undefined
  return { row, tests: [...cells.matchAll(CELL)].map(([, cell = '']) => named(cell.trim())) }
}

function named(cell: string): Named | undefined {
  const [, text, file] = LINK.exec(cell) ?? []
  return text === undefined || file === undefined ? undefined : { file, title: text.replaceAll(/\\(.)/g, '$1') }
}

function testsOf(column: readonly string[], tests: readonly Test[]): readonly Test[] {
  return tests.filter(({ file }) => column.some((folder) => file.startsWith(folder)))
}

function testFinding(row: string, test: Named | undefined, tests: readonly Test[]): string | undefined {
  if (test === undefined) return 'no test is named'
  if (!names(test.title, row)) return `the title "${test.title}" does not name the row`
  if (tests.some(({ file, titles }) => file === test.file && titles.includes(test.title))) return undefined
  return `${test.file} has no test "${test.title}" that runs`
}

/** A title that begins with the row says more about it than one that mentions it. */
function firstTest(row: string, tests: readonly Test[]): Named | undefined {
  const candidates = tests.flatMap(({ file, titles }) => titles.filter((title) => names(title, row)).map((title) => ({ file, title })))
  return candidates.find(({ title }) => title.startsWith(row)) ?? candidates[0]
}

function names(title: string, row: string): boolean {
  return new RegExp(`\\b${row}\\b`).test(title)
}

function link({ file, title }: Named): string {
  return `[${title.replaceAll(MARKDOWN, '\\$&')}](../${file})`
}
