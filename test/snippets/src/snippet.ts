import { readFile } from 'node:fs/promises'

/** A fenced block of TypeScript in a document. */
export interface Snippet {
  /** The document, relative to the repository. */
  readonly file: string
  /** Line of the opening fence, from 1. */
  readonly line: number
  /** The name in `run=name`, for blocks that are run and not only compiled. */
  readonly run: string | undefined
  readonly code: string
}

/** The repository's folder. */
const root = new URL('../../../', import.meta.url)

/** All blocks of TypeScript in a document; each says in its first line whether it is checked or run. */
export async function snippets(file: string): Promise<readonly Snippet[]> {
  const text = await readFile(new URL(file, root), 'utf8')
  return [...text.matchAll(/^```ts(.*)\n([\s\S]*?)^```$/gm)].map(({ index, 1: info = '', 2: code = '' }) => ({
    file,
    line: text.slice(0, index).split('\n').length,
    run: /\brun=(\w+)/.exec(info)?.[1],
    code,
  }))
}
