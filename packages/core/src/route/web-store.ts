import type { Maybe } from '../environment.js'
import { StoreError } from '../error/store-error.js'
import { UsageError } from '../error/usage-error.js'
import { assertStore } from '../session/assert-store.js'
import { plainCause } from '../session/plain-cause.js'
import type { Store, StoreEntry, StoreReceipt } from '../session/store.js'
import { isTokenRecord } from './login-token-store.js'

/**
 * The application's store, as the routes use it beside the life cycle of tokens: failures are errors of this library, that quote nothing of what was
 * to be kept.
 */
export interface WebStore {
  get(key: string): Promise<StoreEntry<unknown> | undefined>
  /** @param ttl seconds. */
  compareAndSet(
    key: string,
    expected: string | null,
    entry: { readonly value: unknown; readonly ttl: number },
  ): Promise<StoreReceipt | undefined>
  delete(key: string, expected?: string): Promise<boolean>
  /** The store itself, for tokens. */
  readonly tokens: Store<unknown>
}

/** Makes each failure of a store a {@link StoreError}. */
export function webStore(store: Store<unknown>): WebStore {
  return {
    get: (key) => trying('read', { key }, () => store.get(key)),
    compareAndSet: (key, expected, { value, ttl }) =>
      trying('write', { key, value }, () => store.compareAndSet(key, expected, value, { ttl })),
    delete: (key, expected) => trying('delete', { key }, () => store.delete(key, expected)),
    tokens: store,
  }
}

type Operation = 'read' | 'write' | 'delete'

async function trying<T>(
  operation: Operation,
  record: { readonly key: string; readonly value?: unknown },
  work: () => Maybe<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const { key, value } = record
    // What a key names is as good as a password where somebody has the secret, too.
    const id = { access_token: key.slice(key.indexOf(':') + 1), token_type: '' }
    throw new StoreError(operation, { cause: plainCause(error, id, isTokenRecord(value) ? value.token : undefined) })
  }
}

/** @throws {@link UsageError} for what is no store. One of express-session has other methods, and another meaning of them. */
export function assertWebStore(store: unknown): void {
  if (store === undefined) return
  const { get, set, destroy, compareAndSet } = Object(store) as Partial<Record<string, unknown>>
  const isOfExpressSession = compareAndSet === undefined && [get, set, destroy].every((method) => typeof method === 'function')
  if (isOfExpressSession)
    throw new UsageError('Option "store" looks like a store of express-session: wrap it, store: expressSessionStore(store).')
  assertStore(store, 'Option "store"')
}
