import type { StoreEntry } from '../../src/session/store.js'
import type { TokenRecord, TokenStore } from '../../src/session/token-record.js'
import type { Mutation } from './world.js'

type Entry = StoreEntry<TokenRecord>

/** Breaks of the protocol, each made from outside by what a process is told of the store, or by what becomes of its writes. */
export const mutations = {
  /** Who has lost the race for the lease goes on with the record that it had read before, once the lease is free. */
  'no re-read': (store) => {
    let read: Entry | undefined
    let hasLost = false
    return {
      ...reading(store, (entry) => {
        if (!hasLost || read === undefined) read = entry
        const { lease } = entry.value
        return { ...entry, value: { ...read.value, ...(lease && { lease }) } }
      }),
      async compareAndSet(key, expected, value, options) {
        const receipt = await store.compareAndSet(key, expected, value, options)
        hasLost = receipt === undefined
        return receipt
      },
    }
  },
  /** Who was refused goes by the record as it was when it took the lease, and takes it for ended. */
  'no re-read when refused': (store) => {
    let leased: Entry | undefined
    return {
      ...reading(store, (entry) => leased ?? entry),
      async compareAndSet(key, expected, value, options) {
        const receipt = await store.compareAndSet(key, expected, value, options)
        const isLease = receipt !== undefined && value.lease !== undefined
        if (leased !== undefined && value.ended !== undefined) return receipt ?? leased
        leased = isLease ? { value, ...receipt } : undefined
        return receipt
      },
    }
  },
  /** Who renews late writes the new token over whatever is there. */
  'no fencing': (store) => {
    let leased = Number.POSITIVE_INFINITY
    return {
      ...store,
      async compareAndSet(key, expected, value, options) {
        if (value.lease !== undefined) leased = value.generation
        for (let version = expected; ; ) {
          const receipt = await store.compareAndSet(key, version, value, options)
          if (receipt !== undefined || value.generation <= leased) return receipt
          const found = await store.get(key)
          if (found === undefined) return undefined
          version = found.version
        }
      },
    }
  },
  /** Nobody knows the token that was replaced a moment ago. */
  'no grace': (store) => reading(store, ({ value: { previous: _spent, ...value }, ...entry }) => ({ ...entry, value })),
  /** Leases are judged by the clock of whoever looks. */
  'lease by the local clock': (store, now) => ({
    ...reading(store, (entry) => ({ ...entry, now: now() })),
    async compareAndSet(key, expected, value, options) {
      const receipt = await store.compareAndSet(key, expected, value, options)
      return receipt && { ...receipt, now: now() }
    },
  }),
  /** Nobody sees that somebody else is renewing. */
  'no lease': (store) => reading(store, ({ value: { lease: _held, ...value }, ...entry }) => ({ ...entry, value })),
  /** The store's clock stands still, so that whoever crashes keeps its lease. */
  'lease that never ends': (store) => {
    let now: number | undefined
    return reading(store, (entry) => {
      now ??= entry.now
      return { ...entry, now }
    })
  },
  /** Who renewed for longer than its lease does not see that others have ended the session meanwhile, and stores what it has got. */
  'an end for all but who comes late': (store) => {
    let leased: TokenRecord | undefined
    return {
      ...reading(store, (entry) => (leased !== undefined && entry.value.ended !== undefined ? { ...entry, value: leased } : entry)),
      async compareAndSet(key, expected, value, options) {
        const receipt = await store.compareAndSet(key, expected, value, options)
        if (receipt !== undefined) leased = value.lease && value
        return receipt
      },
    }
  },
  /** That a session has ended is not written down, so that the next one tries its refresh token again. */
  'no end': (store) => ({
    ...store,
    compareAndSet: (key, expected, value, options) =>
      value.ended === undefined ? store.compareAndSet(key, expected, value, options) : { version: 'none', now: 0 },
  }),
  /** A lease that is over tells nothing, so that nobody knows why the refresh token is refused. */
  'no journal': (store) =>
    reading(store, (entry) => {
      const { lease, ...value } = entry.value
      return lease === undefined || lease.until > entry.now ? entry : { ...entry, value }
    }),
  /** Who renewed what was deleted meanwhile reads that it has ended, and so does not give back what it has got. */
  'a deletion is an end': (store) => {
    let lost: TokenRecord | undefined
    return {
      ...store,
      async get(key) {
        const entry = await store.get(key)
        if (entry !== undefined || lost === undefined) return entry
        return { value: { ...lost, ended: { reason: 'session_deleted', at: 0 } }, version: 'none', now: 0 }
      },
      async compareAndSet(key, expected, value, options) {
        const receipt = await store.compareAndSet(key, expected, value, options)
        if (receipt === undefined) lost = value
        return receipt
      },
    }
  },
  /** A renewal makes the record again when it is gone. */
  'renewals create': (store) => ({
    ...store,
    compareAndSet: async (key, expected, value, options) =>
      (await store.compareAndSet(key, expected, value, options)) ?? store.compareAndSet(key, null, value, options),
  }),
} satisfies Record<string, Mutation>

function reading(store: TokenStore, change: (entry: Entry) => Entry | undefined): TokenStore {
  return {
    ...store,
    async get(key) {
      const entry = await store.get(key)
      return entry && change(entry)
    },
  }
}
