import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { defaultEnvironment } from '../../src/environment.js'
import { world as routes } from '../../src/route/testing/world.js'
import { AssertionSession } from '../../src/session/assertion-session.js'
import { cachedStore } from '../../src/session/cached-store.js'
import { encryptedStore } from '../../src/session/encrypted-store.js'
import { memoryStore } from '../../src/session/memory-store.js'
import type { Store } from '../../src/session/store.js'
import { API, AS, type Call, json, NOW, rotatingServer, sessionOver, wire } from '../../src/session/testing/fixture.js'
import type { TokenRecord, TokenStore } from '../../src/session/token-record.js'
import { virtualTime } from '../faults/processes.js'

/** A view of a store that several processes share. */
function view<T>(memory: Store<T>, change: Partial<Store<T>> = {}): Store<T> {
  return {
    get: async (key) => memory.get(key),
    compareAndSet: async (...args) => memory.compareAndSet(...args),
    delete: async (...args) => memory.delete(...args),
    ...change,
  }
}

const SECRET = 'a secret of thirty-two bytes and more'

describe('machine tokens on a store that processes share', () => {
  function world(expires_in = 3600) {
    const time = virtualTime()
    const ahead = { now: NOW }
    const memory = memoryStore<TokenRecord>({ now: () => Math.max(time.time, ahead.now) })
    let count = 0
    const gate = Promise.withResolvers<void>()
    const line = wire(async () => {
      count += 1
      const access_token = `token-${count}`
      await gate.promise
      return json({ access_token, token_type: 'Bearer', expires_in })
    })
    const robot = (store: TokenStore, more = {}) =>
      new AssertionSession<Call>(
        {
          tokenEndpoint: `${AS}/token`,
          issuer: 'robot',
          key: 'a-secret-of-thirty-two-bytes-and-more',
          alg: 'HS256',
          store,
          environment: time,
          ...more,
        },
        line.client,
      )
    const client = (store: TokenStore, more = {}) => sessionOver(line, { store, environment: time, ...more })
    return { time, memory, line, robot, client, release: gate.resolve, count: () => count, ahead }
  }

  it('a token that one process has fetched for a resource is used by the others for that resource, and for no other', async () => {
    const { time, memory, line, client, release, count } = world(60)
    release()
    const [a, b] = ['https://a.example', ['https://b.example']] as const
    for (const resource of [a, b]) await time.until(client(view(memory), { resource }).fetchToken({ grantType: 'client_credentials' }))
    expect(await time.until(client(view(memory), { resource: [a] }).http(`${API}/me`))).toBe(200)
    expect(await time.until(client(view(memory), { resource: b }).http(`${API}/me`))).toBe(200)
    await expect(time.until(client(view(memory)).http(`${API}/me`))).rejects.toMatchObject({ code: 'OAUTH_MISSING_TOKEN' })
    expect([count(), line.sent.map(({ authorization }) => authorization)]).toEqual([2, ['Bearer token-1', 'Bearer token-2']])
  })

  it('a token that one process has fetched is used by the others, by issuer, client and scope', async () => {
    const { time, memory, line, client, release, count } = world()
    release()
    await time.until(client(view(memory), { scope: 'a' }).fetchToken({ grantType: 'client_credentials' }))
    expect(await time.until(client(view(memory), { scope: 'a' }).http(`${API}/me`))).toBe(200)
    expect(line.sent.at(-1)?.authorization).toBe('Bearer token-1')
    await expect(time.until(client(view(memory), { scope: 'b' }).http(`${API}/me`))).rejects.toMatchObject({ code: 'OAUTH_MISSING_TOKEN' })
    expect(count()).toBe(1)
  })

  it('is renewed by one process, for AssertionSession too; the others wait for it', async () => {
    const { memory, line, robot, release, count, ahead } = world()
    release()
    // Signing takes time of its own, which no test can make pass.
    const environment = { ...defaultEnvironment(), now: () => ahead.now }
    await robot(view(memory), { environment }).fetchToken()
    ahead.now += 3601
    const all = Array.from({ length: 4 }, () => robot(view(memory), { environment }))
    const calls = all.flatMap((one) => Array.from({ length: 50 }, () => one.http(`${API}/me`)))
    expect(new Set(await Promise.all(calls))).toEqual(new Set([200]))
    expect(count()).toBe(2)
    expect(new Set(line.sent.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer token-2']))
  })

  it('is renewed ahead by one process, and nobody waits', async () => {
    const { memory, line, robot, release, count, ahead } = world()
    release()
    const environment = { ...defaultEnvironment(), now: () => ahead.now }
    await robot(view(memory), { environment }).fetchToken()
    ahead.now += 3600 - 90
    const all = Array.from({ length: 4 }, () => robot(view(memory), { environment }))
    await Promise.all(all.map((one) => one.http(`${API}/me`)))
    expect(line.sent.map(({ authorization }) => authorization)).toEqual(Array(4).fill('Bearer token-1'))
    // Nobody asks for it, and nobody waits.
    await expect.poll(count).toBe(2)
    await expect
      .poll(async () => {
        await Promise.all(all.map((one) => one.http(`${API}/me`)))
        return line.sent.slice(-4).map(({ authorization }) => authorization)
      })
      .toEqual(Array(4).fill('Bearer token-2'))
    expect(count()).toBe(2)
  })
})

describe('stores in stores', () => {
  it.each([
    [
      'cachedStore(encryptedStore(…))',
      (inner: Store<unknown>) => cachedStore(encryptedStore<TokenRecord>(inner as Store<string>, { secret: SECRET })),
    ],
    [
      'encryptedStore(cachedStore(…))',
      (inner: Store<unknown>) => encryptedStore<TokenRecord>(cachedStore(inner as Store<string>), { secret: SECRET }),
    ],
    ['cachedStore(…)', (inner: Store<unknown>) => cachedStore(inner as TokenStore)],
  ])('RF02: %s: 4 processes with 20 callers each ask once', async (_name, wrap) => {
    // Encrypting takes time of its own, which no test can make pass.
    const memory = memoryStore<unknown>()
    const as = rotatingServer()
    const line = wire(as.answer)
    const sessions = Array.from({ length: 4 }, () => sessionOver(line, { store: wrap(view(memory)) as TokenStore, key: 'alice' }))
    const [first] = sessions
    await first?.setToken({ ...as.issue(), expires_at: 1 })
    const calls = sessions.flatMap((one) => Array.from({ length: 20 }, () => one.http(`${API}/me`)))
    expect(new Set(await Promise.all(calls))).toEqual(new Set([200]))
    expect(as.presented).toHaveLength(1)
    expect(as.reuses).toBe(0)
  })

  it('cachedStore leaves no watch behind where watch calls back at once', async () => {
    const memory = memoryStore<{ readonly n: number }>()
    memory.compareAndSet('a', null, { n: 1 }, { ttl: 60 })
    let watches = 0
    const store = cachedStore(
      view(memory, {
        watch(_key, changed) {
          watches += 1
          changed()
          return () => {
            watches -= 1
          }
        },
      }),
    )
    for (let turn = 0; turn < 10; turn++) await store.get('a')
    expect(watches).toBeLessThan(2)
  })

  it('F16: cachedStore reads also where watch throws: it is a hint', async () => {
    const memory = memoryStore<{ readonly n: number }>()
    memory.compareAndSet('a', null, { n: 1 }, { ttl: 60 })
    const store = cachedStore(
      view(memory, {
        watch() {
          throw new Error('no more watches')
        },
      }),
    )
    expect(await store.get('a')).toMatchObject({ value: { n: 1 } })
  })
})

describe('updateToken on a store that processes share', () => {
  function world(updateToken: () => void) {
    const time = virtualTime()
    const memory = memoryStore<TokenRecord>({ now: time.now })
    const as = rotatingServer()
    const line = wire(as.answer)
    const session = () => sessionOver(line, { environment: time, store: view(memory), key: 'alice', updateToken })
    return { time, as, line, session }
  }

  it('RF06: throws: PersistError, it is called again at the next use, and the server is not asked again', async () => {
    let calls = 0
    const { time, as, session } = world(() => {
      calls += 1
      if (calls < 3) throw new Error('database is down')
    })
    const one = session()
    await time.until(one.setToken({ ...as.issue(), expires_at: NOW - 1 }))
    await expect(time.until(one.http(`${API}/me`))).rejects.toMatchObject({ name: 'PersistError' })
    expect(calls).toBe(1)
    await expect(time.until(one.http(`${API}/me`))).rejects.toMatchObject({ name: 'PersistError' })
    expect(await time.until(one.http(`${API}/me`))).toBe(200)
    expect(calls).toBe(3)
    expect(as.presented).toHaveLength(1)
    expect(await time.until(session().http(`${API}/me`))).toBe(200)
  })

  it('LG01: throws an error that quotes what it was called with: neither token is in what comes of it', async () => {
    const time = virtualTime()
    const memory = memoryStore<TokenRecord>({ now: time.now })
    const line = wire(() =>
      json({ access_token: 'canary-new-access', refresh_token: 'canary-new-refresh', token_type: 'Bearer', expires_in: 3600 }),
    )
    const session = sessionOver(line, {
      environment: time,
      store: view(memory),
      key: 'alice',
      updateToken: (token, old) => {
        throw new Error(`no row with ${old.refreshToken} to hold ${token.refresh_token}`)
      },
    })
    await time.until(session.setToken({ access_token: 'canary-old-access', refresh_token: 'canary-old-refresh', expires_at: NOW - 1 }))
    const error = await time.until(session.http(`${API}/me`).catch((thrown: unknown) => thrown))
    expect(error).toMatchObject({ name: 'PersistError' })
    expect(inspect(error, { depth: null, showHidden: true })).not.toMatch(/canary/)
  })
})

describe('LG01: canaries', () => {
  it('are in no event, no error of a store, no session and no store', async () => {
    const time = virtualTime()
    const heard: unknown[] = []
    const hear = (message: unknown) => void heard.push(message)
    const names = ['refreshed', 'refresh-failed', 'waiting', 'ended', 'persist-failed', 'logout-failed', 'quirk'].map(
      (type) => `oauth:${type}`,
    )
    for (const name of names) subscribe(name, hear)
    const { emit } = defaultEnvironment()
    Object.assign(time, { emit })
    const memory = memoryStore<TokenRecord>({ now: time.now })
    let count = 0
    let mode: 'good' | 'down' | 'dead' = 'good'
    const line = wire(({ body = '' }) => {
      count += 1
      const echo = new URLSearchParams(body).get('refresh_token')
      if (mode === 'down') return json({ error: 'temporarily_unavailable', error_description: `bad: ${echo}` }, 503)
      if (mode === 'dead') return json({ error: 'invalid_grant' }, 400)
      return json({
        access_token: `canary-access-token-00${count}`,
        refresh_token: `canary-refresh-token-00${count}`,
        expires_in: 10,
      })
    })
    const fail = { get: false, compareAndSet: false, delete: false }
    const failing = (what: keyof typeof fail) => {
      const entry = memory.get('alice')
      if (fail[what]) throw Object.assign(new Error(`failed at ${JSON.stringify(entry)}`), { command: JSON.stringify(entry) })
    }
    const store: TokenStore = {
      async get(key) {
        failing('get')
        return memory.get(key)
      },
      async compareAndSet(...write) {
        failing('compareAndSet')
        return memory.compareAndSet(...write)
      },
      async delete(...which) {
        failing('delete')
        return memory.delete(...which)
      },
    }
    const quirks = { missingTokenType: true }
    const session = sessionOver(line, { environment: time, store, key: 'alice', clientSecret: 'canary-client-secret', quirks })
    const other = sessionOver(line, { environment: time, store: view(memory), key: 'alice', quirks })
    const seen: unknown[] = [
      session,
      other,
      store,
      cachedStore(store),
      encryptedStore(store as unknown as Store<string>, { secret: `${SECRET} canary` }),
    ]
    const call = async () => void seen.push(await time.until(session.http(`${API}/me`).catch((error: unknown) => error)))
    await time.until(
      session.setToken({ access_token: 'canary-access-token-000', refresh_token: 'canary-refresh-token-000', expires_in: 10 }),
    )
    for (const what of ['get', 'compareAndSet'] as const) {
      time.time += 20
      fail[what] = true
      await call()
      seen.push(
        await time.until(
          session
            .setToken({ access_token: 'canary-put-access-token-1', refresh_token: 'canary-put-refresh-token-1' })
            .catch((error: unknown) => error),
        ),
      )
      fail[what] = false
      await call()
      await time.until(
        session.setToken({ access_token: 'canary-access-token-000', refresh_token: 'canary-refresh-token-000', expires_in: 10 }),
      )
    }
    time.time += 20
    await Promise.all([call(), time.until(other.http(`${API}/me`)).catch(() => undefined)])
    fail.delete = true
    seen.push(await time.until(session.deleteToken().catch((error: unknown) => error)))
    fail.delete = false
    time.time += 20
    mode = 'down'
    await call()
    time.time += 20
    mode = 'dead'
    await call()
    const app = routes({ store: view(memoryStore<unknown>()) }, { clientSecret: 'canary-client-secret' })
    Object.assign(app.clock, { emit })
    const browser = app.browser()
    const answered = [await app.login(browser)]
    for (const logoutToken of ['canary', `${btoa('{"alg":"ES256","kid":"canary"}')}.${btoa('{"sub":"canary"}')}.canary`]) {
      const body = { kind: 'form', pairs: [['logout_token', logoutToken]] } as const
      answered.push(await browser.go('/auth/demo/backchannel-logout', { method: 'POST', body }))
    }
    expect(answered.map(({ status }) => status)).toEqual([303, 400, 400])
    seen.push(app.routes, answered.slice(1))
    for (const name of names) unsubscribe(name, hear)
    expect(channel('oauth:ended').hasSubscribers).toBe(false)
    expect(new Set(heard.map((event) => (event as { type: string }).type))).toEqual(
      new Set(['refreshed', 'waiting', 'persist-failed', 'refresh-failed', 'ended', 'logout-failed', 'quirk']),
    )
    for (const one of [...seen, ...heard]) {
      const text = inspect(one, { depth: null, showHidden: true }) + JSON.stringify(one) + String((one as Error)?.stack)
      expect(text).not.toMatch(/canary/i)
    }
  })
})
