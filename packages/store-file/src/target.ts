import { lstatSync, mkdirSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { optional } from './optional.js'

/** The file that a path means: where it is a symbolic link, what that leads to, so that a write leaves the link. Makes its folder. */
export function targetOf(path: string): string {
  const real = optional(['ENOENT'], () => realpathSync(path))
  if (real !== undefined) return real
  makeFolder(dirname(path))
  const target = join(realpathSync(dirname(path)), basename(path))
  const isLink = optional(['ENOENT'], () => lstatSync(target).isSymbolicLink())
  return isLink ? targetOf(resolve(dirname(target), readlinkSync(target))) : target
}

/** Node's own way, `recursive`, never returns where no folder can be made and the system says ENOENT, as in /proc. */
function makeFolder(path: string): void {
  if (optional(['ENOENT'], () => statSync(path)) !== undefined) return
  makeFolder(dirname(path))
  // Another process may be making it, too.
  optional(['EEXIST'], () => mkdirSync(path, 0o700))
}
