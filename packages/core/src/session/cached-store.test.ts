import { describe, expect, it } from 'vitest'
import { type CachedStoreOptions, cachedStore } from './cached-store.js'
import { memoryStore } from './memory-store.js'
import { OAuth2Session } from './oauth2-session.js'
import type { Store, StoreEntry } from './store.js'
import { json, NOW, server, testClock, wire } from './testing/fixture.js'
import { record } from './testing/life-cycle.js'
import { slowStore } from './testing/stores.js'
import type { TokenRecord } from './token-record.js'

type Value = { readonly n: number; readonly lease?: object }
const ttl = { ttl: 1000 }

/** An engine that two processes reach, and the first of them, which has a cache. */
function twoProcesses({ watch = false, ...options }: Omit<CachedStoreOptions, 'environment'> & { readonly watch?: boolean } = {}) {
  const clock = testClock()
  const memory = memoryStore<Value>({ now: clock.now })
  const calls = { get: 0, watching: 0 }
  const watchers = new Map<string, Set<() => void>>()
  const told = async <R>(key: string, change: () => R): Promise<Awaited<R>> => {
    const result = await change()
    for (const changed of [...(watchers.get(key) ?? [])]) changed()
    return result
  }
  const engine: Store<Value> = {
    get: async (key) => {
      calls.get += 1
      return memory.get(key)
    },
    compareAndSet: (key, expected, value, options) => told(key, () => memory.compareAndSet(key, expected, value, options)),
    delete: (key, expected) => told(key, () => memory.delete(key, expected)),
    ...(watch
      ? {
          watch(key, changed) {
            calls.watching += 1
            watchers.set(key, (watchers.get(key) ?? new Set()).add(changed))
            return () => {
              if (watchers.get(key)?.delete(changed)) calls.watching -= 1
            }
          },
        }
      : {}),
  }
  return { clock, calls, engine, mine: cachedStore(engine, { environment: clock, ...options }) }
}

async function write(store: Store<Value>, key: string, value: Value): Promise<void> {
  expect(await store.compareAndSet(key, (await store.get(key))?.version ?? null, value, ttl)).toBeDefined()
}

