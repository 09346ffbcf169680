import type { Environment } from '../environment.js'

/** What is remembered for a time, by name. */
export interface BoundedMap<T> {
  get(name: string): T | undefined
  /** @param ttl seconds, where it is to be forgotten earlier than others: the same for all of these. */
  set(name: string, value: T, ttl?: number): void
  delete(name: string): void
}

/** Entries in the order in which they are over. */
type Entries<T> = Map<string, { readonly value: T; readonly until: number }>

/**
 * Makes a map that forgets what was set more than `ttl` seconds ago, and the oldest entries beyond `limit`: first those that were to be forgotten earlier
 * than others.
 */
export function boundedMap<T>(
  { now }: Pick<Environment, 'now'>,
  { ttl, limit }: { readonly ttl: number; readonly limit: number },
): BoundedMap<T> {
  const entries: Entries<T> = new Map()
  // Apart, or those that are over would wait behind the others, and these be forgotten for them.
  const brief: Entries<T> = new Map()

  function dropOld(some: Entries<T>): void {
    for (const [oldest, { until }] of some) {
      if (entries.size + brief.size <= limit && until > now()) break
      some.delete(oldest)
    }
  }

  return {
    get(name) {
      const entry = entries.get(name) ?? brief.get(name)
      return entry !== undefined && entry.until > now() ? entry.value : undefined
    },
    set(name, value, own) {
      entries.delete(name)
      brief.delete(name)
      if (own === undefined) entries.set(name, { value, until: now() + ttl })
      else brief.set(name, { value, until: now() + own })
      dropOld(brief)
      dropOld(entries)
    },
    delete(name) {
      entries.delete(name)
      brief.delete(name)
    },
  }
}
