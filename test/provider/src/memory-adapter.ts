import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider'

/** What the provider remembers, outside of the provider, so that a provider with new keys can take over. */
export interface MemoryStore {
  readonly adapter: AdapterFactory
  /** Forgets all entries of one model, for example `AccessToken`. Returns how many there were. */
  forget(model: string): number
}

interface Entry {
  readonly payload: AdapterPayload
  readonly expiresAt: number
}

/**
 * oidc-provider's own memory adapter is shared by all instances of a process and drops entries beyond a size;
 * a test wants one store per provider. Entries expire when they are read: a timer would keep the process alive.
 */
export function createMemoryStore(): MemoryStore {
  const models = new Map<string, Map<string, Entry>>()

  const entriesOf = (model: string): Map<string, Entry> => {
    const known = models.get(model)
    if (known) return known
    const created = new Map<string, Entry>()
    models.set(model, created)
    return created
  }

  const adapter = (model: string): Adapter => {
    const entries = entriesOf(model)
    const findBy = (matches: (payload: AdapterPayload) => boolean): AdapterPayload | undefined => {
      for (const { payload, expiresAt } of entries.values()) if (expiresAt > Date.now() && matches(payload)) return payload
      return undefined
    }
    return {
      async upsert(id, payload, expiresIn) {
        entries.set(id, { payload, expiresAt: expiresIn ? Date.now() + expiresIn * 1000 : Number.POSITIVE_INFINITY })
      },
      async find(id) {
        const entry = entries.get(id)
        if (entry && entry.expiresAt > Date.now()) return entry.payload
        entries.delete(id)
        return undefined
      },
      async findByUid(uid) {
        return findBy((payload) => payload.uid === uid)
      },
      async findByUserCode(userCode) {
        return findBy((payload) => payload.userCode === userCode)
      },
      async consume(id) {
        const entry = entries.get(id)
        if (entry) entry.payload.consumed = Math.floor(Date.now() / 1000)
      },
      async destroy(id) {
        entries.delete(id)
      },
      async revokeByGrantId(grantId) {
        for (const [id, { payload }] of entries) if (payload.grantId === grantId) entries.delete(id)
      },
    }
  }

  return {
    adapter,
    forget(model) {
      const entries = entriesOf(model)
      const count = entries.size
      entries.clear()
      return count
    },
  }
}
