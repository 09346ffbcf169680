import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { cachedStore } from './cached-store.js'
import { encryptedStore } from './encrypted-store.js'
import { memoryStore } from './memory-store.js'
import type { Store } from './store.js'
import { record } from './testing/life-cycle.js'
import { readEntry } from './token-entry.js'

const Foreign = runInNewContext('Promise') as PromiseConstructor

/** A store whose promises are not this realm's. */
function foreign<T>(): Store<T> {
  const memory = memoryStore<T>()
  return {
    get: (key) => new Foreign((resolve) => resolve(memory.get(key))),
    compareAndSet: (...of) => new Foreign((resolve) => resolve(memory.compareAndSet(...of))),
    delete: (...of) => new Foreign((resolve) => resolve(memory.delete(...of))),
  }
}

describe('SS19: a promise of another realm, as under Jest', () => {
  it('is awaited where a token is read', async () => {
    const store = foreign<ReturnType<typeof record>>()
    await store.compareAndSet('k', null, record('a'), { ttl: 60 })
    expect((await readEntry({ store, key: 'k' }))?.value.token.access_token).toBe('access-a')
  })

  it('is awaited by the stores around a store', async () => {
    const store = cachedStore(encryptedStore<string>(foreign<string>(), { secret: 's'.repeat(43) }))
    expect(await store.compareAndSet('k', null, 'value', { ttl: 60 })).toBeDefined()
    expect((await store.get('k'))?.value).toBe('value')
  })

  it('is awaited by a cache that is to forget what was written', async () => {
    const inner = foreign<string>()
    const written = Promise.withResolvers<void>()
    const first = await inner.compareAndSet('k', null, 'old', { ttl: 60 })
    const slow: Store<string> = {
      ...inner,
      compareAndSet: (...of) => new Foreign((resolve) => void written.promise.then(() => resolve(inner.compareAndSet(...of)))),
    }
    const store = cachedStore(slow)
    const writing = store.compareAndSet('k', first?.version ?? null, 'new', { ttl: 60 })
    expect((await store.get('k'))?.value).toBe('old')
    written.resolve()
    await writing
    expect((await store.get('k'))?.value).toBe('new')
  })
})
