import type { Environment } from '../environment.js'

/** Names that are remembered for a time: logins that were finished, sessions that were ended. */
export interface BoundedSet {
  has(name: string): boolean
  /** Tells whether the name was new. */
  add(name: string): boolean
}

/** Makes a set that forgets names after `ttl` seconds, and the oldest ones beyond `limit`. */
export function boundedSet(
  { now }: Pick<Environment, 'now'>,
  { ttl, limit }: { readonly ttl: number; readonly limit: number },
): BoundedSet {
  const until = new Map<string, number>()

  function has(name: string): boolean {
    return (until.get(name) ?? 0) > now()
  }

  return {
    has,
    add(name) {
      if (has(name)) return false
      until.delete(name)
      until.set(name, now() + ttl)
      for (const [oldest, end] of until) {
        if (until.size <= limit && end > now()) break
        until.delete(oldest)
      }
      return true
    },
  }
}