describe('cachedStore', () => {
  it('a fresh value costs no round trip, and is answered at once', async () => {
    const { engine, mine, calls, clock } = twoProcesses()
    await write(engine, 'k', { n: 1 })
    calls.get = 0
    expect(mine.get('k')).toBeInstanceOf(Promise)
    await mine.get('k')
    clock.time += 4.9
    expect(mine.get('k')).toMatchObject({ value: { n: 1 } })
    expect(calls.get).toBe(1)
  })

  it('many who ask at once cost one round trip', async () => {
    const { engine, mine, calls } = twoProcesses()
    await write(engine, 'k', { n: 1 })
    calls.get = 0
    const entries = await Promise.all(Array.from({ length: 500 }, () => mine.get('k')))
    expect(new Set(entries.map((entry) => entry?.value))).toEqual(new Set([{ n: 1 }]))
    expect(calls.get).toBe(1)
  })

  it('what another process did is seen after maxAge: a write, and a logout', async () => {
    const { engine, mine, clock } = twoProcesses({ maxAge: 3 })
    await write(engine, 'k', { n: 1 })
    await mine.get('k')
    await write(engine, 'k', { n: 2 })
    clock.time += 2.9
    expect(mine.get('k')).toMatchObject({ value: { n: 1 } })
    clock.time += 0.1
    expect(await mine.get('k')).toMatchObject({ value: { n: 2 } })
    await engine.delete('k')
    clock.time += 3
    expect(await mine.get('k')).toBeUndefined()
  })

  it('with watch it is seen at once', async () => {
    const { engine, mine } = twoProcesses({ watch: true })
    await write(engine, 'k', { n: 1 })
    await mine.get('k')
    await write(engine, 'k', { n: 2 })
    expect(await mine.get('k')).toMatchObject({ value: { n: 2 } })
    await engine.delete('k')
    expect(await mine.get('k')).toBeUndefined()
  })

  it('who is called back by watch and looks sees what is new', async () => {
    const { engine, mine } = twoProcesses({ watch: true })
    await write(engine, 'k', { n: 1 })
    const seen: unknown[] = []
    const stop = mine.watch?.('k', () => seen.push(mine.get('k')))
    await mine.get('k')
    await write(engine, 'k', { n: 2 })
    expect(await Promise.all(seen)).toMatchObject([{ value: { n: 2 } }])
    stop?.()
    await write(engine, 'k', { n: 3 })
    expect(seen).toHaveLength(1)
  })

  it('its own writes and deletes are seen by the next get', async () => {
    const { engine, mine } = twoProcesses()
    await write(engine, 'k', { n: 1 })
    await mine.get('k')
    await write(mine, 'k', { n: 2 })
    expect(await mine.get('k')).toMatchObject({ value: { n: 2 } })
    await mine.delete('k')
    expect(await mine.get('k')).toBeUndefined()
  })

  it('RF04: who decides on an old value loses, and the next get is fresh', async () => {
    const { engine, mine } = twoProcesses()
    await write(engine, 'k', { n: 1 })
    const { version } = (await mine.get('k')) as StoreEntry<Value>
    await write(engine, 'k', { n: 2 })
    expect(await mine.compareAndSet('k', version, { n: 3 }, ttl)).toBeUndefined()
    expect(await mine.get('k')).toMatchObject({ value: { n: 2 } })
  })

  it('a value that was asked for before a write, and comes after it, is not remembered', async () => {
    const store = slowStore(testClock().now)
    await store.compareAndSet('k', null, record('a'), ttl)
    const mine = cachedStore<TokenRecord>(store)
    const held = store.holdRead()
    const early = mine.get('k')
    await held.reached
    expect(await mine.delete('k')).toBe(true)
    held.release()
    expect(await early).toMatchObject({ value: record('a') })
    expect(await mine.get('k')).toBeUndefined()
  })

  it.each(['compareAndSet', 'delete'] as const)(
    'after a %s that failed, of which nobody knows whether it was made, the engine is asked',
    async (method) => {
      const { engine, clock } = twoProcesses()
      await write(engine, 'k', { n: 1 })
      const failing = () => Promise.reject(new Error('reset'))
      const mine = cachedStore({ ...engine, compareAndSet: failing, delete: failing }, { environment: clock })
      await mine.get('k')
      await write(engine, 'k', { n: 2 })
      await expect(method === 'delete' ? mine.delete('k') : mine.compareAndSet('k', null, { n: 3 }, ttl)).rejects.toThrow('reset')
      expect(await mine.get('k')).toMatchObject({ value: { n: 2 } })
    },
  )

  it('SS19: a read that failed rejects for all who wait, and is not remembered', async () => {
    const store = slowStore(testClock().now)
    await store.compareAndSet('k', null, record('a'), ttl)
    const mine = cachedStore<TokenRecord>(store)
    store.failReads(1)
    const results = await Promise.allSettled([mine.get('k'), mine.get('k')])
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(await mine.get('k')).toMatchObject({ value: record('a') })
  })

  it('the same for a store that answers at once, as one in a file does', async () => {
    const clock = testClock()
    const memory = memoryStore<Value>({ now: clock.now })
    let reads = 0
    let failing = false
    const get = (key: string) => {
      reads += 1
      if (failing) throw new Error('EIO')
      return memory.get(key)
    }
    const mine = cachedStore({ ...memory, get }, { environment: clock })
    memory.compareAndSet('k', null, { n: 1 }, ttl)
    expect([mine.get('k'), mine.get('k')]).toMatchObject([{ value: { n: 1 } }, { value: { n: 1 } }])
    expect(reads).toBe(1)
    clock.time += 5
    failing = true
    expect(() => mine.get('k')).toThrow('EIO')
    failing = false
    expect(mine.get('k')).toMatchObject({ value: { n: 1 } })
  })

  it('absence is not remembered: who has just logged in at another process is known here', async () => {
    const { engine, mine } = twoProcesses()
    expect(await mine.get('k')).toBeUndefined()
    await write(engine, 'k', { n: 1 })
    expect(await mine.get('k')).toMatchObject({ value: { n: 1 } })
  })

  it('RF02: a token that is being renewed is not remembered: who waits for it sees that it is there', async () => {
    const { engine, mine } = twoProcesses()
    await write(engine, 'k', { n: 1, lease: { owner: 'other' } })
    expect(await mine.get('k')).toMatchObject({ value: { n: 1 } })
    await write(engine, 'k', { n: 2 })
    expect(await mine.get('k')).toMatchObject({ value: { n: 2 } })
  })

  it('now goes on with the monotonic clock, and is never ahead of the store', async () => {
    const { engine, mine, clock } = twoProcesses()
    await write(engine, 'k', { n: 1 })
    expect(await mine.get('k')).toMatchObject({ now: NOW })
    clock.time += 2.5
    expect(mine.get('k')).toMatchObject({ now: NOW + 2.5 })
  })

  it('age counts from the question, the time of the store from the answer', async () => {
    const clock = testClock()
    const store = slowStore(clock.now)
    await store.compareAndSet('k', null, record('a'), ttl)
    const mine = cachedStore<TokenRecord>(store, { environment: clock })
    const held = store.holdRead()
    const asked = mine.get('k')
    await held.reached
    clock.time += 4
    held.release()
    await asked
    expect(mine.get('k')).toMatchObject({ now: NOW })
    clock.time += 1
    expect(mine.get('k')).toBeInstanceOf(Promise)
  })

  it('keeps at most maxEntries, drops what is too old to be served, and watches nothing else', async () => {
    const { engine, mine, calls, clock } = twoProcesses({ watch: true, maxEntries: 2 })
    for (const key of ['a', 'b', 'c']) {
      await write(engine, key, { n: 1 })
      await mine.get(key)
    }
    expect(calls.watching).toBe(2)
    expect(mine.get('b')).not.toBeInstanceOf(Promise)
    expect(mine.get('a')).toBeInstanceOf(Promise)
    clock.time += 5
    await mine.get('c')
    expect(calls.watching).toBe(1)
    await mine.delete('c')
    expect(calls.watching).toBe(0)
  })

  it('with maxAge 0 each get asks', async () => {
    const { engine, mine, calls } = twoProcesses({ maxAge: 0 })
    await write(engine, 'k', { n: 1 })
    calls.get = 0
    await Promise.all([mine.get('k'), mine.get('k')])
    expect(calls.get).toBe(2)
  })

  it.each([[undefined], [null], [{ get: () => undefined }]])('around what is no store (%o) it is a UsageError at once', (store) => {
    expect(() => cachedStore(store as unknown as Store<Value>)).toThrow(
      expect.objectContaining({ name: 'UsageError', message: expect.stringMatching(/^cachedStore: the store inside has no function/) }),
    )
  })

  it.each([{ maxAge: -1 }, { maxAge: Number.NaN }, { maxAge: '5' }, { maxEntries: 0 }, { maxEntries: '9' }, { maxage: 5 }])(
    '%o is a UsageError',
    (options) => {
      expect(() => cachedStore(memoryStore(), options as object)).toThrow(expect.objectContaining({ name: 'UsageError' }))
    },
  )
})

