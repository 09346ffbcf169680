import { inspect } from 'node:util'
import { fetchClient } from '@oauth/core/fetch'
import { OAuth2Session, type TokenRecord } from '@oauth/core/session'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type PostgresPool, postgresSchema, postgresStore } from '../src/index.js'
import { postgresWorld } from './testing/world.js'

const world = postgresWorld()

afterEach(() => vi.useRealTimers())

describe('compare and set', () => {
  it('reads back what was written, with the version of the write', async () => {
    const store = postgresStore<unknown>(world.pool)
    const value = { z: 1, a: [1.5, null, true, 'ü\u0000\ud800'], nested: { b: '"\\', a: {} } }
    const receipt = await store.compareAndSet('round-trip', null, value, { ttl: 60 })
    const entry = await store.get('round-trip')
    expect(entry).toEqual({ value, version: receipt?.version, now: expect.any(Number) })
    // jsonb would sort the members and refuse U+0000.
    expect(JSON.stringify(entry?.value)).toBe(JSON.stringify(value))
  })

  it('writes over the expected version alone, and makes a new one', async () => {
    const store = postgresStore<string>(world.pool)
    const first = await store.compareAndSet('cas', null, 'one', { ttl: 60 })
    expect(await store.compareAndSet('cas', null, 'no', { ttl: 60 })).toBeUndefined()
    const second = await store.compareAndSet('cas', first?.version ?? '', 'two', { ttl: 60 })
    expect(second?.version).not.toBe(first?.version)
    expect(await store.compareAndSet('cas', first?.version ?? '', 'no', { ttl: 60 })).toBeUndefined()
    expect(await store.get('cas')).toMatchObject({ value: 'two', version: second?.version })
  })

  it.each(['no-uuid', '', '00000000-0000-0000-0000-000000000000'])(
    'a version that it never gave (%j) is lost, not an error',
    async (version) => {
      const store = postgresStore<string>(world.pool)
      await store.compareAndSet('foreign', null, 'one', { ttl: 60 })
      expect(await store.compareAndSet('foreign', version, 'two', { ttl: 60 })).toBeUndefined()
      expect(await store.delete('foreign', version)).toBe(false)
      expect(await store.compareAndSet('not there', version, 'two', { ttl: 60 })).toBeUndefined()
    },
  )

  it('RF04: a version does not come again after the key was deleted, the table truncated or made anew', async () => {
    const table = 'made_anew'
    await world.pool.query(postgresSchema(table))
    const store = postgresStore<string>(world.pool, { table })
    const versions = new Set<string | undefined>()
    const write = async () => versions.add((await store.compareAndSet('again', null, 'value', { ttl: 60 }))?.version)
    await write()
    await store.delete('again')
    await write()
    await world.pool.query(`TRUNCATE ${table} RESTART IDENTITY`)
    await write()
    await world.pool.query(`DROP TABLE ${table}`)
    await world.pool.query(postgresSchema(table))
    await write()
    expect(versions.size).toBe(4)
    expect(versions).not.toContain(undefined)
  })

  it('deletes at the version given, or at any, and tells whether it did', async () => {
    const store = postgresStore<string>(world.pool)
    const first = await store.compareAndSet('delete', null, 'one', { ttl: 60 })
    const second = await store.compareAndSet('delete', first?.version ?? '', 'two', { ttl: 60 })
    expect(await store.delete('delete', first?.version)).toBe(false)
    expect(await store.delete('delete', second?.version)).toBe(true)
    expect(await store.get('delete')).toBeUndefined()
    expect(await store.delete('delete')).toBe(false)
    await store.compareAndSet('delete', null, 'three', { ttl: 60 })
    expect(await store.delete('delete')).toBe(true)
  })
})

