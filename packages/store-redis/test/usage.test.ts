import { Cluster, Redis } from 'ioredis'
import { createClient, createClientPool, createCluster, createSentinel } from 'redis'
import { describe, expect, it } from 'vitest'
import { type RedisClient, redisStore } from '../src/index.js'

const usage = (message: RegExp) => expect.objectContaining({ name: 'UsageError', message: expect.stringMatching(message) })

describe('redisStore, called wrongly', () => {
  it.each([[undefined], [null], ['redis://localhost'], [{}], [new Map()], [{ get() {}, set() {} }]])(
    'what is no client is refused, and the ways to get one are named: %s',
    (client) => {
      expect(() => redisStore(client as unknown as RedisClient)).toThrow(usage(/createClient\(\).*new Redis\(\)/))
    },
  )

  it('unknown options are refused, and those that exist are named', () => {
    const options = { keyPrefix: 'app:' }
    expect(() => redisStore(createClient(), options as object)).toThrow(usage(/"keyPrefix".*prefix, subscriber/))
  })

  it.each([[null], ['app:']])('options that are none are refused: %j', (options) => {
    expect(() => redisStore(createClient(), options as unknown as object)).toThrow(usage(/options object.*prefix/))
  })

  it('a prefix that is no string is refused', () => {
    expect(() => redisStore(createClient(), { prefix: 1 as unknown as string })).toThrow(usage(/prefix/))
  })

  it('a subscriber that cannot subscribe is refused', () => {
    const pool = createClientPool()
    for (const subscriber of [pool, {}, 'oauth:'])
      expect(() => redisStore(createClient(), { subscriber: subscriber as never })).toThrow(usage(/subscriber.*duplicate/))
  })

  it('a subscriber that is the client itself is refused; clusters and sentinels make a connection of their own', () => {
    const [single, cluster] = [new Redis({ lazyConnect: true }), new Cluster([{ host: '127.0.0.1', port: 1 }], { lazyConnect: true })]
    const nodeRedis = createClient()
    const error = usage(/`subscriber`.*the client itself.*duplicate\(\)/)
    expect(() => redisStore(single, { subscriber: single })).toThrow(error)
    expect(() => redisStore(nodeRedis, { subscriber: nodeRedis })).toThrow(error)
    const [nodes, sentinel] = [createCluster({ rootNodes: [] }), createSentinel({ name: 'primary', sentinelRootNodes: [] })]
    expect(redisStore(cluster, { subscriber: cluster }).watch).toBeTypeOf('function')
    expect(redisStore(nodes, { subscriber: nodes }).watch).toBeTypeOf('function')
    expect(redisStore(sentinel, { subscriber: sentinel }).watch).toBeTypeOf('function')
    single.disconnect()
    cluster.disconnect()
  })

  it.each([
    ['client', createClient()],
    ['pool', createClientPool()],
    ['cluster', createCluster({ rootNodes: [] })],
    ['sentinel', createSentinel({ name: 'primary', sentinelRootNodes: [] })],
  ])('node-redis: a %s that was never connected is told so, by each operation', async (_kind, client) => {
    const store = redisStore<unknown>(client)
    const error = usage(/client.*not connected.*connect\(\)/)
    await expect(store.get('k')).rejects.toEqual(error)
    await expect(store.compareAndSet('k', null, 'secret', { ttl: 1 })).rejects.toEqual(error)
    await expect(store.delete('k')).rejects.toEqual(error)
  })

  it('node-redis: a subscriber that was never connected is told at the first use of the store', async () => {
    const client = new Redis({ lazyConnect: true })
    const store = redisStore<unknown>(client, { subscriber: createClient() })
    await expect(store.get('k')).rejects.toEqual(usage(/subscriber.*not connected/))
    await expect(store.get('k')).rejects.toEqual(usage(/subscriber.*not connected/))
    client.disconnect()
  })
})