describe('a session on it', () => {
  it('calls an API with a fresh token without a round trip', async () => {
    const clock = testClock()
    const engine = slowStore(clock.now)
    let reads = 0
    const counted: Store<TokenRecord> = {
      ...engine,
      get: (key) => {
        reads += 1
        return engine.get(key)
      },
    }
    await engine.compareAndSet('k', null, record('a'), ttl)
    const { client, sent } = wire(() => Promise.reject(new Error('no request')))
    const store = cachedStore(counted, { environment: clock })
    const session = new OAuth2Session({ server, clientId: 'client', store, key: 'k', environment: clock }, client)
    await session.http('https://api.example/1')
    reads = 0
    await session.http('https://api.example/2')
    expect(sent.map(({ authorization }) => authorization)).toEqual(['Bearer access-a', 'Bearer access-a'])
    expect(reads).toBe(0)
  })

  it('RF02: who would renew an old token from the cache loses the lease, looks again, and sends nothing', async () => {
    const clock = testClock()
    const engine = slowStore(clock.now)
    const { local: _local, ...shared } = engine
    await engine.compareAndSet('k', null, record('a'), { ttl: 86_400 })
    const { client, sent, tokenRequests } = wire(() =>
      json({ access_token: 'access-b', refresh_token: 'refresh-b', token_type: 'Bearer', expires_in: 3600 }),
    )
    const another = () =>
      new OAuth2Session(
        { server, clientId: 'client', store: cachedStore(shared, { environment: clock }), key: 'k', environment: clock },
        client,
      )
    const [one, two] = [another(), another()]
    clock.time += 3539
    for (const session of [one, two]) await session.http('https://api.example')
    clock.time += 2
    for (const session of [one, two]) await session.http('https://api.example')
    expect(sent.map(({ authorization }) => authorization?.at(-1))).toEqual(['a', 'a', 'b', 'b'])
    expect(tokenRequests()).toHaveLength(1)
  })
})
