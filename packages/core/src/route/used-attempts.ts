import type { Environment } from '../environment.js'
import { type AuthorizationTransaction, TRANSACTION_TTL } from '../transaction/authorization-transaction.js'
import { boundedSet } from './bounded-set.js'
import { idOf } from './login-cookies.js'
import type { WebStore } from './web-store.js'

/** How many finished logins a process remembers, at most. */
const MAX_LOGINS = 10_000

/** Login attempts whose answer was taken: an answer is used once. Nothing is kept of one that was only begun. */
export interface UsedAttempts {
  /** Whether the attempt of a state was used. */
  has(state: string): Promise<boolean>
  /** Uses an attempt up. Tells whether it was still to be used: of two requests at once only one is told so. */
  add(attempt: AuthorizationTransaction): Promise<boolean>
}

/** Remembered by this process. */
export function usedAttempts(environment: Pick<Environment, 'now'>): UsedAttempts {
  const used = boundedSet(environment, { ttl: TRANSACTION_TTL, limit: MAX_LOGINS })
  return {
    has: async (state) => used.has(idOf(state)),
    add: async ({ state }) => used.add(idOf(state)),
  }
}

/** Remembered by the store, for all instances of the application: under `tx:` and the attempt's id, as long as it could be used. */
export function storedAttempts(store: WebStore): UsedAttempts {
  const keyOf = (state: string) => `tx:${idOf(state)}`
  return {
    has: async (state) => (await store.get(keyOf(state))) !== undefined,
    add: async ({ state }) => (await store.compareAndSet(keyOf(state), null, { value: { v: 1 }, ttl: TRANSACTION_TTL })) !== undefined,
  }
}
