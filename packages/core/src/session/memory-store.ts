import { defaultEnvironment, type Environment } from '../environment.js'
import { explain } from '../error/explain.js'
import { UsageError } from '../error/usage-error.js'
import { frozenCopy } from './frozen-copy.js'
import type { Store } from './store.js'
import type { TokenRecord } from './token-record.js'

interface Slot<T> {
  readonly value: T
  readonly version: string
  readonly expiresAt: number
}

/** How many slots each change looks at for expired ones: at four, those that wait to be found are at most a third of those that live. */
const SWEPT_PER_CHANGE = 4

/**
 * A store in this process's memory: gone with the process, shared with no other. Answers synchronously, so a fresh token costs no wait.
 *
 * It holds what has not expired, however much that is: dropping a live session would log somebody out. Expired ones go as others are written,
 * without a timer. Values are copied when they are put, and what `get` gives is frozen.
 *
 * @typeParam T what is stored: the records of tokens unless said otherwise
 * @throws {@link UsageError} for what is no clock.
 * @example
 * const session = new OAuth2Session({ issuer, clientId, store: memoryStore(), key: 'user-1' })
 */
export function memoryStore<T = TokenRecord>({ now }: Pick<Environment, 'now'> = defaultEnvironment()): Store<T> {
  if (typeof now !== 'function')
    throw new UsageError(
      explain && 'memoryStore has no options but a clock, "now", and was given something else. Call it without: memoryStore().',
    )
  const slots = new Map<string, Slot<T>>()
  let sweep = slots.entries()
  let writes = 0

  function live(key: string, time: number): Slot<T> | undefined {
    const slot = slots.get(key)
    if (slot === undefined || slot.expiresAt > time) return slot
    slots.delete(key)
    return undefined
  }

  /** Goes round, a few slots at each change, so that no caller pays for all of them. */
  function sweepOn(time: number): void {
    for (let looked = 0; looked < SWEPT_PER_CHANGE; looked++) {
      const { done, value } = sweep.next()
      if (done) {
        sweep = slots.entries()
        return
      }
      const [key, { expiresAt }] = value
      if (expiresAt <= time) slots.delete(key)
    }
  }

  return {
    local: true,
    get(key) {
      const time = now()
      const slot = live(key, time)
      return slot && { value: slot.value, version: slot.version, now: time }
    },
    compareAndSet(key, expected, value, { ttl }) {
      const time = now()
      if ((live(key, time)?.version ?? null) !== expected) return undefined
      // One counter for all keys: a version never comes again, also not for a key that was deleted and made again.
      const version = String(++writes)
      slots.set(key, { value: frozenCopy(value), version, expiresAt: time + ttl })
      sweepOn(time)
      return { version, now: time }
    },
    delete(key, expected) {
      const time = now()
      const slot = live(key, time)
      if (slot === undefined || (expected !== undefined && slot.version !== expected)) return false
      sweepOn(time)
      return slots.delete(key)
    },
  }
}
