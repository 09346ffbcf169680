import { describe, expect, it } from 'vitest'
import { asModule, forKy, runFindings, snippetsOf } from './snippets.ts'

const PAGE = `# Page

\`\`\`ts check
const a = 1
\`\`\`

\`\`\`ts
not checked
\`\`\`

1. In a list:

   \`\`\`tsx check title="b.tsx"
   const b = 2
     const c = 3
   \`\`\`

\`\`\`sh
ts check
\`\`\`

\`\`\`\`md
no TypeScript
\`\`\`\`
`

describe('snippetsOf', () => {
  it('finds TypeScript alone, and which of it is to be compiled', () => {
    expect(snippetsOf(PAGE).map(({ extension, checked }) => [extension, checked])).toEqual([
      ['ts', true],
      ['ts', false],
      ['tsx', true],
    ])
  })

  it('knows the line on which the code begins, and takes away the indentation of a list', () => {
    expect(snippetsOf(PAGE)[0]).toMatchObject({ line: 4, code: 'const a = 1\n' })
    expect(snippetsOf(PAGE)[2]).toMatchObject({ line: 14, code: 'const b = 2\n  const c = 3\n' })
  })

  it('knows which file of an application a snippet is', () => {
    expect(snippetsOf('```ts check file=lib/a.ts\na\n```\n```ts check\nb\n```\n').map(({ file }) => file)).toEqual(['lib/a.ts', undefined])
  })

  it('knows by which name a test runs it, or why none does; the words of the reason are no marks', () => {
    const [one, two, three] = snippetsOf('```ts check run=a\n```\n```ts unrun="nothing to check on ky"\n```\n```ts check\n```\n')
    expect([one?.run, one?.unrun]).toEqual(['a', undefined])
    expect([two?.run, two?.unrun, two?.checked, two?.onKy]).toEqual([undefined, 'nothing to check on ky', false, false])
    expect([three?.run, three?.unrun]).toEqual([undefined, undefined])
  })

  it('does not take an open block for a snippet', () => {
    expect(snippetsOf('```ts check\nconst a = 1\n')).toEqual([])
  })
})

describe('forKy', () => {
  it('is what a user of ky writes, of a snippet that is marked so', () => {
    const [one, two] = snippetsOf("```ts check ky run=x\nimport { a } from '@oauth/node-got'\n```\n\n```ts check run=ky\nb\n```\n")
    expect([one?.onKy, two?.onKy]).toEqual([true, false])
    expect(one === undefined ? '' : forKy(one).code).toBe("import { a } from '@oauth/ky'\n")
  })
})

describe('asModule', () => {
  it('leaves each line the number it has on the page', () => {
    const [snippet] = snippetsOf(PAGE)
    expect(snippet === undefined ? [] : asModule(snippet).split('\n')[3]).toBe(PAGE.split('\n')[3])
  })
})

describe('runFindings', () => {
  const found = (...infos: string[]) => runFindings('a.md', snippetsOf(infos.map((info) => `\`\`\`ts ${info}\n\`\`\`\n`).join('')))

  it('is nothing where each block is run, or says why it is not', () => {
    expect(found('check run=a', 'check ky run=b', 'check unrun="types alone"')).toEqual([])
  })

  it.each([
    ['a block that is neither', ['check'], 'neither run'],
    ['one without a reason', ['check unrun=" "'], 'neither run'],
    ['one that is both', ['check run=a unrun="b"'], 'why it is not'],
    ['two of one name', ['check run=a', 'check run=a'], '"a" is that of another block'],
  ])('is %s', (_what, infos, text) => {
    expect(found(...infos)).toEqual([expect.stringMatching(new RegExp(`^a\\.md:\\d+: .*${text}`))])
  })
})
