import { inspect } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { redisStore, type Store } from '../src/index.js'
import { CLIENTS, type Connection } from './testing/clients.js'
import { type Monitor, startMonitor } from './testing/monitor.js'
import { describeOnRedis } from './testing/on-redis.js'
import { type RedisServer, startRedis } from './testing/redis-server.js'
import { rejection } from './testing/rejection.js'

const HOUR = { ttl: 3600 }

describeOnRedis('redisStore', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server.stop())

  describe.each(CLIENTS)('$title', ({ connect }) => {
    let connection: Connection
    let other: Connection
    let store: Store<unknown>
    beforeAll(async () => {
      connection = await connect([server.url])
      other = await connect([server.url])
    })
    afterAll(async () => {
      await connection.close()
      await other.close()
    })
    beforeEach(async () => {
      await server.ask('FLUSHALL')
      store = redisStore<unknown>(connection.client)
    })

    it('compareAndSet: null creates only what is absent; a version replaces only itself', async () => {
      const first = await store.compareAndSet('k', null, 'a', HOUR)
      expect(await store.compareAndSet('k', null, 'b', HOUR)).toBeUndefined()
      for (const madeUp of ['made-up', '', 'nil', crypto.randomUUID()])
        expect(await store.compareAndSet('k', madeUp, 'b', HOUR)).toBeUndefined()
      expect(await store.get('k')).toMatchObject({ value: 'a', version: first?.version })

      const second = await store.compareAndSet('k', String(first?.version), 'b', HOUR)
      expect(await store.compareAndSet('k', String(first?.version), 'c', HOUR)).toBeUndefined()
      expect(await store.get('k')).toMatchObject({ value: 'b', version: second?.version })
    })

    it('LG03: a store that is printed shows nothing of what it holds, nor how it reaches the server', async () => {
      await store.compareAndSet('canary-key', null, { access_token: 'canary-access' }, HOUR)
      expect(await store.get('canary-key')).toMatchObject({ value: { access_token: 'canary-access' } })
      expect(inspect(store, { depth: null, showHidden: true }) + JSON.stringify(store)).not.toMatch(new RegExp(`canary|${server.port}`))
    })

    it('compareAndSet: a version does not create what is absent', async () => {
      for (const version of ['', 'nil', 'false', crypto.randomUUID()])
        expect(await store.compareAndSet('absent', version, 'a', HOUR)).toBeUndefined()
      expect(await store.get('absent')).toBeUndefined()
    })

    it('delete: with a version only at that version; tells whether something went', async () => {
      const created = await store.compareAndSet('k', null, 'a', HOUR)
      expect(await store.delete('k', 'other')).toBe(false)
      expect(await store.delete('k', '')).toBe(false)
      expect(await store.delete('k', created?.version)).toBe(true)
      expect(await store.delete('k')).toBe(false)
      expect(await store.get('k')).toBeUndefined()

      await store.compareAndSet('k', null, 'a', HOUR)
      expect(await store.delete('k')).toBe(true)
    })

    it("RF15: `now` is the server's clock, in seconds with fractions, of reads and writes", async () => {
      const before = await serverTime(server)
      const written = await store.compareAndSet('k', null, 'a', HOUR)
      const read = await store.get('k')
      const after = await serverTime(server)
      const times = [before, written?.now, read?.now, after].map(Number)
      expect(times).toEqual(times.toSorted((one, other) => one - other))
    })

    it('ttl: what is over is absent for get, compareAndSet and delete, by the clock of the server', async () => {
      const lapsed = await store.compareAndSet('k', null, 'a', { ttl: 0.02 })
      await expect.poll(() => server.ask('EXISTS', 'oauth:k')).toBe('0')
      expect(await store.get('k')).toBeUndefined()
      expect(await store.delete('k')).toBe(false)
      expect(await store.compareAndSet('k', String(lapsed?.version), 'b', HOUR)).toBeUndefined()
      const next = await store.compareAndSet('k', null, 'c', HOUR)
      expect(next).toBeDefined()
      expect(next?.version).not.toBe(lapsed?.version)
    })

    it.each([
      [10, 10_000],
      [0.0015, 2],
      [10.0001, 10_001],
      [0, 1],
      [-5, 1],
      [1e12, 1e15],
    ])('ttl: %d s are %d ms at the server, rounded up', async (ttl, ms) => {
      const written = await store.compareAndSet('k', null, 'a', { ttl })
      // -2 is what has gone before it was asked for, as those of a few milliseconds may.
      const expiry = Number(await server.ask('PEXPIRETIME', 'oauth:k'))
      if (ms > 100) expect(Math.abs(expiry - Number(written?.now) * 1000 - ms)).toBeLessThan(2)
      else expect(expiry === -2 || Math.abs(expiry - Number(written?.now) * 1000 - ms) < 2).toBe(true)
    })

    it.each([Number.POSITIVE_INFINITY, Number.MAX_VALUE, 1e15])('ttl: %d s do not expire', async (ttl) => {
      const first = await store.compareAndSet('k', null, 'a', { ttl: 5 })
      expect(Number(await server.ask('PTTL', 'oauth:k'))).toBeGreaterThan(0)
      await store.compareAndSet('k', String(first?.version), 'b', { ttl })
      expect(await server.ask('PTTL', 'oauth:k')).toBe('-1')
    })

    it('ttl: what is no number is refused by the server, and nothing is written', async () => {
      await expect(store.compareAndSet('k', null, 'a', { ttl: Number.NaN })).rejects.toThrow(/not an integer/)
      expect(await store.get('k')).toBeUndefined()
    })

    it('a version is never used twice for a key: not after delete, nor after FLUSHALL, with the same value', async () => {
      const versions = new Set<string | undefined>()
      for (let round = 0; round < 20; round += 1) {
        versions.add((await store.compareAndSet('k', null, 'same', HOUR))?.version)
        if (round % 2 === 0) await store.delete('k')
        else await server.ask('FLUSHALL')
      }
      expect(versions.size).toBe(20)
      expect(versions).not.toContain(undefined)
    })

    it('a version is never used twice for a key: not by another process either, which knows nothing of this one', async () => {
      const versions = new Set<string | undefined>()
      for (let process = 0; process < 5; process += 1) {
        vi.resetModules()
        const { redisStore } = await import('../src/index.js')
        versions.add((await redisStore<unknown>(connection.client).compareAndSet('k', null, 'same', HOUR))?.version)
        await server.ask('FLUSHALL')
      }
      expect(versions.size).toBe(5)
    })

    it.each([
      '',
      ' ',
      'user 1\r\nDEL *\r\n',
      'nul\0nul',
      '{tag}a',
      '}{',
      '{}',
      '*?[a-z]\\',
      '"quoted"',
      'ключ',
      '鍵',
      '🔑\u{1F3FD}',
      'e\u0301',
      '\u00e9',
      '\ufeff\uffff\ufffd',
      'x'.repeat(70_000),
    ])('keys hold any text: %j', async (key) => {
      const written = await store.compareAndSet(key, null, { key }, HOUR)
      expect(await store.get(key)).toEqual({ value: { key }, version: written?.version, now: expect.any(Number) })
      expect(await server.ask('EXISTS', `oauth:${key}`)).toBe('1')
      expect(await server.ask('DBSIZE')).toBe('1')
      expect(await store.delete(key, written?.version)).toBe(true)
    })

    it('half a character in a key is refused: UTF-8 has one sign for all of them', async () => {
      for (const key of ['\ud800', 'a\udc00b']) {
        const error = { name: 'UsageError', message: expect.not.stringContaining(key) }
        await expect(store.get(key)).rejects.toMatchObject(error)
        await expect(store.compareAndSet(key, null, 'a', HOUR)).rejects.toMatchObject(error)
        await expect(store.delete(key)).rejects.toMatchObject(error)
      }
    })

    it.each([[null], [0], [''], ['\n \0 🔑 \ud800'], [{ a: [{ b: { __proto__: null, c: '"' } }] }], ['x'.repeat(1_000_000)]])(
      'values come back as they were, case %#',
      async (value) => {
        await store.compareAndSet('k', null, value, HOUR)
        expect((await store.get('k'))?.value).toEqual(value)
      },
    )

    it('SS19: what something else has written is an error that names the prefix and not the content', async () => {
      const theirs = redisStore<unknown>(connection.client, { prefix: 'theirs:' })
      const uuid = crypto.randomUUID()
      for (const content of ['', 'secret-content', '{"secret":"content"}', `${uuid} secret-content`, `${uuid}{"secret":1}`]) {
        await server.ask('SET', 'theirs:k', content)
        const error = await rejection(async () => theirs.get('k'))
        expect(error).toMatchObject({ name: 'UsageError', message: expect.stringContaining('"theirs:"') })
        expect(`${error.message} ${error.stack} ${error.cause}`).not.toMatch(/secret/)
        expect(await theirs.compareAndSet('k', null, 'a', HOUR)).toBeUndefined()
        expect(await theirs.delete('k', 'other')).toBe(false)
      }
      await server.ask('DEL', 'theirs:k')
      await server.ask('LPUSH', 'theirs:k', 'secret-content')
      const error = { name: 'UsageError', message: expect.stringMatching(/"theirs:"/) }
      await expect(theirs.get('k')).rejects.toMatchObject(error)
      await expect(theirs.compareAndSet('k', null, 'a', HOUR)).rejects.toMatchObject(error)
      await expect(theirs.delete('k')).rejects.toMatchObject(error)
    })

    it('stores with other prefixes, and other keys, do not meet', async () => {
      const mine = redisStore<unknown>(connection.client, { prefix: 'app-a:' })
      const theirs = redisStore<unknown>(connection.client, { prefix: 'app-b:' })
      await mine.compareAndSet('k', null, 'mine', HOUR)
      expect(await theirs.get('k')).toBeUndefined()
      await theirs.compareAndSet('k', null, 'theirs', HOUR)
      await mine.delete('k')
      expect((await theirs.get('k'))?.value).toBe('theirs')
    })

    it('RF04: of 200 writers with the same version, on two connections, one wins, round after round', async () => {
      const second = redisStore<unknown>(other.client)
      let expected: string | null = null
      for (let round = 0; round < 5; round += 1) {
        const receipts = await Promise.all(
          Array.from({ length: 200 }, async (_, writer) => ({
            writer,
            receipt: await (writer % 2 === 0 ? store : second).compareAndSet('k', expected, { round, writer }, HOUR),
          })),
        )
        const winners = receipts.filter(({ receipt }) => receipt !== undefined)
        expect(winners).toHaveLength(1)
        expect(await second.get('k')).toMatchObject({ value: { round, writer: winners[0]?.writer }, version: winners[0]?.receipt?.version })
        expected = winners[0]?.receipt?.version ?? null
      }
    })

    it('RF04: no update is lost: 20 writers add 10 each, on two connections', async () => {
      const stores = [redisStore<number>(connection.client), redisStore<number>(other.client)]
      await stores[0]?.compareAndSet('sum', null, 0, HOUR)
      await Promise.all(
        Array.from({ length: 20 }, async (_, writer) => {
          const own = stores[writer % 2]
          for (let left = 10; left > 0; ) {
            const entry = await own?.get('sum')
            if (await own?.compareAndSet('sum', String(entry?.version), Number(entry?.value) + 1, HOUR)) left -= 1
          }
        }),
      )
      expect((await store.get('sum'))?.value).toBe(200)
    })

    it('a server that has forgotten the scripts is told them once', async () => {
      await server.ask('SCRIPT', 'FLUSH')
      const monitor = await startMonitor(server)
      try {
        expect(await monitor.commandsOf(() => store.get('k'))).toEqual(['evalsha', 'eval'])
        expect(await monitor.commandsOf(() => store.get('k'))).toEqual(['evalsha'])
        expect(await monitor.commandsOf(() => store.compareAndSet('k', null, 'a', HOUR))).toEqual(['evalsha', 'eval'])
        expect(await monitor.commandsOf(() => store.compareAndSet('k', null, 'a', HOUR))).toEqual(['evalsha'])
        expect(await monitor.commandsOf(() => store.delete('k'))).toEqual(['evalsha', 'eval'])
      } finally {
        monitor.stop()
      }
    })

    describe('round trips', () => {
      let monitor: Monitor
      beforeEach(async () => {
        await store.delete('k', (await store.compareAndSet('k', null, 'warm', HOUR))?.version)
        await store.get('k')
        monitor = await startMonitor(server)
      })
      afterEach(() => monitor.stop())

      it('each operation is one command, whether it succeeds or not', async () => {
        let version = ''
        expect(await monitor.commandsOf(() => store.get('k'))).toEqual(['evalsha'])
        expect(
          await monitor.commandsOf(async () => {
            version = String((await store.compareAndSet('k', null, 'a', HOUR))?.version)
          }),
        ).toEqual(['evalsha'])
        expect(await monitor.commandsOf(() => store.compareAndSet('k', null, 'a', HOUR))).toEqual(['evalsha'])
        expect(await monitor.commandsOf(() => store.get('k'))).toEqual(['evalsha'])
        expect(await monitor.commandsOf(() => store.delete('k', version))).toEqual(['evalsha'])
      })
    })
  })
})

async function serverTime(server: RedisServer): Promise<number> {
  const [seconds, micro] = (await server.ask('TIME')).split(',')
  return Number(seconds) + Number(micro) / 1_000_000
}
