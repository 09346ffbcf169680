import type { HttpClientName } from './http-clients.ts'
import { importSnippet } from './import-snippet.ts'
import { snippets } from './snippet.ts'

/** What a document leaves to the reader, and what the reader puts there. */
export type Replacements = Readonly<Record<string, string>>

/** What one block is told. */
export interface BlockOptions {
  /** Placeholders of this block. One that it does not have is an error. */
  readonly replacements?: Replacements
  /** Constants that the block keeps to itself and the test looks at. */
  readonly shown?: readonly string[]
}

/** A document of which each block marked `run=…` is run as a module, as a reader would have it. */
export interface Guide {
  /** Runs a block and returns what it exports. */
  run<Exports>(name: string, options?: BlockOptions): Promise<Exports>
  /** The blocks that nobody has run so far. */
  left(): readonly string[]
}

/**
 * Reads a document for one HTTP client. `world` says where the authorization server and the API of all blocks are, and who the client is: each block
 * has some of it.
 */
export async function readGuide(file: string, client: HttpClientName, world: Replacements): Promise<Guide> {
  const blocks = new Map((await snippets(file)).flatMap(({ run, code }) => (run === undefined ? [] : [[run, code] as const])))
  const left = new Set(blocks.keys())
  const usual = Object.entries({ ...world, ...(client === 'ky' ? { '@oauth/node-got': '@oauth/ky' } : {}) })
  let count = 0
  return {
    async run<Exports>(name: string, { replacements = {}, shown = [] }: BlockOptions = {}) {
      const code = blocks.get(name)
      if (code === undefined) throw new Error(`${file} has no block that is marked run=${name}.`)
      left.delete(name)
      count += 1
      const told = Object.keys(replacements).reduce((rest, placeholder) => rest.replaceAll(placeholder, ''), code)
      const others = Object.fromEntries(usual.filter(([placeholder]) => told.includes(placeholder)))
      const whole = shown.length === 0 ? code : `${code}export { ${shown.join(', ')} }\n`
      // Each run is a module of its own: a module that was imported before does not run again.
      const module = `${file.replaceAll(/\W/g, '-')}-${name}-${client}-${count}`
      return (await importSnippet(module, whole, { ...replacements, ...others })) as Exports
    },
    left: () => [...left],
  }
}
