import { describe, expect, it } from 'vitest'
import { coverageFindings, filesOf, type Test, updateCoverage } from './coverage.ts'

const TESTS: readonly Test[] = [
  { file: 'packages/a.test.ts', titles: ['a describe', 'S10: another number'] },
  { file: 'packages/a.test.ts', titles: ['scope', 'a list | of `S1` and S2'] },
  { file: 'packages/b.test.ts', titles: ['S1: the first', 'one case'] },
]
const table = (...required: readonly string[]) => ({ required, columns: [['']] })
const HEAD = '| row | Authlib | here | shown by |\n|---|---|---|---|\n'

describe('coverageFindings', () => {
  it('has nothing to say when each row names a test that runs', () => {
    const page = `${HEAD}| S1 | x | y | [S1: the first](../packages/b.test.ts) |\n`
    expect(coverageFindings(page, table('S1'), TESTS)).toEqual([])
  })

  it('knows rows of two letters', () => {
    const page = `${HEAD}| RF01 | x | y | [RF01: the first](../packages/c.test.ts) |\n`
    const tests = [{ file: 'packages/c.test.ts', titles: ['RF01: the first'] }]
    expect(coverageFindings(page, table('RF01', 'RF02'), tests)).toEqual(['RF02: the table has no such row'])
  })

  it.each([
    ['S1: no test is named', ''],
    ['S1: no test is named', 'S1: the first'],
    ['S1: packages/b.test.ts has no test "S1: commented out" that runs', '[S1: commented out](../packages/b.test.ts)'],
    ['S1: packages/a.test.ts has no test "S1: the first" that runs', '[S1: the first](../packages/a.test.ts)'],
    ['S1: the title "S10: another number" does not name the row', '[S10: another number](../packages/a.test.ts)'],
  ])('says "%s"', (finding, cell) => {
    expect(coverageFindings(`${HEAD}| S1 | x | y | ${cell} |\n`, table('S1'), TESTS)).toEqual([finding])
  })

  it('misses rows, counts them, and knows no others', () => {
    const row = (number: string) => `| ${number} | x | y | [a list \\| of \\\`S1\\\` and S2](../packages/a.test.ts) |\n`
    expect(coverageFindings(HEAD + row('S1') + row('S1') + row('S2'), table('S1', 'S3'), TESTS)).toEqual([
      'S3: the table has no such row',
      'S1: stands in the table more than once',
      'S2: no such row is known',
    ])
  })

  it('reads no row where a page is not a table', () => {
    expect(coverageFindings('S1 | x | y | z\n', table('S1'), TESTS)).toEqual(['S1: the table has no such row'])
  })
})

describe('filesOf', () => {
  it('has each file once that a row names, and no other', () => {
    const named = '[S1: the first](../packages/b.test.ts)'
    expect(filesOf(`[a](../docs/a.md)\n${HEAD}| S1 | x | y | ${named} |\n| S2 | x | y | ${named} |\n| S3 | x | y | |\n`)).toEqual([
      'packages/b.test.ts',
    ])
  })
})

describe('updateCoverage', () => {
  it('names a test whose title begins with the row, before one that mentions it', () => {
    expect(updateCoverage('| S1 | a \\| b | `c` |  |', table(), TESTS)).toBe(
      '| S1 | a \\| b | `c` | [S1: the first](../packages/b.test.ts) |',
    )
  })

  it('writes what it reads, also where a title has signs of Markdown', () => {
    const page = updateCoverage('| S2 | a | b | [gone](../packages/gone.test.ts) |', table(), TESTS)
    expect(page).toBe('| S2 | a | b | [a list \\| of \\`S1\\` and S2](../packages/a.test.ts) |')
    expect(coverageFindings(page, table('S2'), TESTS)).toEqual([])
  })

  it('leaves a test that still shows its row, and everything that is no row', () => {
    const page = `# Title\n\n${HEAD}| S1 | a | b | [a list \\| of \\\`S1\\\` and S2](../packages/a.test.ts) |\n`
    expect(updateCoverage(page, table(), TESTS)).toBe(page)
  })

  it('takes a test away that is gone, where no other shows the row', () => {
    expect(updateCoverage('| S3 | a | b | [S3: gone](../packages/gone.test.ts) |', table(), TESTS)).toBe('| S3 | a | b | |')
  })
})

describe('a table with several columns of tests', () => {
  const tests: readonly Test[] = [
    { file: 'packages/core/a.test.ts', titles: ['F01: by hand'] },
    { file: 'test/e2e/b.test.ts', titles: ['F01: over a server'] },
  ]
  const both = { required: ['F01'], columns: [['packages/core/'], ['test/', 'packages/express/']] }
  const [byHand, over] = ['[F01: by hand](../packages/core/a.test.ts)', '[F01: over a server](../test/e2e/b.test.ts)']

  it('wants a test in each, from where that column has its tests', () => {
    expect(coverageFindings(`| F01 | a | b | ${byHand} | ${over} |`, both, tests)).toEqual([])
    expect(coverageFindings(`| F01 | a | b | ${over} | |`, both, tests)).toEqual([
      'F01: test/e2e/b.test.ts has no test "F01: over a server" that runs',
      'F01: no test is named',
    ])
    expect(coverageFindings(`| F01 | a | b | ${byHand} |`, both, tests)).toEqual(['F01: no test is named'])
  })

  it('is filled column by column', () => {
    const page = updateCoverage('| F01 | a | b | | |', both, tests)
    expect(page).toBe(`| F01 | a | b | ${byHand} | ${over} |`)
    expect(filesOf(page)).toEqual(['packages/core/a.test.ts', 'test/e2e/b.test.ts'])
  })
})
