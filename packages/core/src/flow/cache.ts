/** A bounded map that forgets what was not used for longest. Synchronous; holds what the server published, never what it issued. */
export interface Cache<T> {
  get(key: string): T | undefined
  set(key: string, value: T): void
  delete(key: string): void
}

/** How many servers are remembered. */
const LIMIT = 500

/** Makes a cache for at most `limit` entries. */
export function createCache<T>(limit: number = LIMIT): Cache<T> {
  const entries = new Map<string, T>()
  /** What was used last is in its place already. */
  let newest: string | undefined
  return {
    get(key) {
      const value = entries.get(key)
      if (value === undefined || key === newest) return value
      newest = key
      entries.delete(key)
      entries.set(key, value)
      return value
    },
    set(key, value) {
      newest = key
      entries.delete(key)
      entries.set(key, value)
      const oldest = entries.keys().next()
      if (entries.size > limit && !oldest.done) entries.delete(oldest.value)
    },
    delete(key) {
      entries.delete(key)
    },
  }
}
