import { writeSnippet } from './write-snippet.ts'

/** Imports a snippet as a module of this process: for one that exports what a reader puts into an application. */
export async function importSnippet(
  name: string,
  code: string,
  replacements: Readonly<Record<string, string>> = {},
): Promise<Readonly<Record<string, unknown>>> {
  const { href } = await writeSnippet(name, code, replacements)
  return await import(/* @vite-ignore */ href)
}
