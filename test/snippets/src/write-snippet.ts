import { mkdir, writeFile } from 'node:fs/promises'

/** Where snippets are written: inside this package, so that they find the workspace's packages as an application finds installed ones. */
const folder = new URL('../.snippets/', import.meta.url)

/** Writes a snippet, with what the document leaves to the reader (issuer, credentials, ports) replaced. */
export async function writeSnippet(name: string, code: string, replacements: Readonly<Record<string, string>>): Promise<URL> {
  await mkdir(folder, { recursive: true })
  const file = new URL(`${name}.ts`, folder)
  let text = code
  for (const [placeholder, value] of Object.entries(replacements)) {
    if (!text.includes(placeholder)) throw new Error(`The snippet "${name}" has no ${placeholder} to replace.`)
    text = text.replaceAll(placeholder, value)
  }
  await writeFile(file, text)
  return file
}
