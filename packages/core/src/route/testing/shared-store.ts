import { memoryStore } from '../../session/memory-store.js'
import type { Store } from '../../session/store.js'

/** One call of a store that changes something. */
export interface StoreWrite {
  readonly what: 'set' | 'delete'
  readonly key: string
  readonly ttl?: number
}

/** A store that several instances share. It answers later, as one behind a network does, and fails when it is told to. */
export interface SharedStore extends Store<unknown> {
  /** Successful changes, in order. */
  readonly writes: StoreWrite[]
  /** Keys whose calls of a kind fail. */
  readonly fail: Partial<Record<'get' | 'compareAndSet' | 'delete', RegExp>>
  /** What is there now, by key. */
  readonly contents: Map<string, unknown>
  /** Called before a change is made. */
  before?: (write: StoreWrite) => Promise<void> | void
}

export function sharedStore(now: () => number): SharedStore {
  const memory = memoryStore<unknown>({ now })

  async function failing(name: keyof SharedStore['fail'], key: string): Promise<void> {
    await undefined
    // As drivers do: the key in the text, and the command on the error.
    if (store.fail[name]?.test(key)) throw Object.assign(new Error(`connection lost: ${name} ${key}`), { code: 'ECONNRESET', command: key })
  }

  const store: SharedStore = {
    writes: [],
    fail: {},
    contents: new Map(),
    async get(key) {
      await failing('get', key)
      const entry = await memory.get(key)
      if (entry === undefined) store.contents.delete(key)
      // What comes out of a database is never the object that went in.
      return entry && { ...entry, value: JSON.parse(JSON.stringify(entry.value)) as unknown }
    },
    async compareAndSet(key, expected, value, options) {
      await store.before?.({ what: 'set', key, ...options })
      await failing('compareAndSet', key)
      const receipt = await memory.compareAndSet(key, expected, value, options)
      if (receipt === undefined) return undefined
      store.writes.push({ what: 'set', key, ...options })
      store.contents.set(key, value)
      return receipt
    },
    async delete(key, expected) {
      await store.before?.({ what: 'delete', key })
      await failing('delete', key)
      const isDeleted = await memory.delete(key, expected)
      if (!isDeleted) return false
      store.writes.push({ what: 'delete', key })
      return store.contents.delete(key)
    },
  }
  return store
}
