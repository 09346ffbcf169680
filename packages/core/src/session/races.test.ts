import { describe, expect, it } from 'vitest'
import { memoryStore } from './memory-store.js'
import { API, answer, json, NOW, rotatingServer, sessionOver, testClock, wire } from './testing/fixture.js'
import { heldLifeCycle, KEY, record, settled } from './testing/life-cycle.js'
import { slowStore } from './testing/stores.js'
import { TokenLifeCycle } from './token-life-cycle.js'
import type { TokenRecord, TokenStore } from './token-record.js'

describe('a login while the token before it is renewed', () => {
  it.each([
    ['without updateToken', undefined],
    ['with updateToken', () => undefined],
  ])('stays, also when its own write has to be tried again; the new tokens of the other are given back (%s)', async (_how, updateToken) => {
    const { lifeCycle, place, store, revoked, release } = heldLifeCycle({ updateToken })
    await lifeCycle.put(place, record('old'))
    const renewal = lifeCycle.renew(place)
    await settled()
    store.failWrites(1)
    await expect(lifeCycle.put(place, record('bob'))).rejects.toMatchObject({ name: 'PersistError' })
    release()
    expect((await renewal).token.access_token).toBe('access-bob')
    expect((await lifeCycle.current(place))?.token.access_token).toBe('access-bob')
    expect([store.peek(KEY)?.token.access_token, revoked]).toEqual(['access-bob', ['refresh-old-2']])
  })

  it('has the new tokens of the other given back too when it began before the renewal, and was stored during it', async () => {
    const { lifeCycle, place, store, revoked, release } = heldLifeCycle()
    await lifeCycle.put(place, record('old'))
    const read = store.holdRead()
    const login = lifeCycle.put(place, record('bob'))
    await read.reached
    const renewal = lifeCycle.renew(place)
    await settled()
    read.release()
    await login
    release()
    expect((await renewal).token.access_token).toBe('access-bob')
    expect([store.peek(KEY)?.token.access_token, revoked]).toEqual(['access-bob', ['refresh-old-2']])
  })

  it('F21: in another process, after a logout there: what waits to be stored here does not come over it', async () => {
    const { clock, store, lifeCycle: a, place, release } = heldLifeCycle()
    const b = new TokenLifeCycle({ environment: clock, renew: () => Promise.reject(new Error('not asked')) })
    release()
    await a.put(place, record('alice', { subject: 'alice' }))
    store.failWrites(1)
    await expect(a.renew(place)).rejects.toMatchObject({ name: 'PersistError' })
    await b.delete(place)
    await b.put(place, record('bob', { subject: 'bob' }))
    expect((await a.current(place))?.subject).toBe('bob')
    expect(store.peek(KEY)?.subject).toBe('bob')
  })

  it('a use that finds an earlier login waiting, while a later one is written, waits for that one', async () => {
    const clock = testClock()
    const memory = memoryStore<TokenRecord>(clock)
    let reads = 0
    let failing = true
    const store: TokenStore = {
      // As with a cache of the process: reads need no turn of the event loop, writes do.
      get: async (key) => {
        reads += 1
        if (reads > 1000) throw new Error('it spins')
        return memory.get(key)
      },
      async compareAndSet(...write) {
        if (failing) {
          failing = false
          throw new Error('down')
        }
        await new Promise<void>((resolve) => setImmediate(resolve))
        return memory.compareAndSet(...write)
      },
      delete: memory.delete,
    }
    const lifeCycle = new TokenLifeCycle({ environment: clock, renew: () => Promise.reject(new Error('not asked')) })
    const place = { store, key: KEY }
    await expect(lifeCycle.put(place, record('first'))).rejects.toMatchObject({ name: 'PersistError' })
    const second = lifeCycle.put(place, record('second'))
    expect((await lifeCycle.current(place))?.token.access_token).toBe('access-second')
    await second
    expect(reads).toBeLessThan(20)
  })

  it('with the refresh token that was refused a moment ago, it is tried anew', async () => {
    const clock = testClock()
    let locked = true
    const line = wire(() =>
      locked ? json({ error: 'invalid_grant' }, 400) : json({ access_token: 'a3', token_type: 'Bearer', expires_in: 3600 }),
    )
    const session = sessionOver(line, { environment: clock })
    await session.setToken({ access_token: 'a1', refresh_token: 'R', expires_in: 10 })
    clock.time += 11
    await expect(session.http(`${API}/me`)).rejects.toMatchObject({ reason: 'invalid_grant' })
    locked = false
    await session.setToken({ access_token: 'a2', refresh_token: 'R', expires_in: 10 })
    clock.time += 11
    expect(await session.http(`${API}/me`)).toBe(200)
  })
})

