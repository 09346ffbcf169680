import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { redisStore, type Store } from '../src/index.js'
import { CLIENTS, type Connection } from './testing/clients.js'
import { describeOnRedis } from './testing/on-redis.js'
import { type RedisServer, startRedis } from './testing/redis-server.js'

const HOUR = { ttl: 3600 }

describeOnRedis('redisStore with a subscriber', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server.stop())

  /** Settles once the server has as many subscriptions to this key as that. */
  async function subscriptions(key: string, count: number): Promise<void> {
    await expect.poll(() => server.ask('PUBSUB', 'NUMSUB', `oauth:${key}`)).toBe(`oauth:${key},${count}`)
  }

  describe.each(CLIENTS)('$title', ({ connect }) => {
    let connection: Connection
    let store: Store<unknown>
    /** Has its own connections: another process. */
    let other: Connection
    let otherStore: Store<unknown>

    beforeEach(async () => {
      connection = await connect([server.url])
      other = await connect([server.url])
      store = redisStore(connection.client, { subscriber: await connection.subscriber() })
      otherStore = redisStore(other.client)
    })
    afterEach(async () => {
      await connection.close()
      await other.close()
      await server.ask('FLUSHALL')
    })

    it('watch: tells of writes and deletes of other processes, for this key alone, until it is stopped', async () => {
      const { heard, next } = listener()
      const stop = store.watch?.('k 🔑', heard)
      const quiet = listener()
      store.watch?.('quiet', quiet.heard)
      await subscriptions('k 🔑', 1)
      await subscriptions('quiet', 1)

      const created = next()
      const entry = await otherStore.compareAndSet('k 🔑', null, 'a', HOUR)
      await created
      const changed = next()
      await otherStore.compareAndSet('k 🔑', String(entry?.version), 'b', HOUR)
      await changed
      const deleted = next()
      await otherStore.delete('k 🔑')
      await deleted

      stop?.()
      await subscriptions('k 🔑', 0)
      const last = quiet.next()
      await otherStore.compareAndSet('k 🔑', null, 'c', HOUR)
      await otherStore.compareAndSet('quiet', null, 'd', HOUR)
      await last
      expect([heard.calls, quiet.heard.calls]).toEqual([3, 1])
    })

    it('watch: what changes nothing is not told', async () => {
      const { heard, next } = listener()
      store.watch?.('k', heard)
      await subscriptions('k', 1)
      const created = next()
      await otherStore.compareAndSet('k', null, 'a', HOUR)
      await created
      await otherStore.compareAndSet('k', null, 'b', HOUR)
      await otherStore.delete('k', 'made-up')
      await otherStore.get('k')
      const deleted = next()
      await otherStore.delete('k')
      await deleted
      expect(heard.calls).toBe(2)
    })

    it('watch: many watch one key over one subscription, and each stops for itself, however often', async () => {
      const one = listener()
      const stops = [store.watch?.('k', one.heard), store.watch?.('k', one.heard)]
      const two = listener()
      stops.push(store.watch?.('k', two.heard))
      await subscriptions('k', 1)
      stops[0]?.()
      stops[0]?.()
      const [first, second] = [one.next(), two.next()]
      await otherStore.compareAndSet('k', null, 'a', HOUR)
      await Promise.all([first, second])
      expect([one.heard.calls, two.heard.calls]).toEqual([1, 1])
      for (const stop of stops) stop?.()
      await subscriptions('k', 0)
    })

    it('watch: stopped before it has begun, and begun anew at once', async () => {
      const { heard, next } = listener()
      for (let round = 0; round < 10; round += 1) store.watch?.('k', heard)()
      const stop = store.watch?.('k', heard)
      await subscriptions('k', 1)
      const created = next()
      await otherStore.compareAndSet('k', null, 'a', HOUR)
      await created
      expect(heard.calls).toBe(1)
      stop?.()
      await subscriptions('k', 0)
    })

    it('watch: one that is called may stop the others', async () => {
      const calls: string[] = []
      const both = ['a', 'b'].map((name) => {
        return store.watch?.('k', () => {
          calls.push(name)
          for (const stop of both) stop?.()
        })
      })
      await subscriptions('k', 1)
      await otherStore.compareAndSet('k', null, 'a', HOUR)
      await subscriptions('k', 0)
      expect(calls).toEqual(['a'])
    })

    it('watch: after a lost connection everybody is called, and hears again', async () => {
      const { heard, next } = listener()
      store.watch?.('k', heard)
      await subscriptions('k', 1)
      const reconnected = next()
      await server.ask('CLIENT', 'KILL', 'TYPE', 'pubsub')
      await reconnected
      await subscriptions('k', 1)
      const created = next()
      await otherStore.compareAndSet('k', null, 'a', HOUR)
      await created
    })

    it('watch: a restart of the server is survived', async () => {
      const { heard, next } = listener()
      store.watch?.('k', heard)
      await subscriptions('k', 1)
      await server.restart()
      await subscriptions('k', 1)
      const created = next()
      await expect.poll(async () => await Promise.resolve(otherStore.compareAndSet('k', null, 'a', HOUR)).catch(() => {})).toBeDefined()
      await created
    })

    it('watch: leaves no listeners at the subscriber', async () => {
      const subscriber = await connection.subscriber()
      const count = () => ['message', 'ready'].map((event) => subscriber.listenerCount(event))
      const before = count()
      const own = redisStore(connection.client, { subscriber })
      const stops = ['a', 'b', 'c'].map((key) => own.watch?.(key, () => {}))
      expect(count()).not.toEqual(before)
      for (const stop of stops) stop?.()
      expect(count()).toEqual(before)
    })
  })

  it('without a subscriber there is no watch', async () => {
    for (const { connect } of CLIENTS) {
      const connection = await connect([server.url])
      expect(redisStore(connection.client).watch).toBeUndefined()
      await connection.close()
    }
  })
})

/** Counts its calls, and tells of the next. */
function listener() {
  let told: () => void = () => {}
  const heard = Object.assign(
    () => {
      heard.calls += 1
      told()
    },
    { calls: 0 },
  )
  return {
    heard,
    next: () =>
      new Promise<void>((resolve) => {
        told = resolve
      }),
  }
}
