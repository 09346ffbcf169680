import { mkdir, writeFile } from 'node:fs/promises'

/** Where snippets are written: inside this package, so that they find the workspace's packages as an application finds installed ones. */
const folder = new URL('../.snippets/', import.meta.url)

/** Imports a snippet as a module of this process: for one that exports what a reader puts into an application. */
export async function importSnippet(name: string, code: string): Promise<Readonly<Record<string, unknown>>> {
  await mkdir(folder, { recursive: true })
  const file = new URL(`${name}.ts`, folder)
  await writeFile(file, code)
  return await import(/* @vite-ignore */ file.href)
}