describe('RF05/F22: a logout while the token is renewed, and the store fails', () => {
  it('the new tokens are given back, not kept', async () => {
    const { lifeCycle, place, store, revoked, release } = heldLifeCycle()
    await lifeCycle.put(place, record('alice'))
    const renewal = lifeCycle.renew(place)
    await settled()
    await lifeCycle.delete(place)
    store.failWrites(1)
    release()
    await expect(renewal).rejects.toMatchObject({ code: 'OAUTH_REFRESH_TERMINAL', reason: 'session_deleted' })
    expect([revoked, await lifeCycle.peek(place), await lifeCycle.current(place)]).toEqual([['refresh-alice-2'], undefined, undefined])
  })
})

describe('the old token is put back', () => {
  /** A server whose answers are kept back until they are let go. */
  function lateServer() {
    const clock = testClock()
    const as = rotatingServer()
    const gate = Promise.withResolvers<void>()
    const line = wire(async (request) => {
      const response = await as.answer(request)
      await gate.promise
      return response
    })
    return { clock, store: memoryStore<TokenRecord>(clock), as, line, release: gate.resolve }
  }

  it('while its renewal is on the wire: what that brings takes its place', async () => {
    const { clock, store, as, line, release } = lateServer()
    const session = () => sessionOver(line, { environment: clock, store, key: KEY })
    const kept = { ...as.issue(), expires_at: NOW + 3600 }
    await session().setToken(kept)
    clock.time += 3601
    const call = session().http(`${API}/me`)
    await settled()
    const late = session()
    await late.setToken(kept)
    release()
    expect(await call).toBe(200)
    expect(await late.http(`${API}/me`)).toBe(200)
    clock.time += 60
    expect(await late.http(`${API}/me`)).toBe(200)
    expect(as.presented).toEqual(['refresh-1'])
  })

  it('by a session for each request, as applications do that keep the token in a database', async () => {
    const { clock, store, as, line, release } = lateServer()
    const kept = { ...as.issue(), expires_at: NOW + 3600 }
    const session = () => sessionOver(line, { environment: clock, store, key: KEY, token: kept })
    clock.time += 3601
    const calls = [session(), session()].map((one) => one.http(`${API}/me`))
    await settled()
    calls.push(session().http(`${API}/me`))
    release()
    expect(await Promise.all(calls)).toEqual([200, 200, 200])
    expect([...new Set(line.sent.map(({ authorization }) => authorization))]).toEqual(['Bearer access-2'])
    expect(as.presented).toEqual(['refresh-1'])
  })

  it('while what it became waits to be stored: that is stored, and nothing is sent', async () => {
    const clock = testClock()
    const store = slowStore(clock.now)
    const as = rotatingServer()
    const line = wire(as.answer)
    const session = () => sessionOver(line, { environment: clock, store, key: KEY })
    const kept = { ...as.issue(), expires_at: NOW + 3600 }
    await session().setToken(kept)
    clock.time += 3601
    store.failWrites(1)
    await expect(session().refreshToken()).rejects.toMatchObject({ name: 'PersistError' })
    const second = session()
    await second.setToken(kept)
    expect(second.token?.access_token).toBe('access-2')
    for (const wait of [0, 31]) {
      clock.time += wait
      expect(await second.http(`${API}/me`)).toBe(200)
    }
    expect([line.sent.at(-1)?.authorization, as.presented]).toEqual(['Bearer access-2', ['refresh-1']])
  })
})

