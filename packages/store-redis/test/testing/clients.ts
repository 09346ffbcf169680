import { type EventEmitter, once } from 'node:events'
import { Cluster, Redis } from 'ioredis'
import { createClient, createClientPool, createCluster } from 'redis'
import type { RedisClient, RedisSubscriber } from '../../src/index.js'

/** A client of an application, with what the application does with it. */
export interface Connection {
  readonly client: RedisClient
  /** A connection to subscribe with. */
  subscriber(): Promise<RedisSubscriber & Pick<EventEmitter, 'listenerCount'>>
  /** Closes the client and its subscribers. */
  close(): Promise<void>
}

export interface ClientKind {
  readonly title: string
  /** `urls` of one server, or of the nodes of a cluster. */
  connect(urls: readonly string[]): Promise<Connection>
}

/** The ways to reach one server. */
export const CLIENTS: readonly ClientKind[] = [
  { title: 'node-redis, RESP2', connect: ([url = '']) => nodeRedis(url, 2) },
  { title: 'node-redis, RESP3', connect: ([url = '']) => nodeRedis(url, 3) },
  { title: 'node-redis, pool', connect: ([url = '']) => nodeRedisPool(url) },
  { title: 'ioredis, RESP2', connect: ([url = '']) => ioRedis(url, 2) },
  { title: 'ioredis, RESP3', connect: ([url = '']) => ioRedis(url, 3) },
]

/** The ways to reach a cluster. */
export const CLUSTER_CLIENTS: readonly ClientKind[] = [
  { title: 'node-redis, cluster', connect: nodeRedisCluster },
  { title: 'ioredis, cluster', connect: ioRedisCluster },
]

async function nodeRedis(url: string, RESP: 2 | 3): Promise<Connection> {
  const client = await createClient({ url, RESP, disableOfflineQueue: true }).on('error', ignore).connect()
  const closed: (() => void)[] = [() => client.destroy()]
  return {
    client,
    async subscriber() {
      const subscriber = await client.duplicate().on('error', ignore).connect()
      closed.push(() => subscriber.destroy())
      return subscriber
    },
    async close() {
      for (const close of closed) close()
    },
  }
}

async function nodeRedisPool(url: string): Promise<Connection> {
  const single = await nodeRedis(url, 3)
  const client = createClientPool({ url, disableOfflineQueue: true }, { minimum: 2, maximum: 4, acquireTimeout: 20_000 }).on(
    'error',
    ignore,
  )
  await client.connect()
  return {
    client,
    subscriber: single.subscriber,
    async close() {
      client.destroy()
      await single.close()
    },
  }
}

async function ioRedis(url: string, protocol: 2 | 3): Promise<Connection> {
  const client = new Redis(url, { protocol, maxRetriesPerRequest: 3 }).on('error', ignore)
  const closed: (() => void)[] = [() => client.disconnect()]
  return {
    client,
    async subscriber() {
      const subscriber = client.duplicate().on('error', ignore)
      closed.push(() => subscriber.disconnect())
      await once(subscriber, 'ready')
      return subscriber
    },
    async close() {
      for (const close of closed) close()
    },
  }
}

async function nodeRedisCluster(urls: readonly string[]): Promise<Connection> {
  const client = createCluster({ rootNodes: urls.map((url) => ({ url })) }).on('error', ignore)
  await client.connect()
  return { client, subscriber: async () => client, close: async () => client.destroy() }
}

async function ioRedisCluster(urls: readonly string[]): Promise<Connection> {
  const client = new Cluster([...urls]).on('error', ignore)
  return { client, subscriber: async () => client, close: async () => client.disconnect() }
}

/** What goes wrong is seen by the operation that it goes wrong for. */
function ignore(): void {}
