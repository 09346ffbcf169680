import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** A binary that came from npm. */
export interface Installed {
  readonly file: string
  readonly version: string
}

interface Manifest {
  readonly version: string
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/**
 * Finds a runtime's binary where npm has put it: in a package of its own for each platform, of which only the fitting one is installed. So
 * none of the packages has to run a script of its own.
 *
 * @param name the package that is there on every platform, or the one of a platform.
 * @param path of the binary in the platform's package.
 */
export function installed(name: string, path: string): Installed | undefined {
  const manifest = resolved(createRequire(import.meta.url), name)
  if (manifest === undefined) return undefined
  const { version, optionalDependencies } = JSON.parse(readFileSync(manifest, 'utf8')) as Manifest
  const folders = optionalDependencies === undefined ? [manifest] : platforms(manifest, Object.keys(optionalDependencies))
  const [folder] = folders.map(dirname)
  return folder === undefined ? undefined : { file: join(folder, path), version }
}

function platforms(manifest: string, names: readonly string[]): readonly string[] {
  const require = createRequire(manifest)
  return names.flatMap((name) => resolved(require, name) ?? [])
}

function resolved(require: NodeJS.Require, name: string): string | undefined {
  try {
    return require.resolve(`${name}/package.json`)
  } catch {
    return undefined
  }
}
