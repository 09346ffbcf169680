import { defaultEnvironment, type Environment, type Maybe } from '../environment.js'
import { explain } from '../error/explain.js'
import { assertKnownOptions } from '../error/known-options.js'
import { UsageError } from '../error/usage-error.js'
import { assertStore } from './assert-store.js'
import { frozenCopy } from './frozen-copy.js'
import { ownPromise } from './own-promise.js'
import type { Store, StoreEntry } from './store.js'

/** Options of {@link cachedStore}. */
export interface CachedStoreOptions {
  /** Seconds after which a value is asked for again. Default 5; at 0 nothing is served from memory. */
  readonly maxAge?: number | undefined
  /** How many values are kept in memory; beyond that, those go that were read first. Default 10,000. */
  readonly maxEntries?: number | undefined
  readonly environment?: Pick<Environment, 'monotonic'> | undefined
}

const OPTIONS = ['maxAge', 'maxEntries', 'environment'] as const
const MAX_AGE = 5
const MAX_ENTRIES = 10_000

/** A value that was read, or is being read. Times are of the monotonic clock, in milliseconds. */
interface Slot<T> {
  /** How fresh it is counts from here; what was answered may be as old. */
  readonly askedAt: number
  answer?: Promise<StoreEntry<T> | undefined> | { readonly entry: StoreEntry<T>; readonly answeredAt: number }
  stop?: (() => void) | undefined
}

/**
 * A store that remembers for some seconds what it read: a fresh token then costs no round trip, and `get` answers at once.
 *
 * What other processes do is seen late: at once where the store has `watch`, else after `maxAge`, a logout included. What this process writes, or
 * fails to write, is seen by its next `get`. Whoever decides something on an old value loses, as `compareAndSet` decides in the engine. Absence is
 * not remembered, nor a token that is being renewed. Wrap `encryptedStore` in it, not the other way round.
 *
 * @example
 * const store = cachedStore(redisStore(client))
 * @throws {@link UsageError} for what is no store, and for bad options.
 */
export function cachedStore<T>(store: Store<T>, options: CachedStoreOptions = {}): Store<T> {
  assertStore(store, 'cachedStore: the store inside')
  assertKnownOptions(options, OPTIONS, 'cachedStore')
  const { maxAge = MAX_AGE, maxEntries = MAX_ENTRIES, environment = defaultEnvironment() } = options
  if (!(isNumber(maxAge) && maxAge >= 0 && isNumber(maxEntries) && maxEntries >= 1))
    throw new UsageError(explain && 'cachedStore: "maxAge" must be a number of seconds, 0 or more, and "maxEntries" a number from 1.')
  const { monotonic } = environment
  /** In the order in which they were asked for. */
  const slots = new Map<string, Slot<T>>()

  function forget(key: string): void {
    const slot = slots.get(key)
    slots.delete(key)
    slot?.stop?.()
  }

  function isFresh({ askedAt }: Slot<T>, time: number): boolean {
    return time - askedAt < maxAge * 1000
  }

  function read(key: string, time: number): Maybe<StoreEntry<T> | undefined> {
    const slot: Slot<T> = { askedAt: time, stop: slots.get(key)?.stop }
    slots.delete(key)
    slots.set(key, slot)
    dropOld(time)
    const failed = (error: unknown): never => {
      if (slots.get(key) === slot) forget(key)
      throw error
    }
    try {
      const answer = ownPromise(store.get(key))
      if (!(answer instanceof Promise)) return remembered(key, slot, answer)
      slot.answer = answer.then((entry) => remembered(key, slot, entry), failed)
      return slot.answer
    } catch (error) {
      return failed(error)
    }
  }

  /** Keeps an answer, unless the key was written or called changed since it was asked for. */
  function remembered(key: string, slot: Slot<T>, entry: StoreEntry<T> | undefined): StoreEntry<T> | undefined {
    if (slots.get(key) !== slot) return entry
    if (entry === undefined || isBeingRenewed(entry.value)) {
      forget(key)
      return entry
    }
    const kept = { ...entry, value: frozenCopy(entry.value) }
    slot.answer = { entry: kept, answeredAt: monotonic() }
    slot.stop ??= watched(key)
    // Called back at once: what was read may have changed, and nobody would stop the watch.
    if (slots.get(key) !== slot) slot.stop?.()
    return kept
  }

  /** Watching is a hint: where it fails, values are as old as `maxAge` at most. */
  function watched(key: string): (() => void) | undefined {
    try {
      return store.watch?.(key, () => forget(key))
    } catch {
      return undefined
    }
  }

  function dropOld(time: number): void {
    for (const [key, slot] of slots) {
      if (slots.size <= maxEntries && isFresh(slot, time)) return
      forget(key)
    }
  }

  /** Does something that changes a key: what was read before is not what there is. */
  function changing<R extends object | boolean | undefined>(key: string, change: () => Maybe<R>): Maybe<R> {
    const done = () => forget(key)
    let result: Maybe<R>
    try {
      result = ownPromise(change())
    } catch (error) {
      done()
      throw error
    }
    if (result instanceof Promise) return result.finally(done)
    done()
    return result
  }

  return {
    ...(store.local === true ? { local: true } : {}),
    get(key) {
      const time = monotonic()
      const slot = slots.get(key)
      if (slot?.answer === undefined || !isFresh(slot, time)) return read(key, time)
      if (slot.answer instanceof Promise) return slot.answer
      const { entry, answeredAt } = slot.answer
      // Counted from when it was answered, the time of the store is never ahead of what it is there: no lease is over too early.
      return { ...entry, now: entry.now + (time - answeredAt) / 1000 }
    },
    compareAndSet: (key, expected, value, options) => changing(key, () => store.compareAndSet(key, expected, value, options)),
    delete: (key, expected) => changing(key, () => store.delete(key, expected)),
    ...(store.watch === undefined ? {} : { watch: (key, changed) => watching(key, changed) }),
  }

  /** Forgets first, so that who is called back and looks sees what is new. */
  function watching(key: string, changed: () => void): () => void {
    const stop = store.watch?.(key, () => {
      forget(key)
      changed()
    })
    return () => stop?.()
  }
}

/** A text such as '5' compares as its number does, and counts as another one. */
function isNumber(value: unknown): boolean {
  return typeof value === 'number'
}

/** A record with a lease is about to change, and who waits for that asks again and again. */
function isBeingRenewed(value: unknown): boolean {
  return (value as { readonly lease?: unknown } | null)?.lease !== undefined
}
