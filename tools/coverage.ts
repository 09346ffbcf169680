/** A test that runs: where it stands, and the titles from the outermost `describe` to its own. */
export interface Test {
  readonly file: string
  readonly titles: readonly string[]
}

/** A row of the table: its number, and the test that shows it, where one is named. */
interface Row {
  readonly row: string
  readonly test: { readonly file: string; readonly title: string } | undefined
}

/** A line of four cells whose first is a row's number; a bar inside a cell is escaped. */
const LINE = /^\| ([A-Z]\d+) ((?:\|(?:\\.|[^|\\])*){2})\|((?:\\.|[^|\\])*)\|$/
const LINK = /^\[((?:\\.|[^\]\\])*)\]\(\.\.\/([^\s)]+)\)$/
const MARKDOWN = /[\\[\]|<>*_`]/g

/** What is wrong with the table, one line each: rows that are missing, and rows whose test is missing, skipped, or about something else. */
export function coverageFindings(page: string, required: readonly string[], tests: readonly Test[]): readonly string[] {
  const rows = page.split('\n').flatMap((line) => rowOf(line) ?? [])
  const count = (number: string) => rows.filter(({ row }) => row === number).length
  return [
    ...required.filter((number) => count(number) === 0).map((number) => `${number}: the table has no such row`),
    ...required.filter((number) => count(number) > 1).map((number) => `${number}: stands in the table more than once`),
    ...rows.flatMap((row) => {
      const finding = required.includes(row.row) ? rowFinding(row, tests) : 'no such row is known'
      return finding === undefined ? [] : [`${row.row}: ${finding}`]
    }),
  ]
}

/** The files whose tests the table names, each once. */
export function filesOf(page: string): readonly string[] {
  return [...new Set(page.split('\n').flatMap((line) => rowOf(line)?.test?.file ?? []))]
}

/** The page with a test named in each row that names none, or one that is gone. A test that still shows its row stays. */
export function updateCoverage(page: string, tests: readonly Test[]): string {
  return page
    .split('\n')
    .map((line) => {
      const row = rowOf(line)
      if (row === undefined || rowFinding(row, tests) === undefined) return line
      const test = firstTest(row.row, tests)
      return line.replace(LINE, (_, number, words) => `| ${number} ${words}| ${test === undefined ? '' : `${link(test)} `}|`)
    })
    .join('\n')
}

function rowOf(line: string): Row | undefined {
  const [, row, , cell = ''] = LINE.exec(line) ?? []
  if (row === undefined) return undefined
  const [, text, file] = LINK.exec(cell.trim()) ?? []
  return { row, test: text === undefined || file === undefined ? undefined : { file, title: text.replaceAll(/\\(.)/g, '$1') } }
}

function rowFinding({ row, test }: Row, tests: readonly Test[]): string | undefined {
  if (test === undefined) return 'no test is named'
  if (!names(test.title, row)) return `the title "${test.title}" does not name the row`
  if (tests.some(({ file, titles }) => file === test.file && titles.includes(test.title))) return undefined
  return `${test.file} has no test "${test.title}" that runs`
}

/** A title that begins with the row says more about it than one that mentions it. */
function firstTest(row: string, tests: readonly Test[]): { file: string; title: string } | undefined {
  const candidates = tests.flatMap(({ file, titles }) => titles.filter((title) => names(title, row)).map((title) => ({ file, title })))
  return candidates.find(({ title }) => title.startsWith(row)) ?? candidates[0]
}

function names(title: string, row: string): boolean {
  return new RegExp(`\\b${row}\\b`).test(title)
}

function link({ file, title }: { file: string; title: string }): string {
  return `[${title.replaceAll(MARKDOWN, '\\$&')}](../${file})`
}
