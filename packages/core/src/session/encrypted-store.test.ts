import { compactDecrypt, decodeProtectedHeader } from 'jose'
import { describe, expect, it } from 'vitest'
import { browserEnvironment } from '../../test/environment.js'
import { encryptedStore } from './encrypted-store.js'
import { memoryStore } from './memory-store.js'
import { OAuth2Session } from './oauth2-session.js'
import type { Store, StoreEntry } from './store.js'
import { server, wire } from './testing/fixture.js'
import { record } from './testing/life-cycle.js'
import type { TokenRecord } from './token-record.js'

const SECRET = 'the first secret of the application, long enough'
const NEW_SECRET = 'the second secret of the application, long enough'
const ttl = { ttl: 1000 }

function stored(engine: Store<string>, key: string): string {
  return (engine.get(key) as StoreEntry<string>).value
}

/** An engine with a record in it, and what is needed to open it. */
async function filled(secret: string | readonly string[] = SECRET) {
  const engine = memoryStore<string>()
  const store = encryptedStore<TokenRecord>(engine, { secret })
  await store.compareAndSet('alice', null, record('canary'), ttl)
  return { engine, store, sealed: stored(engine, 'alice') }
}

describe('at rest', () => {
  it('LG01: the engine has compact JWE, dir with A256GCM, and nothing of the token', async () => {
    const { sealed } = await filled()
    expect(sealed.split('.')).toEqual([expect.any(String), '', expect.any(String), expect.any(String), expect.any(String)])
    expect(decodeProtectedHeader(sealed)).toEqual({ alg: 'dir', enc: 'A256GCM', kid: expect.any(String) })
    expect(Buffer.from(sealed.replaceAll('.', ''), 'base64url').toString('latin1')).not.toContain('canary')
  })

  it('the same value is never sealed to the same text', async () => {
    const { engine, store, sealed } = await filled()
    await store.compareAndSet('alice', (await store.get('alice'))?.version ?? null, record('canary'), ttl)
    expect(stored(engine, 'alice')).not.toBe(sealed)
  })

  it('the key is derived for stores alone: the secret itself opens nothing', async () => {
    const { sealed } = await filled()
    await expect(compactDecrypt(sealed, new TextEncoder().encode(SECRET).slice(0, 32))).rejects.toThrow()
  })
})

describe('change of the secret', () => {
  it('the first seals, all open: a secret is replaced while people are logged in', async () => {
    const { engine, sealed } = await filled()
    const rotated = encryptedStore<TokenRecord>(engine, { secret: [NEW_SECRET, SECRET] })
    const { value, version } = (await rotated.get('alice')) as StoreEntry<TokenRecord>
    expect(value).toEqual(record('canary'))
    await rotated.compareAndSet('alice', version, value, ttl)
    expect(decodeProtectedHeader(stored(engine, 'alice')).kid).not.toBe(decodeProtectedHeader(sealed).kid)
    expect((await encryptedStore(engine, { secret: NEW_SECRET }).get('alice'))?.value).toEqual(record('canary'))
  })
})

describe('SS19: what does not open is an error, never absent', () => {
  const put = (engine: Store<string>, key: string, value: unknown) => engine.compareAndSet(key, null, value as string, ttl)

  it.each<[string, (sealed: string) => unknown]>([
    ['sealed with a secret that is gone', (sealed) => sealed],
    ['changed by a character', (sealed) => `${sealed.slice(0, -3)}${sealed.at(-3) === 'A' ? 'B' : 'A'}${sealed.slice(-2)}`],
    ['a text', () => 'canary'],
    ['a record that was stored before', () => record('canary')],
    ['null', () => null],
  ])('%s', async (what, change) => {
    const { sealed } = await filled()
    const engine = memoryStore<string>()
    put(engine, 'alice', change(sealed))
    const store = encryptedStore(engine, { secret: what.includes('gone') ? NEW_SECRET : SECRET })
    const error: unknown = await Promise.resolve()
      .then(() => store.get('alice'))
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      name: 'UsageError',
      message: expect.stringMatching(/not encrypted with any of the secrets.*old one/),
    })
    expect(String(error)).not.toContain('canary')
    // A login does not come over it by itself either, and deleting it is the way out.
    expect(await store.compareAndSet('alice', null, record('new'), ttl)).toBeUndefined()
    expect(await store.delete('alice')).toBe(true)
  })

  it('a record that was copied under the key of somebody else is refused', async () => {
    const { engine, store, sealed } = await filled()
    put(engine, 'mallory', sealed)
    expect(() => store.get('mallory')).toThrow(/encrypted for another key/)
    expect(await store.get('alice')).toMatchObject({ value: record('canary') })
  })

  it('a session says so too: StoreError with the reason, and nobody is logged out', async () => {
    const { engine } = await filled()
    const store = encryptedStore<TokenRecord>(engine, { secret: NEW_SECRET })
    const session = new OAuth2Session(
      { server, clientId: 'client', store, key: 'alice' },
      wire(() => Promise.reject(new Error('no request'))).client,
    )
    await expect(session.ensureActiveToken()).rejects.toMatchObject({
      name: 'StoreError',
      cause: { message: expect.stringContaining('not encrypted with any of the secrets') },
    })
    expect((await encryptedStore<TokenRecord>(engine, { secret: SECRET }).get('alice'))?.value).toEqual(record('canary'))
  })
})

