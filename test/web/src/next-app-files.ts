import { readdir, readFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { transform } from 'esbuild'
import type { NextVersion } from './next-app-packages.ts'

/** Text of files, by path. */
export type Contents = Readonly<Record<string, string>>

const SOURCE = join(import.meta.dirname, '../next')

/** What the other versions call the code in front of all routes. */
const FOREIGN: Readonly<Record<NextVersion, string>> = { next: 'middleware.ts', next16: 'middleware.ts', next15: 'proxy.ts' }

/** The application's source in JavaScript. Next would want a TypeScript of its own choice to look at the types, which are looked at elsewhere. */
export async function nextAppFiles(version: NextVersion, middleware?: 'nodejs'): Promise<Contents> {
  const names = (await readdir(SOURCE, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(SOURCE.length + 1))
  const used = names.filter((name) => name !== 'tsconfig.json' && name !== FOREIGN[version])
  const files = Object.fromEntries(
    await Promise.all(used.map(async (name) => javascript(name, await readFile(join(SOURCE, name), 'utf8')))),
  )
  if (middleware === undefined) return files
  return { ...files, 'middleware.js': `${files['middleware.js']}\nexport const config = { runtime: ${JSON.stringify(middleware)} }\n` }
}

/** A file in JavaScript, under its name there. Others stay as they are. */
export async function javascript(name: string, text: string): Promise<readonly [name: string, text: string]> {
  const [, stem, extension] = /^(.+)\.(tsx?)$/.exec(name) ?? []
  if (stem === undefined) return [name, text]
  const code = extension === 'tsx' ? await withoutJsx(text) : stripTypeScriptTypes(text)
  return [`${stem}.js`, code.replaceAll(/(\bfrom (["'])\.[^"']*)\.tsx?\2/g, '$1.js$2')]
}

/** Moves exports to the end, where Next does not recognise those that are for it, such as `runtime`: pages have none. */
async function withoutJsx(text: string): Promise<string> {
  const { code } = await transform(text, { loader: 'tsx', jsx: 'automatic', format: 'esm', target: 'es2023' })
  return code
}
