import { inspect } from 'node:util'
import { fetchClient } from '@oauth/core/fetch'
import { OAuth2Session } from '@oauth/core/session'
import { Redis, type RedisOptions } from 'ioredis'
import { createClient, ErrorReply, RESP_TYPES } from 'redis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { redisStore, type Store, type TokenStore } from '../src/index.js'
import { CLIENTS } from './testing/clients.js'
import { startLossyProxy } from './testing/lossy-proxy.js'
import { describeOnRedis } from './testing/on-redis.js'
import { type RedisServer, startRedis } from './testing/redis-server.js'
import { rejection } from './testing/rejection.js'

const HOUR = { ttl: 3600 }

describeOnRedis('redisStore, when something goes wrong', () => {
  let server: RedisServer
  const opened: (() => unknown)[] = []
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server.stop())
  beforeEach(() => server.ask('FLUSHALL'))
  afterEach(async () => {
    for (const close of opened.splice(0)) await close()
  })

  async function connect(url = server.url) {
    const client = await createClient({ url })
      .on('error', () => {})
      .connect()
    opened.push(() => client.destroy())
    return client
  }

  function connectIoRedis(
    url = server.url,
    options: Pick<RedisOptions, 'enableAutoPipelining' | 'keyPrefix' | 'retryStrategy'> = {},
  ): Redis {
    const client = new Redis(url, options).on('error', () => {})
    opened.push(() => client.disconnect())
    return client
  }

  describe.each(CLIENTS)('$title', ({ connect }) => {
    it('F16: a server that was started again with nothing gives out other versions, and knows none of the old ones', async () => {
      const connection = await connect([server.url])
      opened.push(connection.close)
      const store = redisStore<unknown>(connection.client)
      const before = await store.compareAndSet('k', null, 'same', HOUR)
      await server.restart()

      await expect.poll(async () => store.get('k')).toBeUndefined()
      expect(await store.compareAndSet('k', String(before?.version), 'late', HOUR)).toBeUndefined()
      expect(await store.delete('k', before?.version)).toBe(false)
      const after = await store.compareAndSet('k', null, 'same', HOUR)
      expect(after?.version).not.toBe(before?.version)
      expect(await store.compareAndSet('k', String(before?.version), 'late', HOUR)).toBeUndefined()
      expect((await store.get('k'))?.value).toBe('same')
    })
  })

  it('F16: with the settings of docs/sessions.md a server that stands still is an error soon, and used again when it goes on', async () => {
    const socket = { socketTimeout: 3000, reconnectStrategy: (retries: number) => Math.min(retries * 100, 2000) }
    const client = createClient({ url: server.url, disableOfflineQueue: true, pingInterval: 1000, socket })
    await client.on('error', () => {}).connect()
    opened.push(() => client.destroy())
    const store = redisStore<string>(client)
    server.signal('SIGSTOP')
    try {
      const begun = performance.now()
      await expect(store.get('k')).rejects.toThrow('timeout')
      expect(performance.now() - begun).toBeLessThan(6000)
    } finally {
      server.signal('SIGCONT')
    }
    await expect.poll(async () => (await client.ping().catch(() => 'away')) === 'PONG' && store.get('k'), { timeout: 5000 }).toBeUndefined()
  })

  it('F18: of 50 writers at a server that stands still for a while, one wins when it goes on', async () => {
    const stores = [redisStore<unknown>(await connect()), redisStore<unknown>(connectIoRedis())]
    for (const store of stores) await store.get('k')
    server.signal('SIGSTOP')
    const writing = Array.from({ length: 50 }, async (_, writer) => stores[writer % 2]?.compareAndSet('k', null, writer, HOUR))
    server.signal('SIGCONT')
    const receipts = await Promise.all(writing)
    expect(receipts.filter((receipt) => receipt !== undefined)).toHaveLength(1)
  })

  it('F17: a write that ioredis sends again because its answer was lost is still one write, and has won', async () => {
    const proxy = await startLossyProxy(server.port)
    opened.push(proxy.stop)
    const store = redisStore<string>(connectIoRedis(proxy.url))
    const first = await store.compareAndSet('k', null, 'a', HOUR)

    proxy.loseNextAnswer()
    const second = await store.compareAndSet('k', String(first?.version), 'b', HOUR)
    expect(second).toBeDefined()
    expect(await store.get('k')).toMatchObject({ value: 'b', version: second?.version })
  })

  it('F21: a write that is sent again does not undo one that came between', async () => {
    const proxy = await startLossyProxy(server.port)
    opened.push(proxy.stop)
    const client = connectIoRedis(proxy.url, { retryStrategy: () => 60_000 })
    const late = redisStore<string>(client)
    const other = redisStore<string>(await connect())
    const first = await late.compareAndSet('k', null, 'a', HOUR)

    const closed = new Promise((resolve) => client.once('close', resolve))
    proxy.loseNextAnswer()
    const writing = late.compareAndSet('k', String(first?.version), 'b', HOUR)
    await closed
    const between = await other.get('k')
    expect(between?.value).toBe('b')
    await other.compareAndSet('k', String(between?.version), 'c', HOUR)
    await client.connect()
    expect(await writing).toBeUndefined()
    expect((await other.get('k'))?.value).toBe('c')
  })

  describe('a user that may not write', () => {
    let url: string
    beforeEach(async () => {
      await server.ask('ACL', 'SETUSER', 'reader', 'on', '>pw', '~*', '+@all', '-set')
      url = `redis://reader:pw@127.0.0.1:${server.port}`
    })

    it('F16: errors of node-redis come as they are', async () => {
      const store = redisStore<unknown>(await connect(url))
      const error = await rejection(async () => store.compareAndSet('k', null, 'secret-value', HOUR))
      expect(error).toBeInstanceOf(ErrorReply)
      expect(error.message).toMatch(/can't run this command/)
    })

    it.each([
      // It puts the command on its errors, with the token.
      ['ioredis', () => connectIoRedis(url), { name: 'ReplyError' }, /secret-access/],
      ['node-redis', () => connect(url), { name: 'Error' }, /can't run this command/],
    ] as const)(
      'F16, LG01: errors of %s come as they are, and what the core makes of them has no value in it',
      async (_name, open, what, shown) => {
        const store: TokenStore = redisStore(await open())
        const server = { issuer: 'https://as.example', token_endpoint: 'https://as.example/token' }
        const given: Error[] = []
        const watched: TokenStore = {
          ...store,
          compareAndSet: async (...write) => {
            const error = await rejection(async () => store.compareAndSet(...write))
            given.push(error)
            throw error
          },
        }
        const session = new OAuth2Session({ server, clientId: 'app', store: watched, key: 'k' }, fetchClient())
        const error = await rejection(() => session.setToken({ access_token: 'secret-access', token_type: 'Bearer' }))
        expect(given[0]).toMatchObject(what)
        expect(inspect(given[0], { depth: null })).toMatch(shown)
        expect(error).toMatchObject({ name: 'PersistError' })
        expect(inspect(error, { depth: null })).not.toMatch(/secret-access/)
      },
    )
  })

  it('the permissions that the README names are enough', async () => {
    await server.ask(
      ...['ACL', 'SETUSER', 'app', 'on', '>pw', '~oauth:*', '&oauth:*', '-@all'],
      ...['+@connection', '+eval', '+evalsha', '+get', '+set', '+del', '+time', '+publish', '+subscribe', '+unsubscribe'],
    )
    const url = `redis://app:pw@127.0.0.1:${server.port}`
    const store = redisStore<unknown>(await connect(url), { subscriber: await connect(url) })
    const heard = new Promise<void>((resolve) => store.watch?.('k', resolve))
    await expect.poll(() => server.ask('PUBSUB', 'NUMSUB', 'oauth:k')).toBe('oauth:k,1')
    const entry = await store.compareAndSet('k', null, 'a', HOUR)
    await heard
    expect(await store.get('k')).toMatchObject({ value: 'a' })
    expect(await store.delete('k', entry?.version)).toBe(true)
  })

  it('a user that may not publish may write all the same: hints are not worth a token', async () => {
    await server.ask('ACL', 'SETUSER', 'mute', 'on', '>pw', '~*', 'resetchannels', '+@all', '-publish')
    const store = redisStore<unknown>(await connect(`redis://mute:pw@127.0.0.1:${server.port}`))
    const entry = await store.compareAndSet('k', null, 'a', HOUR)
    expect(entry).toBeDefined()
    expect(await store.delete('k', entry?.version)).toBe(true)
  })

  it('SS19: a full server refuses writes, and what is there can be read and deleted', async () => {
    const store = redisStore<string>(await connect())
    const entry = await store.compareAndSet('k', null, 'a', HOUR)
    await store.delete('other')
    await server.ask('CONFIG', 'SET', 'maxmemory', '1')
    try {
      await expect(store.compareAndSet('k', String(entry?.version), 'b', HOUR)).rejects.toThrow(/OOM/)
      expect((await store.get('k'))?.value).toBe('a')
      expect(await store.delete('k', entry?.version)).toBe(true)
    } finally {
      await server.ask('CONFIG', 'SET', 'maxmemory', '0')
    }
  })

  describe('settings of a client', () => {
    it('ioredis: keyPrefix comes before the prefix of the store, and watching works under it', async () => {
      const client = connectIoRedis(server.url, { keyPrefix: 'app:' })
      const subscriber = connectIoRedis(server.url, { keyPrefix: 'app:' })
      const store = redisStore<unknown>(client, { subscriber })
      await expectWhole(store)
      const heard = new Promise<void>((resolve) => store.watch?.('k', resolve))
      await expect.poll(() => server.ask('PUBSUB', 'NUMSUB', 'oauth:k')).toBe('oauth:k,1')
      await store.compareAndSet('k', null, 'a', HOUR)
      await heard
      expect(await server.ask('KEYS', '*')).toBe('app:oauth:k')
    })

    it('ioredis: automatic pipelines', async () => {
      const client = connectIoRedis(server.url, { enableAutoPipelining: true })
      await server.ask('SCRIPT', 'FLUSH')
      await expectWhole(redisStore(client))
    })

    it('node-redis: replies as buffers', async () => {
      const client = createClient({ url: server.url, commandOptions: { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } } })
      await client.connect()
      opened.push(() => client.destroy())
      await expectWhole(redisStore(client))
    })

    it('another database', async () => {
      await expectWhole(redisStore(await connect(`${server.url}/5`)))
    })
  })
})

/** Writes, reads and deletes. */
async function expectWhole(store: Store<unknown>): Promise<void> {
  const first = await store.compareAndSet('whole', null, { a: '🔑' }, HOUR)
  expect(first).toEqual({ version: expect.any(String), now: expect.any(Number) })
  const second = await store.compareAndSet('whole', String(first?.version), { b: '🔑' }, HOUR)
  expect(await store.get('whole')).toEqual({ value: { b: '🔑' }, version: second?.version, now: expect.any(Number) })
  expect(await store.delete('whole', first?.version)).toBe(false)
  expect(await store.delete('whole', second?.version)).toBe(true)
}
