import { lstatSync, mkdirSync, readlinkSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { optional } from './optional.js'

/** The file that a path means: where it is a symbolic link, what that points to, so that a write does not replace the link. Makes its folder. */
export function targetOf(path: string): string {
  const real = optional('ENOENT', () => realpathSync(path))
  if (real !== undefined) return real
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const target = join(realpathSync(dirname(path)), basename(path))
  const isLink = optional('ENOENT', () => lstatSync(target).isSymbolicLink())
  return isLink ? targetOf(resolve(dirname(target), readlinkSync(target))) : target
}
