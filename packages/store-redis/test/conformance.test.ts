import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testTokenStore } from '@oauth/conformance'
import { encryptedStore } from '@oauth/core/session'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { redisStore, type Store } from '../src/index.js'
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

  function storesOf<T>({ connect }: ClientKind, urls: () => readonly string[]) {
    return async () => {
      const connection = await connect(urls())
      opened.push(connection)
      return redisStore<T>(connection.client, { subscriber: await connection.subscriber() })
    }
  }

  async function gone<T>({ connect }: ClientKind): Promise<Store<T>> {
    const stopped = await startRedis()
    const connection = await connect([stopped.url])
    opened.push(connection)
    await stopped.stop()
    return redisStore<T>(connection.client)
  }

  describe.concurrent.each(CLIENTS)('$title', (kind) => {
    testTokenStore(
      register,
      storesOf(kind, () => [server.url]),
      { gone: () => gone(kind) },
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

  describe.concurrent.each(CLIENTS.slice(0, 1))('encryptedStore(redisStore), $title', (kind) => {
    const encrypted = <T>(store: Store<string>) => encryptedStore<T>(store, { secret: 'a secret of the application that is long enough' })
    const stores = storesOf<string>(kind, () => [server.url])
    testTokenStore(register, async () => encrypted(await stores()), { gone: async () => encrypted(await gone(kind)) })

    it('LG01: what the server saves shows no token; without encryptedStore it does', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'redis-saved-'))
      // As it is on the disk, and not compressed.
      const saving = await startRedis(['--dir', folder, '--dbfilename', 'saved.rdb', '--rdbcompression', 'no'])
      try {
        const connection = await kind.connect([saving.url])
        opened.push(connection)
        const token = (owner: string) => ({ access_token: `canary-of-${owner}` })
        await encrypted(redisStore<string>(connection.client)).compareAndSet('alice', null, token('alice'), { ttl: 60 })
        await redisStore<unknown>(connection.client).compareAndSet('bob', null, token('bob'), { ttl: 60 })
        await saving.ask('SAVE')
        const atRest = await readFile(join(folder, 'saved.rdb'))
        const found = ['oauth:alice', 'canary-of-alice', 'canary-of-bob'].filter((text) => atRest.includes(text))
        expect(found).toEqual(['oauth:alice', 'canary-of-bob'])
      } finally {
        await saving.stop()
        await rm(folder, { recursive: true })
      }
    })
  })
})

/** Some checks let time pass. */
function register(title: string, run: () => Promise<void>): void {
  it(title, run, 30_000)
}
