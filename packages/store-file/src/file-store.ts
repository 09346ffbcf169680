import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import { defaultEnvironment, type Environment, UsageError } from '@oauth/core/adapter'
import type { Store } from '@oauth/core/session'
import { contentsReader, isLive, type Slot, textOf } from './contents.js'
import { replaceFile } from './replace-file.js'
import { watchFile } from './watch-file.js'

/**
 * A store in one JSON file that only its owner can read, safe between the processes of one machine. The file and its folder are made
 * by the first write.
 *
 * A read is synchronous and takes no lock. A write replaces the whole file and returns once it is on the disk: it blocks the process
 * for about as long as the disk takes to sync.
 *
 * File system errors (`ENOSPC`, `EACCES`, `EROFS`, …) are passed on as they are; the file is then as it was.
 *
 * @throws {@link UsageError} on use, when the file is not one of this store or is another user's. It is never overwritten.
 * @example
 * const session = new OAuth2Session({ issuer, clientId, store: fileStore('/home/me/.local/state/my-cli/tokens.json'), key: 'me' })
 */
export function fileStore<T>(path: string, { now }: Pick<Environment, 'now'> = defaultEnvironment()): Store<T> {
  if (typeof path !== 'string' || path === '')
    throw new UsageError('fileStore takes the path of a file, such as /home/me/.local/state/my-cli/tokens.json.')
  // A process may change its working folder later.
  const file = resolve(path)
  const read = contentsReader<T>(file)

  /** The entries to write back: those that are over are left behind. */
  function draft(time: number): Map<string, Slot<T>> {
    return new Map([...read()].filter(([, slot]) => isLive(slot, time)))
  }

  return {
    get(key) {
      const slot = read().get(key)
      const time = now()
      return slot && isLive(slot, time) ? { value: structuredClone(slot.value), version: slot.version, now: time } : undefined
    },
    compareAndSet(key, expected, value, { ttl }) {
      return replaceFile(file, () => {
        const time = now()
        const slots = draft(time)
        if ((slots.get(key)?.version ?? null) !== expected) return { answer: undefined }
        const version = randomUUID()
        slots.set(key, { version, value, ...(ttl === Number.POSITIVE_INFINITY ? {} : { expires_at: time + ttl }) })
        return { answer: { version, now: time }, text: textOf(slots) }
      })
    },
    delete(key, expected) {
      return replaceFile(file, () => {
        const slots = draft(now())
        const version = slots.get(key)?.version
        if (version === undefined || (expected !== undefined && version !== expected)) return { answer: false }
        slots.delete(key)
        return { answer: true, text: textOf(slots) }
      })
    },
    watch: (_key, changed) => watchFile(file, changed),
  }
}
