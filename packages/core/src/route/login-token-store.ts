import type { Environment } from '../environment.js'
import type { Store, StoreEntry } from '../session/store.js'
import type { TokenRecord, TokenStore } from '../session/token-record.js'
import { loginTimeLeft } from './session-lifetime.js'

/** Whose token it is, for how long, and who looks on. */
export interface LoginTokenPorts extends Pick<Environment, 'now'> {
  /** When the login is over, in seconds since the epoch: the token is kept no longer. */
  readonly until: number
  /** Told what was seen of the record; `undefined` when it is gone. */
  readonly seen: (record: TokenRecord | undefined) => void
}

/** The token of one login in the application's store, for one request. */
export function loginTokenStore(store: Store<unknown>, { until, seen, now }: LoginTokenPorts): TokenStore {
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
      const entry = store.get(key)
      return entry instanceof Promise ? entry.then(read) : read(entry)
    },
    async compareAndSet(key, expected, value) {
      const receipt = await store.compareAndSet(key, expected, value, { ttl: loginTimeLeft({ until }, { now }) })
      if (receipt !== undefined) seen(value)
      return receipt
    },
    /** Deletes what was read, so that no token is left that nobody has seen, and can give back. */
    async delete(key, expected) {
      for (;;) {
        const entry = await store.get(key)
        if (entry === undefined || (expected !== undefined && entry.version !== expected)) return false
        if (await store.delete(key, entry.version)) {
          read(entry)
          return true
        }
      }
    },
  }
}

/** Tells whether a stored value is a token record: anybody may write to a store. */
export function isTokenRecord(value: unknown): value is TokenRecord {
  const record = value as TokenRecord | null | undefined
  return typeof record === 'object' && record?.v === 1 && typeof record.token?.access_token === 'string'
}
