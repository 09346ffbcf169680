import type { Environment } from '../environment.js'

/** What is remembered for a time, by name. */
export interface BoundedMap<T> {
  get(name: string): T | undefined
  /** @param ttl seconds, where it is to be forgotten earlier than others. */
  set(name: string, value: T, ttl?: number): void
  delete(name: string): void
}

/** Makes a map that forgets what was set more than `ttl` seconds ago, and the oldest entries beyond `limit`. */
export function boundedMap<T>(
  { now }: Pick<Environment, 'now'>,
  { ttl, limit }: { readonly ttl: number; readonly limit: number },
): BoundedMap<T> {
  const entries = new Map<string, { readonly value: T; readonly until: number }>()

  return {
    get(name) {
      const entry = entries.get(name)
      return entry !== undefined && entry.until > now() ? entry.value : undefined
    },
    set(name, value, own = ttl) {
      entries.delete(name)
      entries.set(name, { value, until: now() + own })
      for (const [oldest, { until }] of entries) {
        if (entries.size <= limit && until > now()) break
        entries.delete(oldest)
      }
    },
    delete: (name) => void entries.delete(name),
  }
}
