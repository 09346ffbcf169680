import { readdirSync, rmdirSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from '@oauth/core/adapter'
import { draftFolder } from './draft.js'
import { optional } from './optional.js'

/** How long a holder may be seen with the same draft, in ms of this process. A write takes a few; one that was killed or stopped costs others this. */
const PATIENCE = 1000

/** The names of drafts. Others are not touched: the folder may be a link to any place. */
const DRAFT = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/

/**
 * A function to call while waiting for a lock: takes the right to write from a holder that was seen for too long. Its process may be
 * alive; it begins anew then. The next time takes twice as long, so that a disk on which every write is slow is written to nevertheless.
 */
export function revoker(): (target: string) => void {
  let patience = PATIENCE
  let since = performance.now()
  let seen = ''
  return (target) => {
    const folder = draftFolder(target)
    const drafts = optional('ENOENT', () => readdirSync(folder)) ?? []
    const now = performance.now()
    if (drafts.join() !== seen) {
      seen = drafts.join()
      since = now
    } else if (now - since > patience) {
      revoke(folder, drafts)
      patience *= 2
    }
  }
}

/** @throws {@link UsageError} when there is what no store put there. */
function revoke(folder: string, drafts: readonly string[]): void {
  if (!drafts.every((name) => DRAFT.test(name))) {
    throw new UsageError(`The folder ${folder} has files that are not of this store, which waits for it to be empty. Remove it.`)
  }
  for (const name of drafts) optional('ENOENT', () => unlinkSync(join(folder, name)))
  optional('ENOENT|ENOTEMPTY|EEXIST', () => rmdirSync(folder))
}