describe('renewals that want different things', () => {
  it.each([
    ['two scopes', { scope: 'read' }, { scope: 'write' }, ['read', 'write']],
    ['a scope and all that was granted', { scope: 'read' }, {}, ['read', 'read write']],
  ])('are not joined: %s', async (_what, one, other, scopes) => {
    const clock = testClock()
    const as = rotatingServer()
    const line = wire(async (request) => {
      const { body } = await as.answer(request)
      const scope = new URLSearchParams(request.body).get('scope') ?? 'read write'
      return json({ ...JSON.parse(new TextDecoder().decode(body)), scope })
    })
    const session = sessionOver(line, { environment: clock, token: { ...as.issue(), scope: 'read write' } })
    const tokens = await Promise.all([session.refreshToken(one), session.refreshToken(other)])
    expect(tokens.map(({ scope }) => scope)).toEqual(scopes)
    expect(as.reuses).toBe(0)
  })
})

describe('what a session shows and forgets', () => {
  it('deleteToken while a token is being stored: nothing is shown, nothing is left', async () => {
    const clock = testClock()
    const store = slowStore(clock.now)
    const session = sessionOver(
      wire(() => answer(500)),
      { environment: clock, store, key: KEY },
    )
    const held = store.holdWrite()
    const setting = session.setToken({ access_token: 'a' })
    await held.reached
    const deleting = session.deleteToken()
    held.release()
    await Promise.all([setting, deleting])
    expect([store.peek(KEY), session.token]).toEqual([undefined, undefined])
  })

  it('revokeToken when a renewal lands between its looks: the tokens that it brought are revoked too', async () => {
    const clock = testClock()
    const store = slowStore(clock.now)
    const as = rotatingServer()
    const gate = Promise.withResolvers<void>()
    const line = wire(async (request) => {
      const response = await as.answer(request)
      if (request.endpoint === 'token') await gate.promise
      return response
    })
    const session = sessionOver(line, { environment: clock, store, key: KEY })
    await session.setToken(as.issue())
    const renewal = session.refreshToken().catch(() => undefined)
    await settled()
    const { get } = store
    let looks = 0
    store.get = async (key) => {
      looks += 1
      if (looks === 3) {
        gate.resolve()
        await renewal
      }
      return get(key)
    }
    await session.revokeToken()
    expect([store.peek(KEY), as.revoked]).toEqual([undefined, ['refresh-1', 'refresh-2']])
  })

  it('S52: a token that is still valid is used while the request for the next cannot even be made', async () => {
    const clock = testClock()
    const as = rotatingServer()
    const session = sessionOver(wire(as.answer), {
      environment: clock,
      clientSecret: undefined,
      token: as.issue(),
      tokenEndpointAuthMethod() {
        throw new Error('the key service is down')
      },
    })
    clock.time += 3600 - 30
    expect(await session.http(`${API}/me`)).toBe(200)
    clock.time += 31
    await expect(session.http(`${API}/me`)).rejects.toThrow('the key service is down')
  })

  it.each([
    ['another scope', { scope: 'payments' }],
    ['further parameters', { parameters: { audience: 'payments' } }],
  ])('a machine token with %s needs a key of its own in a store: others of the client would be given it', async (_what, options) => {
    const line = wire(() => json({ access_token: 'a', token_type: 'Bearer', expires_in: 3600 }))
    const store = memoryStore<TokenRecord>()
    const grant = { grantType: 'client_credentials', ...options } as const
    await expect(sessionOver(line, { store }).fetchToken(grant)).rejects.toThrow('"key" of its own')
    expect(line.requests).toEqual([])
    expect(await sessionOver(line, { store, key: 'payments' }).fetchToken(grant)).toMatchObject({ access_token: 'a' })
    expect(await sessionOver(line).fetchToken(grant)).toMatchObject({ access_token: 'a' })
  })

  it('no failure is left without somebody who hears of it', async () => {
    const unheard: unknown[] = []
    const hear = (error: unknown) => unheard.push(error)
    process.on('unhandledRejection', hear)
    const clock = testClock()
    const store = slowStore(clock.now)
    const as = rotatingServer()
    let count = 0
    const line = wire((request) => {
      if (request.endpoint === 'token' && count++ % 3 === 0) return answer(503)
      return as.answer(request)
    })
    const session = sessionOver(line, {
      environment: clock,
      store,
      key: KEY,
      updateToken() {
        throw new Error('the database is down')
      },
    })
    await session.setToken(as.issue())
    for (let round = 0; round < 20; round++) {
      clock.time += 3601
      if (round % 4 === 1) store.failWrites(1)
      if (round % 4 === 2) store.failReads(1)
      await Promise.allSettled([session.http(`${API}/me`), session.refreshToken(), session.ensureActiveToken(), session.http(`${API}/me`)])
      if (round % 5 === 4) session.token = as.issue()
      if (round % 7 === 6) await session.deleteToken().catch(() => undefined)
    }
    await new Promise<void>((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', hear)
    expect(unheard).toEqual([])
  })
})

describe('F07: whom a pause concerns', () => {
  function tenants(refusal: () => ReturnType<typeof json>) {
    const clock = testClock()
    const store = memoryStore<TokenRecord>(clock)
    const as = rotatingServer()
    const asked = { a: 0, b: 0 }
    const line = wire((request) => {
      const name = Buffer.from((request.headers['authorization'] ?? '').slice('Basic '.length), 'base64')
        .toString()
        .startsWith('tenant-a:')
        ? 'a'
        : 'b'
      asked[name] += 1
      return name === 'a' ? refusal() : as.answer(request)
    })
    const of = (clientId: string, key: string, token: object) =>
      sessionOver(line, { environment: clock, store, key, clientId, token: token as never })
    return {
      clock,
      asked,
      a: of('tenant-a', 'a', { access_token: 'x', refresh_token: 'y', expires_in: 10 }),
      b: of('tenant-b', 'b', as.issue()),
    }
  }

  it.each([503, 429])('a %i that names a time asks all clients of the server to wait', async (status) => {
    const { clock, asked, a, b } = tenants(() => answer(status, '', { 'retry-after': '3600' }))
    clock.time += 3601
    await expect(a.refreshToken()).rejects.toMatchObject({ retryAt: NOW + 2 * 3600 + 1 })
    await expect(b.http(`${API}/me`)).rejects.toMatchObject({ code: 'OAUTH_REFRESH_TRANSIENT', retryAt: NOW + 2 * 3600 + 1 })
    expect(asked).toEqual({ a: 1, b: 0 })
  })

  it.each<[string, () => ReturnType<typeof json>]>([
    ['a server that is down, and names no time', () => answer(503)],
    ['a wrong secret', () => json({ error: 'invalid_client' }, 401)],
  ])('not another client of the same server: %s', async (_what, refusal) => {
    const { clock, asked, a, b } = tenants(refusal)
    clock.time += 3600 - 30
    await expect(a.refreshToken()).rejects.toThrow()
    expect(await b.http(`${API}/me`)).toBe(200)
    expect(asked).toEqual({ a: 1, b: 1 })
  })

  function twoUsers(refusal: () => ReturnType<typeof json>) {
    const clock = testClock()
    const store = memoryStore<TokenRecord>(clock)
    const as = rotatingServer()
    const line = wire((request) => (request.body?.includes('of-mallory') ? refusal() : as.answer(request)))
    const of = (key: string, token: object) => sessionOver(line, { environment: clock, store, key, token: token as never })
    const users = { mallory: of('m', { access_token: 'x', refresh_token: 'of-mallory', expires_in: 10 }), alice: of('a', as.issue()) }
    clock.time += 3601
    return { clock, ...users }
  }

  it.each([503, 429])('a %i that names a time asks all users of the client to wait', async (status) => {
    const { mallory, alice } = twoUsers(() => answer(status, '', { 'retry-after': '3600' }))
    await expect(mallory.refreshToken()).rejects.toMatchObject({ code: 'OAUTH_REFRESH_TRANSIENT' })
    await expect(alice.http(`${API}/me`)).rejects.toMatchObject({ code: 'OAUTH_REFRESH_TRANSIENT', retryAt: expect.any(Number) })
  })

  it('a 429 that names none is about that user', async () => {
    const { mallory, alice } = twoUsers(() => answer(429))
    await expect(mallory.refreshToken()).rejects.toMatchObject({ code: 'OAUTH_REFRESH_TRANSIENT' })
    expect(await alice.http(`${API}/me`)).toBe(200)
  })

  it('a refusal has no time after which it would be none', async () => {
    const { mallory } = twoUsers(() => json({ error: 'invalid_client' }, 401, { 'retry-after': '3600' }))
    for (let time = 0; time < 2; time++) await expect(mallory.refreshToken()).rejects.toMatchObject({ error: 'invalid_client' })
  })
})
