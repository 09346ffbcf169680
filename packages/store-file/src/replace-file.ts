import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { releaseDraft, takeDraft } from './draft.js'
import { optional } from './optional.js'
import { revoker } from './revoker.js'
import { targetOf } from './target.js'

/** What a change comes to: the answer to give, and the new text where there is something to write. */
export interface Change<R> {
  readonly answer: R
  readonly text?: string
}

/** Longest pause between two looks at a held lock, in ms: a few times what a write takes. */
const MAX_PAUSE = 20

/**
 * Replaces a file's text by what `change` makes of it, such that no other process replaces it between the read in `change` and the
 * write. `change` is called again when the right to write was lost meanwhile. All of it is done in one turn of the event loop, so the
 * processes wait for one another, and the stores of one process never do.
 */
export async function replaceFile<R>(path: string, change: () => Change<R>): Promise<R> {
  const revoke = revoker()
  for (;;) {
    const target = targetOf(path)
    const done = attempt(target, change)
    if (done !== undefined) return done.answer
    revoke(target)
    await sleep(1 + Math.random() * MAX_PAUSE)
  }
}

function attempt<R>(target: string, change: () => Change<R>): Change<R> | undefined {
  const draft = takeDraft(target)
  if (draft === undefined) return undefined
  try {
    const made = change()
    return made.text === undefined || commit(draft, target, made.text) ? made : undefined
  } finally {
    releaseDraft(draft)
  }
}

/** Tells whether the text is in place. It is not when the draft is gone: somebody revoked it. */
function commit(draft: string, target: string, text: string): boolean {
  const renamed = optional('ENOENT', () => {
    synced(draft, 'r+', (fd) => writeFileSync(fd, text))
    renameSync(draft, target)
    return true
  })
  if (renamed) syncFolder(dirname(target))
  return renamed === true
}

/** Makes the rename outlive a loss of power, where the platform can sync a folder: Windows cannot. The file is in place already. */
function syncFolder(folder: string): void {
  try {
    synced(folder, 'r')
  } catch {}
}

function synced(path: string, flags: string, use?: (fd: number) => void): void {
  const fd = openSync(path, flags)
  try {
    use?.(fd)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
