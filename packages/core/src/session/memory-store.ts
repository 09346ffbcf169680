import { defaultEnvironment, type Environment } from '../environment.js'
import type { Store } from './store.js'

interface Slot<T> {
  readonly value: T
  readonly version: string
  readonly expiresAt: number
}

/** How many writes pass between two sweeps for expired keys. */
const SWEEP_INTERVAL = 1000

/**
 * A store in this process's memory: gone with the process, shared with no other. Answers synchronously, so a fresh token costs no wait.
 *
 * @example
 * const session = new OAuth2Session({ issuer, clientId, store: memoryStore(), key: 'user-1' })
 */
export function memoryStore<T>({ now }: Pick<Environment, 'now'> = defaultEnvironment()): Store<T> {
  const slots = new Map<string, Slot<T>>()
  let writes = 0

  function live(key: string): Slot<T> | undefined {
    const slot = slots.get(key)
    if (slot === undefined || slot.expiresAt > now()) return slot
    slots.delete(key)
    return undefined
  }

  function sweep(): void {
    for (const key of [...slots.keys()]) live(key)
  }

  return {
    local: true,
    get(key) {
      const slot = live(key)
      return slot && { value: slot.value, version: slot.version, now: now() }
    },
    compareAndSet(key, expected, value, { ttl }) {
      if ((live(key)?.version ?? null) !== expected) return undefined
      // One counter for all keys: a version never comes again, also not for a key that was deleted and made again.
      const version = String(++writes)
      slots.set(key, { value, version, expiresAt: now() + ttl })
      if (writes % SWEEP_INTERVAL === 0) sweep()
      return { version, now: now() }
    },
    delete(key, expected) {
      const slot = live(key)
      if (slot === undefined || (expected !== undefined && slot.version !== expected)) return false
      return slots.delete(key)
    },
  }
}
