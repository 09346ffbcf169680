import { Cluster } from 'ioredis'
import { createCluster } from 'redis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { redisStore, type Store } from '../src/index.js'
import { CLUSTER_CLIENTS, type Connection } from './testing/clients.js'
import { describeOnRedis } from './testing/on-redis.js'
import { type RedisCluster, startRedisCluster } from './testing/redis-cluster.js'

const HOUR = { ttl: 3600 }
/** Braces in keys say which part decides on the node; whatever they are, one key is one key. */
const KEYS = [...Array.from({ length: 20 }, (_, index) => `user-${index}`), '{a}b', '{a}c', '}{', '{}', '{', '🔑{🔑}']

describeOnRedis('redisStore on a cluster', () => {
  let cluster: RedisCluster
  beforeAll(async () => {
    cluster = await startRedisCluster()
  }, 30_000)
  afterAll(() => cluster.stop())

  describe.each(CLUSTER_CLIENTS)('$title', ({ connect }) => {
    let connection: Connection
    let other: Connection
    let store: Store<unknown>
    let otherStore: Store<unknown>
    beforeEach(async () => {
      for (const primary of cluster.primaries) await primary.ask('FLUSHALL')
      connection = await connect(cluster.urls)
      other = await connect(cluster.urls)
      store = redisStore(connection.client, { subscriber: await connection.subscriber() })
      otherStore = redisStore(other.client)
    })
    afterEach(async () => {
      await connection.close()
      await other.close()
    })

    it('keys live on all nodes, and are read, replaced and deleted there, also after their scripts are gone', async () => {
      const versions = new Map<string, string | undefined>()
      for (const key of KEYS) versions.set(key, (await store.compareAndSet(key, null, key, HOUR))?.version)
      const counts = await Promise.all(cluster.primaries.map(async (primary) => Number(await primary.ask('DBSIZE'))))
      expect(Math.min(...counts)).toBeGreaterThan(0)
      expect(counts.reduce((sum, count) => sum + count)).toBe(KEYS.length)

      for (const primary of cluster.primaries) await primary.ask('SCRIPT', 'FLUSH')
      for (const key of KEYS) {
        expect(await otherStore.get(key)).toMatchObject({ value: key, version: versions.get(key) })
        expect(await otherStore.compareAndSet(key, 'made-up', 'x', HOUR)).toBeUndefined()
        const next = await otherStore.compareAndSet(key, String(versions.get(key)), 'next', HOUR)
        expect(await store.delete(key, versions.get(key))).toBe(false)
        expect(await store.delete(key, next?.version)).toBe(true)
      }
    })

    it('RF04: of 200 writers with the same version, on two connections, one wins', async () => {
      const receipts = await Promise.all(
        Array.from({ length: 200 }, async (_, writer) => (writer % 2 === 0 ? store : otherStore).compareAndSet('k', null, writer, HOUR)),
      )
      const [winner, ...others] = receipts.filter((receipt) => receipt !== undefined)
      expect(others).toEqual([])
      expect(await store.get('k')).toMatchObject({ version: winner?.version })
    })

    it('watch: tells of writes at whichever node', async () => {
      for (const key of KEYS.slice(0, 6)) {
        const heard = new Promise<void>((resolve) => store.watch?.(key, resolve))
        const nodes = [...cluster.primaries, cluster.replica]
        const count = async () => (await Promise.all(nodes.map((node) => node.ask('PUBSUB', 'NUMSUB', `oauth:${key}`)))).join()
        await expect.poll(count).toContain(',1')
        await otherStore.compareAndSet(key, null, 'a', HOUR)
        await heard
      }
    })
  })

  describe('a client that reads from replicas', () => {
    const keys = KEYS.slice(0, 20)
    beforeEach(async () => {
      for (const primary of cluster.primaries) await primary.ask('FLUSHALL')
      await cluster.replica.ask('CONFIG', 'RESETSTAT')
    })

    /** How often clients had the replica do this. */
    async function calls(command: string): Promise<number> {
      const stats = await cluster.replica.ask('INFO', 'commandstats')
      return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0)
    }

    async function use(store: Store<unknown>): Promise<void> {
      for (const key of keys) {
        const entry = await store.compareAndSet(key, null, key, HOUR)
        for (let read = 0; read < 5; read += 1) expect((await store.get(key))?.version).toBe(entry?.version)
        await store.delete(key)
      }
    }

    it('node-redis: reads of the store go to primaries all the same', async () => {
      const client = createCluster({ rootNodes: cluster.urls.map((url) => ({ url })), useReplicas: true })
      await client.connect()
      await use(redisStore(client))
      expect([await calls('evalsha'), await calls('eval'), await calls('get')]).toEqual([0, 0, 0])
      // The client does read from it otherwise.
      for (const key of keys.flatMap((name) => [name, name, name])) await client.get(key)
      expect(await calls('get')).toBeGreaterThan(0)
      client.destroy()
    })

    it('ioredis: reads of the store go to primaries all the same', async () => {
      const client = new Cluster([...cluster.urls], { scaleReads: 'slave' })
      await use(redisStore(client))
      expect([await calls('evalsha'), await calls('eval'), await calls('get')]).toEqual([0, 0, 0])
      for (const key of keys) await client.get(key)
      expect(await calls('get')).toBeGreaterThan(0)
      client.disconnect()
    })
  })
})
