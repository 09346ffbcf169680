import { readFile } from 'node:fs/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { postgresStore } from '../src/index.js'
import { runProcess } from './testing/run-process.js'
import { postgresWorld } from './testing/world.js'

const world = postgresWorld()
const stops: (() => void)[] = []

afterEach(async () => {
  for (const stop of stops.splice(0)) stop()
  await vi.waitFor(async () => expect(await listeners()).toBe(0))
})

describe('watch', () => {
  it('tells of each write and of a delete, made through another pool', async () => {
    const { store, changed } = await watched('told')
    const first = await store.compareAndSet('told', null, 'one', { ttl: 60 })
    await vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(1))
    const second = await store.compareAndSet('told', first?.version ?? '', 'two', { ttl: 60 })
    await vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(2))
    await store.delete('told', second?.version)
    await vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(3))
  })

  it('tells nothing of other keys, nor of a write that lost', async () => {
    await postgresStore<string>(world.pool).compareAndSet('quiet', null, 'value', { ttl: 60 })
    const { store, changed } = await watched('quiet')
    await store.compareAndSet('another', null, 'value', { ttl: 60 })
    await store.compareAndSet('quiet', null, 'lost', { ttl: 60 })
    await store.compareAndSet('quiet', 'no version', 'lost', { ttl: 60 })
    await store.delete('quiet', 'no version')
    // Notifications come in the order of the commits: once this one is here, none of the others is on its way.
    await store.delete('quiet')
    await vi.waitFor(() => expect(changed).toHaveBeenCalled())
    expect(changed).toHaveBeenCalledTimes(1)
  })

  it('a key of any length and content can be watched', async () => {
    const key = `${'ключ\u0000'.repeat(5000)}`
    const { store, changed } = await watched(key)
    await store.compareAndSet(key, null, 'value', { ttl: 60 })
    await vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(1))
  })

  it('all watchers of a store share one connection', async () => {
    const store = postgresStore<string>(world.anotherPool())
    const told = Array.from({ length: 50 }, () => vi.fn())
    told.forEach((changed, n) => {
      stops.push(store.watch?.(`shared ${n % 25}`, changed) ?? never())
    })
    await vi.waitFor(() => expect(told.every(({ mock }) => mock.calls.length === 1)).toBe(true))
    expect(await listeners()).toBe(1)
    await store.compareAndSet('shared 7', null, 'value', { ttl: 60 })
    await vi.waitFor(() => expect([told[7], told[32]].map((changed) => changed?.mock.calls.length)).toEqual([2, 2]))
    expect(told.flatMap(({ mock }) => mock.calls)).toHaveLength(52)
  })

  it('the same callback can watch twice and stop once', async () => {
    const { store, changed } = await watched('twice')
    const stop = store.watch?.('twice', changed) ?? never()
    stop()
    stop()
    await postgresStore<string>(world.pool).compareAndSet('twice', null, 'value', { ttl: 60 })
    await vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(1))
  })

  it('a stop that is called again stops nobody who came later', async () => {
    const { store, changed } = await watched('elsewhere')
    const stop = store.watch?.('later', vi.fn()) ?? never()
    stop()
    stops.push(store.watch?.('later', changed) ?? never())
    stop()
    await postgresStore<string>(world.pool).compareAndSet('later', null, 'value', { ttl: 60 })
    await vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(1))
  })

  it('goes on after its connection was ended by the server, and tells that something may have been missed', async () => {
    const { store, changed } = await watched('ended')
    await world.pool.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN oauth_store'")
    await vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(1), { timeout: 5000 })
    await store.compareAndSet('ended', null, 'value', { ttl: 60 })
    await vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(2))
  })

  it('goes on after a restart of the server', async () => {
    const { store, changed } = await watched('restart')
    await world.server.restart()
    await vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(1), { timeout: 10_000 })
    await store.compareAndSet('restart', null, 'value', { ttl: 60 })
    await vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(2))
  })

  it('gives its connection back to the pool, without a trace, when the last one stops; and can begin again', async () => {
    const pool = world.anotherPool({ max: 2 })
    const store = postgresStore<string>(pool)
    for (let round = 0; round < 15; round++) {
      const changed = vi.fn()
      const stop = store.watch?.('again', changed) ?? never()
      await vi.waitFor(() => expect(changed).toHaveBeenCalled(), { interval: 5 })
      stop()
      await vi.waitFor(() => expect(pool.idleCount).toBe(pool.totalCount), { interval: 5 })
    }
    expect(pool.totalCount).toBe(1)
    const client = await pool.connect()
    const left = ['notification', 'end', 'error'].map((event) => client.listenerCount(event))
    client.release()
    const fresh = await world.pool.connect()
    expect(left).toEqual(['notification', 'end', 'error'].map((event) => fresh.listenerCount(event)))
    fresh.release()
    expect(await listeners()).toBe(0)
  })

  it('can be stopped before it has a connection', async () => {
    const pool = world.anotherPool()
    const changed = vi.fn()
    postgresStore<string>(pool).watch?.('early', changed)()
    await vi.waitFor(() => expect([pool.totalCount, pool.idleCount]).toEqual([1, 1]))
    expect(changed).not.toHaveBeenCalled()
  })

  it('a process whose watchers have stopped comes to its end', async () => {
    const code = await readFile(new URL('testing/watching-process.ts', import.meta.url), 'utf8')
    expect(await runProcess(world.server, code)).toEqual({ code: 0, output: '' })
  })

  it('is not there where it cannot work: a pool of one connection, or none to lend; or it is not wanted', async () => {
    expect(postgresStore(world.anotherPool({ max: 1 })).watch).toBeUndefined()
    expect(postgresStore({ query: (text, values) => world.pool.query(text, values) }).watch).toBeUndefined()
    const { changed } = await watched('unwatched')
    const silent = postgresStore<string>(world.pool, { watch: false })
    expect(silent.watch).toBeUndefined()
    await silent.compareAndSet('unwatched', null, 'silent', { ttl: 60 })
    expect(await silent.delete('unwatched')).toBe(true)
    await postgresStore<string>(world.pool).compareAndSet('unwatched', null, 'told', { ttl: 60 })
    await vi.waitFor(() => expect(changed).toHaveBeenCalled())
    expect(changed).toHaveBeenCalledTimes(1)
  })
})

/** Watches through a pool of its own, and gives a store on another one. */
async function watched(key: string) {
  const changed = vi.fn()
  const store = postgresStore<string>(world.anotherPool())
  stops.push(store.watch?.(key, changed) ?? never())
  await vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(1))
  changed.mockClear()
  return { store: Object.assign(postgresStore<string>(world.pool), { watch: store.watch }), changed }
}

async function listeners(): Promise<number> {
  const { rows } = await world.pool.query("SELECT count(*)::int AS count FROM pg_stat_activity WHERE query = 'LISTEN oauth_store'")
  return rows[0].count
}

function never(): never {
  throw new Error('The store has no watch.')
}
