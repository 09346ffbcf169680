import { join } from 'node:path'
import { succeed } from './command.ts'
import type { Package } from './workspace.ts'

/** A package as it would be uploaded. */
export interface Tarball extends Package {
  readonly file: string
  /** Paths of its files; what esbuild names by a hash of the content has a star there. */
  readonly paths: readonly string[]
}

/** Packs a package the way it is published. */
export function pack(source: Package, destination: string): Tarball {
  const answer = succeed('pnpm', ['--silent', 'pack', '--json', `--pack-destination=${destination}`], source.folder)
  const { filename, files } = JSON.parse(answer) as { filename: string; files: readonly { path: string }[] }
  const paths = new Set(files.map(({ path }) => path.replace(/chunk-[A-Z0-9]{8}\.js/, 'chunk-*.js')))
  return { ...source, file: join(destination, filename.split('/').at(-1) ?? ''), paths: [...paths].sort() }
}
