import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { succeed } from './command.ts'

/** The members of a package.json that the gates look at. */
export interface Manifest {
  readonly name: string
  readonly version?: string
  readonly private?: boolean
  readonly license?: string
  readonly type?: string
  readonly sideEffects?: boolean
  readonly files?: readonly string[]
  readonly exports?: Readonly<Record<string, unknown>>
  readonly scripts?: Readonly<Record<string, string>>
  readonly engines?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

/** A folder of the workspace. */
export interface Package {
  readonly folder: string
  readonly manifest: Manifest
}

/** Every package of the workspace except its root, as pnpm sees it. */
export function workspacePackages(): readonly Package[] {
  const listed: readonly { readonly path: string }[] = JSON.parse(
    succeed('pnpm', ['--silent', 'list', '--recursive', '--depth=-1', '--json']),
  )
  return listed.filter(({ path }) => path !== process.cwd()).map(({ path }) => ({ folder: path, manifest: readManifest(path) }))
}

/** The packages that users install. */
export function publishedPackages(): readonly Package[] {
  return workspacePackages().filter(({ manifest }) => manifest.private !== true)
}

/** What users can import from a package: `@oauth/core`, `@oauth/core/adapter`, … */
export function importable({ name, exports = {} }: Manifest): readonly string[] {
  return Object.keys(exports)
    .filter((subpath) => subpath !== './package.json')
    .map((subpath) => name + subpath.slice(1))
}

/** Reads the manifest in a folder. */
export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}
