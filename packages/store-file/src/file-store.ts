import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import { defaultEnvironment, type Environment, UsageError } from '@oauth/core/adapter'
import type { Store, TokenRecord } from '@oauth/core/session'
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
 * @throws {@link UsageError} for what is no path, and for one that begins with `~/`; on use, when the file is not one of this store or is another user's. It is never overwritten.
 * @example
 * const session = new OAuth2Session({ issuer, clientId, store: fileStore('/home/me/.local/state/my-cli/tokens.json'), key: 'me' })
 */
export function fileStore<T = TokenRecord>(path: string, { now }: Pick<Environment, 'now'> = defaultEnvironment()): Store<T> {
  if (typeof path !== 'string' || path === '')
    throw new UsageError('fileStore takes the path of a file, such as /home/me/.local/state/my-cli/tokens.json.')
  if (/^~($|[/\\])/.test(path))
    throw new UsageError(
      `fileStore: the path ${JSON.stringify(path)} begins with "~", which only a shell takes for the home folder. Give join(homedir(), …), or "./~" for a folder of that name.`,
    )
  if (typeof now !== 'function')
    throw new UsageError(
      'fileStore has no options but a clock, `now`, and was given something else. Call it with a path alone: fileStore(path).',
    )
  // A process may change its working folder later.
  const file = resolve(path)
  const read = contentsReader<T>(file)

  function live(key: string, time: number): Slot<T> | undefined {
    const slot = read().get(key)
    return slot && isLive(slot, time) ? slot : undefined
  }

  /** Edits the entries if the key's version fits. Who has lost already needs no lock to hear it. Entries that are over are left behind. */
  async function write<R>(
    key: string,
    fits: (version: string | undefined) => boolean,
    edit: (slots: Map<string, Slot<T>>, time: number) => R,
  ): Promise<R | undefined> {
    if (!fits(live(key, now())?.version)) return undefined
    return replaceFile(file, () => {
      const time = now()
      const slots = new Map([...read()].filter(([, slot]) => isLive(slot, time)))
      return fits(slots.get(key)?.version) ? { answer: edit(slots, time), text: textOf(slots) } : { answer: undefined }
    })
  }

  return {
    get(key) {
      const time = now()
      const slot = live(key, time)
      return slot && { value: structuredClone(slot.value), version: slot.version, now: time }
    },
    compareAndSet(key, expected, value, { ttl }) {
      const fits = (version: string | undefined) => (version ?? null) === expected
      return write(key, fits, (slots, time) => {
        const version = randomUUID()
        slots.set(key, { version, value, ...(ttl === Number.POSITIVE_INFINITY ? {} : { expires_at: time + ttl }) })
        return { version, now: time }
      })
    },
    async delete(key, expected) {
      const fits = (version: string | undefined) => version !== undefined && (expected ?? version) === version
      return (await write(key, fits, (slots) => slots.delete(key))) ?? false
    },
    watch: (_key, changed) => watchFile(file, changed),
  }
}
