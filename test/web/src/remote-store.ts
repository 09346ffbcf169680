import type { Store, StoreEntry, StoreReceipt } from '@oauth/core/session'

/** What is asked of the store's server. */
export type StoreCall =
  | { readonly operation: 'get'; readonly key: string }
  | { readonly operation: 'set'; readonly key: string; readonly expected: string | null; readonly value: unknown; readonly ttl: number }
  | { readonly operation: 'delete'; readonly key: string; readonly expected?: string | undefined }

/** A store that the test runs, reached by `fetch`, so that it works wherever a framework runs. */
export function remoteStore(url: string): Store<unknown> {
  async function call<T>(body: StoreCall): Promise<T> {
    const response = await fetch(url, { method: 'POST', body: JSON.stringify(body), cache: 'no-store' })
    if (!response.ok) throw new Error(`The store answered ${response.status}.`)
    const { result } = (await response.json()) as { result: T }
    return result
  }
  return {
    get: (key) => call<StoreEntry<unknown> | undefined>({ operation: 'get', key }),
    compareAndSet: (key, expected, value, { ttl }) => call<StoreReceipt | undefined>({ operation: 'set', key, expected, value, ttl }),
    delete: (key, expected) => call<boolean>({ operation: 'delete', key, expected }),
  }
}
