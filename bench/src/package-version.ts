import { readFile } from 'node:fs/promises'
import { findPackageJSON } from 'node:module'

/** The version of a package that is compared with. */
export async function packageVersion(name: string): Promise<string> {
  const path = findPackageJSON(name, import.meta.url)
  if (path === undefined) throw new Error(`There is no package "${name}".`)
  return (JSON.parse(await readFile(path, 'utf8')) as { version: string }).version
}
