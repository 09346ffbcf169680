import { describe, expect, it } from 'vitest'
import { anchorsOf, linksOf } from './links.ts'

const PAGE = `# The \`oauth()\` of Express, [here](a.md)

See [one](docs/one.md) and [two *and* more](#two-words), not \`[code](code.md)\`.

\`\`\`md
# No heading
[no link](none.md)
\`\`\`

## Two words

| [\`name\`](table.md#a_b) | ![image](image.png) |

## Two words
`

describe('linksOf', () => {
  it('finds links and images with their lines, and none in code', () => {
    expect(linksOf(PAGE).map(({ line, target }) => `${line} ${target}`)).toEqual([
      '1 a.md',
      '3 docs/one.md',
      '3 #two-words',
      '12 table.md#a_b',
      '12 image.png',
    ])
  })
})

describe('anchorsOf', () => {
  it('names headings as GitHub does', () => {
    expect([...anchorsOf(PAGE)]).toEqual(['the-oauth-of-express-here', 'two-words', 'two-words-1'])
  })
})
