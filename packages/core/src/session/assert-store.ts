import { type Explanation, explain } from '../error/explain.js'
import { UsageError } from '../error/usage-error.js'
import type { Store } from './store.js'

const METHODS = ['get', 'compareAndSet', 'delete'] as const satisfies readonly (keyof Store<unknown>)[]

/**
 * Refuses what is no store, such as a client of a database, before anything is to be kept in it.
 *
 * @throws {@link UsageError}
 */
export function assertStore(store: unknown, where: Explanation): void {
  const members: Partial<Store<unknown>> = Object(store)
  const missing = METHODS.find((name) => typeof members[name] !== 'function')
  if (missing === undefined) return
  throw new UsageError(
    explain &&
      `${where} has no function "${missing}". A store has get, compareAndSet and delete (type Store), as what memoryStore(), redisStore(client) and postgresStore(pool) return.`,
  )
}
