import type { Environment } from '../environment.js'
import { isJsonObject, type Json } from '../http/json.js'
import { type AuthorizationTransaction, TRANSACTION_TTL } from '../transaction/authorization-transaction.js'
import { boundedMap } from './bounded-map.js'
import { idOf } from './login-cookies.js'
import type { WebStore } from './web-store.js'

/** How many finished logins a process remembers, at most. */
const MAX_LOGINS = 10_000

/** What is left of an attempt that was used. */
export interface UsedAttempt {
  /** Where it went on. */
  readonly returnTo?: string | undefined
}

/** Login attempts whose answer was taken: an answer is used once. Nothing is kept of one that was only begun. */
export interface UsedAttempts {
  /** The used attempt of a state; `undefined` when it was not used. */
  find(state: string): Promise<UsedAttempt | undefined>
  /** Uses an attempt up. Tells whether it was still to be used: of two requests at once only one is told so. */
  add(attempt: AuthorizationTransaction): Promise<boolean>
}

/** Remembered by this process. */
export function usedAttempts(environment: Pick<Environment, 'now'>): UsedAttempts {
  const used = boundedMap<UsedAttempt>(environment, { ttl: TRANSACTION_TTL, limit: MAX_LOGINS })
  return {
    find: async (state) => used.get(idOf(state)),
    async add({ state, returnTo }) {
      const isNew = used.get(idOf(state)) === undefined
      if (isNew) used.set(idOf(state), { returnTo })
      return isNew
    },
  }
}

/** Remembered by the store, for all instances of the application: under `tx:` and the attempt's id, as long as it could be used. */
export function storedAttempts(store: WebStore): UsedAttempts {
  const keyOf = (state: string) => `tx:${idOf(state)}`
  return {
    async find(state) {
      const entry = await store.get(keyOf(state))
      const value = entry?.value as Json | undefined
      const returnTo = isJsonObject(value) ? value['returnTo'] : undefined
      return entry && { returnTo: typeof returnTo === 'string' ? returnTo : undefined }
    },
    async add({ state, returnTo }) {
      const value = { v: 1, ...(returnTo === undefined ? {} : { returnTo }) }
      return (await store.compareAndSet(keyOf(state), null, { value, ttl: TRANSACTION_TTL })) !== undefined
    },
  }
}
