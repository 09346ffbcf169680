import { testTokenStore } from '@oauth/conformance'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { redisStore } from '../src/index.js'
import { CLIENTS, CLUSTER_CLIENTS, type ClientKind, type Connection } from './testing/clients.js'
import { describeOnRedis } from './testing/on-redis.js'
import { type RedisCluster, startRedisCluster } from './testing/redis-cluster.js'
import { type RedisServer, startRedis } from './testing/redis-server.js'

describeOnRedis('testTokenStore', () => {
  let server: RedisServer
  let cluster: RedisCluster
  let opened: Connection[]
  beforeAll(async () => {
    opened = []
    server = await startRedis()
    cluster = await startRedisCluster()
  }, 30_000)
  afterAll(async () => {
    for (const { close } of opened) await close()
    await server.stop()
    await cluster.stop()
  })

  function storesOf({ connect }: ClientKind, urls: () => readonly string[]) {
    return async () => {
      const connection = await connect(urls())
      opened.push(connection)
      return redisStore<unknown>(connection.client, { subscriber: await connection.subscriber() })
    }
  }

  describe.concurrent.each(CLIENTS)('$title', (kind) => {
    testTokenStore(
      register,
      storesOf(kind, () => [server.url]),
      {
        async gone() {
          const stopped = await startRedis()
          const connection = await kind.connect([stopped.url])
          opened.push(connection)
          await stopped.stop()
          return redisStore<unknown>(connection.client)
        },
      },
    )
  })

  describe.concurrent.each(CLUSTER_CLIENTS)('$title', (kind) => {
    testTokenStore(
      register,
      storesOf(kind, () => cluster.urls),
      {
        skip: { 'store.gone': 'how long to wait for a cluster is a setting of its client; that the store adds nothing, one server shows' },
      },
    )
  })
})

/** Some checks let time pass. */
function register(title: string, run: () => Promise<void>): void {
  it(title, run, 30_000)
}