describe('time', () => {
  it("is the server's: the clock of this process changes nothing", async () => {
    const store = postgresStore<string>(world.pool)
    vi.useFakeTimers({ toFake: ['Date'], now: 0 })
    const before = await serverTime()
    const receipt = await store.compareAndSet('clock', null, 'value', { ttl: 60 })
    const entry = await store.get('clock')
    const after = await serverTime()
    expect(receipt?.now).toBeGreaterThanOrEqual(before)
    expect(entry?.now).toBeGreaterThanOrEqual(receipt?.now ?? after)
    expect(entry?.now).toBeLessThanOrEqual(after)
    vi.setSystemTime(new Date('2200-01-01'))
    expect(await store.get('clock')).toMatchObject({ value: 'value' })
  })

  it('a key expires when its time is over: absent for each method, and free for a new value', async () => {
    const store = postgresStore<string>(world.pool)
    const gone = await store.compareAndSet('expiry', null, 'one', { ttl: 0.2 })
    expect(gone).toBeDefined()
    await vi.waitFor(async () => expect(await store.get('expiry')).toBeUndefined())
    expect(await store.compareAndSet('expiry', gone?.version ?? '', 'no', { ttl: 60 })).toBeUndefined()
    expect(await store.delete('expiry')).toBe(false)
    const made = await store.compareAndSet('expiry', null, 'two', { ttl: 60 })
    expect(made?.version).not.toBe(gone?.version)
    expect(await store.get('expiry')).toMatchObject({ value: 'two' })
  })

  it.each([Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER])('a ttl of %d keeps the key', async (ttl) => {
    const store = postgresStore<string>(world.pool)
    await store.compareAndSet(`forever ${ttl}`, null, 'value', { ttl })
    expect(await store.get(`forever ${ttl}`)).toBeDefined()
    const { rows } = await world.pool.query('SELECT expires_at FROM oauth_store WHERE key = $1', [`forever ${ttl}`])
    expect(rows).toEqual([{ expires_at: null }])
  })

  it('`now` is the time after a wait for another writer, not the time at which the statement began', async () => {
    const store = postgresStore<string>(world.pool)
    const first = await store.compareAndSet('waits', null, 'value', { ttl: 60 })
    const other = await world.pool.connect()
    await other.query('BEGIN')
    await other.query("UPDATE oauth_store SET value = value WHERE key = 'waits'")
    const write = store.compareAndSet('waits', first?.version ?? '', 'new', { ttl: 60 })
    await vi.waitFor(async () => expect(await waiting()).toBe(1))
    const released = await serverTime()
    await other.query('COMMIT')
    other.release()
    expect((await write)?.now).toBeGreaterThan(released)
  })

  async function waiting(): Promise<number> {
    const { rows } = await world.pool.query("SELECT count(*)::int AS count FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    return rows[0].count
  }

  async function serverTime(): Promise<number> {
    const { rows } = await world.pool.query('SELECT extract(epoch FROM clock_timestamp())::text AS now')
    return Number(rows[0].now)
  }
})

describe('keys', () => {
  const KEYS = [
    '',
    ' ',
    "o'hara; DROP TABLE oauth_store",
    '"',
    '\\',
    '\\u0000',
    '\u0000',
    '\\\u0000',
    '日本語 👩‍👩‍👧',
    'ä',
    'a\u0308',
    '\ud800',
    '\udc00',
    '\ufffd',
  ]
  const LONG = ['x', 'y'].map(
    (last) => Array.from({ length: 5000 }, (_, n) => String.fromCodePoint(0x4e00 + ((n * 7919) % 20_000))).join('') + last,
  )

  it('any text is a key, and no two are the same', async () => {
    const store = postgresStore<string>(world.pool)
    const keys = [...KEYS, ...LONG]
    for (const key of keys) expect(await store.compareAndSet(key, null, key, { ttl: 60 }), JSON.stringify(key)).toBeDefined()
    for (const key of keys) expect((await store.get(key))?.value).toBe(key)
    for (const key of keys) expect(await store.delete(key)).toBe(true)
  })

  it('a person finds a usual key as it is', async () => {
    await postgresStore<string>(world.pool).compareAndSet('cc:https://as.example|ü', null, 'value', { ttl: 60 })
    const { rowCount } = await world.pool.query("SELECT 1 FROM oauth_store WHERE key = 'cc:https://as.example|ü'")
    expect(rowCount).toBe(1)
  })
})

describe('the table', () => {
  it('can be of another schema, with upper case and a word of SQL as its name', async () => {
    await world.pool.query('CREATE SCHEMA "Auth"')
    await world.pool.query(postgresSchema('Auth.user'))
    const store = postgresStore<string>(world.pool, { table: 'Auth.user' })
    await store.compareAndSet('schema', null, 'there', { ttl: 60 })
    expect(await store.get('schema')).toMatchObject({ value: 'there' })
    expect(await postgresStore<string>(world.pool).get('schema')).toBeUndefined()
    expect((await world.pool.query('SELECT key FROM "Auth"."user"')).rows).toEqual([{ key: 'schema' }])
  })

  it.each(['', 'a.b.c', 'a"b', "a'b", 'a b', 'a;b', '1a', '.a', 'a.', 'ä', 'x'.repeat(53), `${'x'.repeat(64)}.a`])(
    'refuses %j as its name',
    (table) => {
      const refusal = expect.objectContaining({ code: 'OAUTH_USAGE', message: expect.stringContaining('"table" has to be a name') })
      expect(() => postgresStore(world.pool, { table })).toThrow(refusal)
      expect(() => postgresSchema(table)).toThrow(refusal)
    },
  )

  it.each<[unknown, RegExp]>([
    [{ tabel: 'sessions' }, /no option "tabel".*prepare, table, watch/],
    [{ watch: 1 }, /"watch" has to be true or false.*number/],
    [{ prepare: 'yes' }, /"prepare" has to be true or false.*string/],
    ['oauth_store', /options object/],
    [null, /options object/],
  ])('refuses the options %j: what they meant would be lost', (options, message) => {
    const refusal = expect.objectContaining({ code: 'OAUTH_USAGE', message: expect.stringMatching(message) })
    expect(() => postgresStore(world.pool, options as object)).toThrow(refusal)
  })

  it('refuses what is no pool', () => {
    expect(() => postgresStore({} as PostgresPool)).toThrow(expect.objectContaining({ code: 'OAUTH_USAGE' }))
  })

  it('each call is one statement', async () => {
    const asked: unknown[] = []
    const store = postgresStore<string>({
      query: (text, values) => {
        asked.push(text)
        return world.pool.query(text, values)
      },
    })
    const calls = [
      () => store.get('counted'),
      () => store.compareAndSet('counted', null, 'one', { ttl: 60 }),
      () => store.compareAndSet('counted', null, 'lost', { ttl: 60 }),
      () => store.compareAndSet('counted', 'another version', 'lost', { ttl: 60 }),
      () => store.delete('counted'),
    ]
    for (const call of calls) {
      asked.length = 0
      await call()
      expect(asked).toEqual([expect.not.stringContaining(';')])
    }
  })

  it('type parsers of the application change nothing', async () => {
    const TEXT = 25
    const strange = world.anotherPool({ types: { getTypeParser: (type: number) => (type === TEXT ? String : () => 'changed') } as never })
    expect((await strange.query('SELECT 1 AS one')).rows).toEqual([{ one: 'changed' }])
    const store = postgresStore<string>(strange)
    const receipt = await store.compareAndSet('parsers', null, 'value', { ttl: 60 })
    expect(await store.get('parsers')).toEqual({ value: 'value', version: receipt?.version, now: expect.any(Number) })
  })

  it('with `prepare` each connection parses a statement once, those of two tables apart', async () => {
    await world.pool.query(postgresSchema('prepared'))
    const pool = world.anotherPool({ max: 1 })
    const [one, other] = [postgresStore<string>(pool, { prepare: true }), postgresStore<string>(pool, { prepare: true, table: 'prepared' })]
    for (const store of [one, other, one, other]) {
      expect(await store.compareAndSet('prepared', null, 'value', { ttl: 60 })).toBeDefined()
      expect(await store.get('prepared')).toMatchObject({ value: 'value' })
      expect(await store.delete('prepared')).toBe(true)
    }
    const { rows } = await pool.query(
      'SELECT count(*)::int AS count, sum(generic_plans + custom_plans)::int AS uses FROM pg_prepared_statements',
    )
    expect(rows).toEqual([{ count: 6, uses: 12 }])
    await postgresStore<string>(pool).get('unnamed')
    expect((await pool.query('SELECT count(*)::int AS count FROM pg_prepared_statements')).rows).toEqual([{ count: 6 }])
  })
})

describe('deleteExpired', () => {
  it('deletes what has expired, in batches, and nothing else', async () => {
    const table = 'crowded'
    await world.pool.query(postgresSchema(table))
    const store = postgresStore<string>(world.pool, { table })
    await store.compareAndSet('lives', null, 'value', { ttl: 60 })
    await store.compareAndSet('forever', null, 'value', { ttl: Number.POSITIVE_INFINITY })
    await world.pool.query(
      `INSERT INTO ${table} SELECT 'gone ' || n, '""', gen_random_uuid(), now() - interval '1 second' FROM generate_series(1, 2500) n`,
    )
    expect(await Promise.all([store.deleteExpired(), store.deleteExpired()]).then(([a, b]) => a + b)).toBe(2500)
    expect(await store.deleteExpired()).toBe(0)
    expect((await world.pool.query(`SELECT key FROM ${table} ORDER BY key`)).rows).toEqual([{ key: 'forever' }, { key: 'lives' }])
  })

  it('waits for nobody: what somebody else holds is left to the next time', async () => {
    const table = 'held'
    await world.pool.query(postgresSchema(table))
    const store = postgresStore<string>(world.pool, { table })
    for (const key of ['one', 'two', 'three']) await store.compareAndSet(key, null, 'value', { ttl: 0 })
    const other = await world.pool.connect()
    await other.query('BEGIN')
    await other.query(`SELECT 1 FROM ${table} WHERE key = 'two' FOR UPDATE`)
    expect(await store.deleteExpired()).toBe(2)
    await other.query('COMMIT')
    other.release()
    expect(await store.deleteExpired()).toBe(1)
  })

  it('finds them by the index', async () => {
    const client = await world.pool.connect()
    await client.query('BEGIN')
    await client.query('SET LOCAL enable_seqscan = off')
    const { rows } = await client.query('EXPLAIN SELECT key FROM oauth_store WHERE expires_at <= now() LIMIT 10')
    await client.query('ROLLBACK')
    client.release()
    expect(JSON.stringify(rows)).toContain('oauth_store_expires_at')
  })
})

describe('failures', () => {
  it('a table that is missing: says which migration to run', async () => {
    const store = postgresStore<string>(world.pool, { table: 'nowhere.nothing' })
    const said = expect.objectContaining({
      code: 'OAUTH_USAGE',
      message: expect.stringMatching(/no table "nowhere\.nothing".*migration 0001_oauth_store.*@oauth\/store-postgres.*postgresSchema\(\)/),
    })
    await expect(store.get('key')).rejects.toThrow(said)
    await expect(store.compareAndSet('key', null, 'value', { ttl: 60 })).rejects.toThrow(said)
    await expect(store.compareAndSet('key', 'version', 'value', { ttl: 60 })).rejects.toThrow(said)
    await expect(store.delete('key')).rejects.toThrow(said)
    await expect(store.deleteExpired()).rejects.toThrow(said)
  })

  it('a session tells it as the cause of its StoreError', async () => {
    const store = postgresStore<TokenRecord>(world.pool, { table: 'missing' })
    const options = { issuer: 'https://as.example', clientId: 'my-app', store, key: 'user-1' }
    const session = new OAuth2Session(options, fetchClient())
    const cause = expect.objectContaining({ code: 'OAUTH_USAGE', message: expect.stringContaining('migration 0001_oauth_store') })
    expect(await refusal(() => session.http('https://api.example'))).toMatchObject({ code: 'OAUTH_STORE', cause })
  })

  it('LG03: a store that is printed shows nothing of what it holds, nor how it reaches the server', async () => {
    const store = postgresStore<object>(world.pool)
    await store.compareAndSet('canary-key', null, { access_token: 'canary-access' }, { ttl: 60 })
    expect(await store.get('canary-key')).toMatchObject({ value: { access_token: 'canary-access' } })
    const printed = inspect(store, { depth: null, showHidden: true }) + JSON.stringify(store)
    for (const secret of ['canary', world.server.connection.host]) expect(printed).not.toContain(secret)
  })

  it('LG01: an error quotes neither key nor value, however much the server says', async () => {
    const table = 'strict'
    await world.pool.query(`${postgresSchema(table)} ALTER TABLE ${table} ADD CHECK (value NOT LIKE '%canary%')`)
    const store = postgresStore<string>(world.pool, { table })
    const error = await refusal(() => store.compareAndSet('canary-key', null, 'canary-value', { ttl: 60 }))
    expect(error).toMatchObject({ code: '23514', message: expect.stringContaining('SQLSTATE 23514') })
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain('canary')
  })

  it('F16: a server that is not there is an error with its code, never an absent key', async () => {
    const pool = world.anotherPool({ host: `${world.server.connection.host}/nowhere` })
    await expect(postgresStore<TokenRecord>(pool).get('key')).rejects.toMatchObject({
      code: 'ENOENT',
      message: expect.stringContaining('ENOENT'),
    })
  })

  it('a pool that has been ended is told by its text', async () => {
    const pool = world.anotherPool()
    const ended = Object.create(pool, { ending: { value: true } }) as typeof pool
    await expect(postgresStore<string>(ended).get('key')).rejects.toThrow('Cannot use a pool after calling end on the pool')
  })

  it('after a restart of the server the next call works, and what was written is there', async () => {
    const store = postgresStore<string>(world.pool)
    const receipt = await store.compareAndSet('restart', null, 'value', { ttl: 60 })
    await world.server.restart()
    expect(await store.get('restart')).toMatchObject({ value: 'value', version: receipt?.version })
    expect(await store.compareAndSet('restart', receipt?.version ?? '', 'new', { ttl: 60 })).toBeDefined()
  })
})

/** What a call rejects with. */
async function refusal(call: () => unknown): Promise<unknown> {
  try {
    await call()
  } catch (error) {
    return error
  }
  throw new Error('The call did not fail.')
}
