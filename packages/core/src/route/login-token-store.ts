import { ownPromise } from '../session/own-promise.js'
import type { Store, StoreEntry } from '../session/store.js'
import type { TokenRecord, TokenStore } from '../session/token-record.js'

/** The token of one login in the application's store, for one request. `seen` is told what was seen of the record; `undefined` when it is gone. */
export function loginTokenStore(store: Store<unknown>, seen: (record: TokenRecord | undefined) => void): TokenStore {
  const { local, watch } = store

  function read(entry: StoreEntry<unknown> | undefined): StoreEntry<TokenRecord> | undefined {
    const found = entry !== undefined && isTokenRecord(entry.value) ? { ...entry, value: entry.value } : undefined
    seen(found?.value)
    return found
  }

  return {
    ...(local === undefined ? {} : { local }),
    ...(watch === undefined ? {} : { watch: (key, changed) => watch.call(store, key, changed) }),
    get(key) {
      const entry = ownPromise(store.get(key))
      return entry instanceof Promise ? entry.then(read) : read(entry)
    },
    async compareAndSet(key, expected, value, options) {
      const receipt = await store.compareAndSet(key, expected, value, options)
      if (receipt !== undefined) seen(value)
      return receipt
    },
    /** Deletes what it has read, so that no token goes unseen: it is to be given back. */
    async delete(key, expected) {
      for (;;) {
        const entry = await store.get(key)
        if (entry === undefined || (expected !== undefined && entry.version !== expected)) return false
        read(entry)
        if (await store.delete(key, entry.version)) return true
      }
    },
  }
}

/** Tells whether a stored value is a token record: anybody may write to a store. */
export function isTokenRecord(value: unknown): value is TokenRecord {
  const record = value as TokenRecord | null | undefined
  return (
    typeof record === 'object' &&
    record?.v === 1 &&
    Number.isFinite(record.generation) &&
    typeof record.grant?.type === 'string' &&
    typeof record.token?.access_token === 'string'
  )
}
