import type { Maybe } from '../environment.js'

/** A stored value, the version it is stored under, and what time the store says it is (seconds since the epoch). */
export interface StoreEntry<T> {
  readonly value: T
  readonly version: string
  readonly now: number
}

/** A successful write. */
export interface StoreReceipt {
  readonly version: string
  readonly now: number
}

/**
 * Where tokens and sessions live: small enough for any engine that can compare and set.
 *
 * A version is never used twice for a key, not even after the key was deleted and made again: so a late writer always loses.
 */
export interface Store<T> {
  /** Tells that this process alone can reach the store, as with one in memory: renewals need no lease then. */
  readonly local?: boolean
  get(key: string): Maybe<StoreEntry<T> | undefined>
  /**
   * Writes if the key still has the version `expected`, or is absent where `expected` is `null`. Resolves to `undefined` when it was not so.
   *
   * @param options `ttl` in seconds, after which the key may be forgotten.
   */
  compareAndSet(key: string, expected: string | null, value: T, options: { readonly ttl: number }): Maybe<StoreReceipt | undefined>
  /** Deletes, only at the version `expected` where one is given; tells whether something was deleted. */
  delete(key: string, expected?: string): Maybe<boolean>
  /** Calls back when the key may have changed. A hint: callers look for themselves. Returns the way to stop. */
  watch?(key: string, changed: () => void): () => void
}