describe('read without encryptedStore', () => {
  const reading = (value: unknown) => {
    const engine = memoryStore<unknown>()
    engine.compareAndSet('alice', null, value, ttl)
    const options = { server, clientId: 'client', store: engine as Store<TokenRecord>, key: 'alice' }
    return new OAuth2Session(options, wire(() => Promise.reject(new Error('no request'))).client).ensureActiveToken()
  }
  const saying = (text: string) => ({ name: 'StoreError', cause: { name: 'UsageError', message: expect.stringContaining(text) } })

  it('SS19: a session says that the record is encrypted, and what to wrap', async () => {
    const { sealed } = await filled()
    await expect(reading(sealed)).rejects.toMatchObject(
      saying('is encrypted, and this store does not decrypt it: wrap the store with encryptedStore'),
    )
  })

  it.each(['eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.', 'a.b.c.d.e', '', null, 1])('%j is not called so', async (value) => {
    await expect(reading(value)).rejects.toMatchObject(saying('is not of version 1'))
  })
})

describe('beside the values', () => {
  it('answers at once where the store does, after the first call', async () => {
    const { store } = await filled()
    const entry = store.get('alice')
    expect(entry).toEqual({ value: record('canary'), version: expect.any(String), now: expect.any(Number) })
    expect(store.compareAndSet('alice', (entry as StoreEntry<TokenRecord>).version, record('b'), ttl)).not.toBeInstanceOf(Promise)
    expect(store.get('bob')).toBeUndefined()
    expect(store.delete('alice')).toBe(true)
  })

  it('works where encryption is asynchronous, and opens what was sealed elsewhere', async () => {
    const { engine } = await filled()
    const store = encryptedStore<TokenRecord>(engine, { secret: SECRET, environment: browserEnvironment() })
    const { value, version } = (await store.get('alice')) as StoreEntry<TokenRecord>
    expect(value).toEqual(record('canary'))
    const changed = record('b')
    const writing = store.compareAndSet('alice', version, changed, ttl)
    Object.assign(changed, { v: 2 })
    await writing
    expect((await encryptedStore<TokenRecord>(engine, { secret: SECRET }).get('alice'))?.value).toEqual(record('b'))
  })

  it('is local, and has watch, where the store is and has', () => {
    const { local: _local, ...remote } = memoryStore<string>()
    const watched: string[] = []
    const watch = (key: string) => {
      watched.push(key)
      return () => void watched.pop()
    }
    expect(encryptedStore(memoryStore(), { secret: SECRET })).toMatchObject({ local: true })
    expect(encryptedStore(remote, { secret: SECRET })).not.toHaveProperty('local')
    expect(encryptedStore(remote, { secret: SECRET })).not.toHaveProperty('watch')
    const stop = encryptedStore({ ...remote, watch }, { secret: SECRET }).watch?.('k', () => undefined)
    expect(watched).toEqual(['k'])
    stop?.()
    expect(watched).toEqual([])
  })

  it.each<[string, unknown, RegExp]>([
    ['a short secret', { secret: 'short' }, /at least 32 bytes/],
    ['no secret', { secret: undefined }, /"secret" is missing/],
    ['an empty list', { secret: [] }, /"secret" is missing/],
    ['a second secret that is not there', { secret: [SECRET, undefined] }, /at least 32 bytes/],
    ['another spelling', { secrets: [SECRET] }, /no option "secrets"\. Did you mean "secret"/],
  ])('%s is a UsageError at once', (_what, options, message) => {
    expect(() => encryptedStore(memoryStore(), options as { secret: string })).toThrow(
      expect.objectContaining({ name: 'UsageError', message: expect.stringMatching(message) }),
    )
  })
  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'get'],
    ['null', null, 'get'],
    ['a text', 'redis://127.0.0.1', 'get'],
    ['a client of a database', { get: () => undefined, set: () => undefined }, 'compareAndSet'],
    ['half a store', { get: () => undefined, compareAndSet: () => undefined }, 'delete'],
  ])('around %s is a UsageError at once, that says how to get a store', (_what, store, missing) => {
    expect(() => encryptedStore(store as Store<string>, { secret: SECRET })).toThrow(
      expect.objectContaining({
        name: 'UsageError',
        message: expect.stringMatching(new RegExp(`encryptedStore: the store inside has no function "${missing}".*redisStore\\(client\\)`)),
      }),
    )
  })
})
