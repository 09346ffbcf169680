import type { Store, StoreReceipt } from '@oauth/core/session'

export interface Row {
  readonly json: string
  readonly version: string
  readonly expiresAt: number
}

/** The least that a shared engine needs. A view of it is a store that does everything right. */
export class SharedEngine {
  /** Seconds since the epoch; only the test moves it. */
  time = 1_767_225_600
  readonly rows = new Map<string, Row>()
  readonly watchers = new Set<(key: string) => void>()
  #version = 0

  nextVersion(_key: string): string {
    this.#version += 1
    return String(this.#version)
  }

  /** The row of a key, unless it has expired. */
  live(key: string): Row | undefined {
    const row = this.rows.get(key)
    return row !== undefined && row.expiresAt > this.time ? row : undefined
  }

  put(key: string, value: unknown, ttl: number): StoreReceipt {
    const version = this.nextVersion(key)
    this.rows.set(key, { json: JSON.stringify(value), version, expiresAt: this.time + ttl })
    this.tell(key)
    return { version, now: this.time }
  }

  tell(key: string): void {
    for (const watcher of this.watchers) queueMicrotask(() => watcher(key))
  }

  view<T = unknown>(): Required<Omit<Store<T>, 'local'>> {
    return {
      get: async (key) => {
        const row = this.live(key)
        return row && { value: JSON.parse(row.json), version: row.version, now: this.time }
      },
      compareAndSet: async (key, expected, value, { ttl }) => {
        if ((this.live(key)?.version ?? null) !== expected) return undefined
        return this.put(key, value, ttl)
      },
      delete: async (key, expected) => {
        const row = this.live(key)
        if (row === undefined || (expected !== undefined && row.version !== expected)) return false
        this.rows.delete(key)
        this.tell(key)
        return true
      },
      watch: (key, changed) => {
        const watcher = (changedKey: string) => {
          if (changedKey === key && this.watchers.has(watcher)) changed()
        }
        this.watchers.add(watcher)
        return () => {
          this.watchers.delete(watcher)
        }
      },
    }
  }
}
