import type { Environment } from '../environment.js'
import { boundedMap } from './bounded-map.js'

/** Names that are remembered for a time: logins that were finished, sessions that were ended. */
export interface BoundedSet {
  has(name: string): boolean
  /** Tells whether the name was new. */
  add(name: string): boolean
  delete(name: string): void
}

/** Makes a set that forgets names after `ttl` seconds, and the oldest ones beyond `limit`. */
export function boundedSet(environment: Pick<Environment, 'now'>, bounds: { readonly ttl: number; readonly limit: number }): BoundedSet {
  const names = boundedMap<true>(environment, bounds)
  const has = (name: string) => names.get(name) === true

  return {
    has,
    add(name) {
      if (has(name)) return false
      names.set(name, true)
      return true
    },
    delete: names.delete,
  }
}
