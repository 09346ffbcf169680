import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { UsageError } from '@oauth/core/adapter'
import { optional } from './optional.js'

/**
 * The bytes of a file, or `undefined` where there is none.
 *
 * @throws {@link UsageError} when the file is another user's. What stands in it would be that user's tokens, and replacing it would
 * take it from them: this is what happens under `sudo`.
 */
export function readOwnFile(path: string): Buffer | undefined {
  const fd = optional('ENOENT', () => openSync(path, 'r'))
  if (fd === undefined) return undefined
  try {
    const { uid } = fstatSync(fd)
    const user = process.geteuid?.() ?? uid
    if (uid !== user) {
      throw new UsageError(
        `The file ${path} is of the user with the number ${uid}, and this process runs as ${user}. Run it as the owner, or give the store another path.`,
      )
    }
    return readFileSync(fd)
  } finally {
    closeSync(fd)
  }
}
