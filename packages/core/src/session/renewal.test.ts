import { describe, expect, it } from 'vitest'
import { isOAuthError } from '../error/any-oauth-error.js'
import type { TokenSet } from '../message/token-set.js'
import { API, answer, json, rotatingServer, server, sessionOver, testClock, wire } from './testing/fixture.js'
import { slowStore } from './testing/stores.js'
import type { ReplacedToken } from './update-token.js'

const KEY = 'token'

/** A session of an hour whose refresh token is the server's current one; the clock is its expiry's neighbour once `expire` was called. */
async function loggedIn({ slow = false, expiresIn = 3600, leeway }: { slow?: boolean; expiresIn?: number; leeway?: number } = {}) {
  const clock = testClock()
  const as = rotatingServer({ expiresIn })
  const line = wire(as.answer, ({ authorization }) => (as.isLive(authorization?.slice('Bearer '.length) ?? '') ? 200 : 401))
  const store = slowStore(clock.now)
  const updates: [TokenSet, ReplacedToken][] = []
  const session = sessionOver(line, {
    environment: clock,
    leeway,
    ...(slow ? { store, key: KEY } : {}),
    updateToken: (token, old) => void updates.push([token, old]),
  })
  await session.setToken(as.issue())
  const expire = () => {
    clock.time += expiresIn
  }
  return { clock, as, line, store, updates, session, expire }
}

describe('one renewal for all', () => {
  it('RF01: fifty calls with an expired token are one request, and all of them carry the same new token', async () => {
    const { session, as, line, updates, expire } = await loggedIn({ slow: true })
    expire()
    const statuses = await Promise.all(Array.from({ length: 50 }, () => session.http(`${API}/me`)))
    expect(statuses).toEqual(Array(50).fill(200))
    expect(as.presented).toEqual(['refresh-1'])
    expect(new Set(line.sent.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer access-2']))
    expect(updates).toHaveLength(1)
  })

  it('RF01: manual and automatic renewals at the same moment share the request', async () => {
    const { session, as, expire } = await loggedIn()
    expire()
    const [manual, , active] = await Promise.all([session.refreshToken(), session.http(`${API}/me`), session.ensureActiveToken()])
    expect(manual.access_token).toBe('access-2')
    expect(active).toBe(true)
    expect(as.presented).toEqual(['refresh-1'])
  })

  it('a straggler that has read the old record before the renewal, and goes on after it, gets the new token', async () => {
    const { session, as, store, expire } = await loggedIn({ slow: true })
    expire()
    const held = store.holdRead()
    const straggler = session.http(`${API}/me`)
    await held.reached
    expect(await session.http(`${API}/me`)).toBe(200)
    held.release()
    expect(await straggler).toBe(200)
    expect(as.presented).toEqual(['refresh-1'])
    expect(store.peek(KEY)?.token.refresh_token).toBe('refresh-2')
  })

  it('two renewals on purpose, one after the other, are two requests', async () => {
    const { session, as } = await loggedIn()
    await session.refreshToken()
    await session.refreshToken()
    expect(as.presented).toEqual(['refresh-1', 'refresh-2'])
    expect(as.reuses).toBe(0)
  })

  it('a server that never replaces the refresh token is asked again each time the token expires (RF07)', async () => {
    const clock = testClock()
    let count = 0
    const line = wire(() => json({ access_token: `access-${++count}`, token_type: 'Bearer', expires_in: 10 }))
    const session = sessionOver(line, { environment: clock })
    await session.setToken({ access_token: 'access-0', refresh_token: 'for-ever', expires_in: 10 })
    for (let i = 0; i < 3; i += 1) {
      clock.time += 10
      await session.http(`${API}/me`)
    }
    expect(line.tokenRequests().map(({ refresh_token }) => refresh_token)).toEqual(['for-ever', 'for-ever', 'for-ever'])
    expect(session.token).toMatchObject({ access_token: 'access-3', refresh_token: 'for-ever' })
  })

  it('RF08: both tokens are replaced in one write', async () => {
    const { session, store, expire } = await loggedIn({ slow: true })
    expire()
    await session.ensureActiveToken()
    expect(store.writes).toHaveLength(2)
    expect(store.writes[1]?.token).toMatchObject({ access_token: 'access-2', refresh_token: 'refresh-2' })
    expect(store.writes[1]?.generation).toBe(1)
  })

  it('RF17: users do not share renewals, even with the same refresh token text', async () => {
    const clock = testClock()
    const line = wire(({ body }) =>
      json({ access_token: `for-${new URLSearchParams(body).get('user')}`, token_type: 'Bearer', expires_in: 60 }),
    )
    const store = slowStore(clock.now)
    const [alice, bob] = ['alice', 'bob'].map((key) => sessionOver(line, { environment: clock, store, key }))
    await alice?.setToken({ access_token: 'old', refresh_token: 'same', expires_at: 1 })
    await bob?.setToken({ access_token: 'old', refresh_token: 'same', expires_at: 1 })
    const [one, two] = await Promise.all([
      alice?.refreshToken({ parameters: { user: 'a' } }),
      bob?.refreshToken({ parameters: { user: 'b' } }),
    ])
    expect([one?.access_token, two?.access_token]).toEqual(['for-a', 'for-b'])
  })
})

describe('S52: when a token is renewed', () => {
  it.each([
    [62, 0],
    [61, 0],
    [60, 0],
    [59, 1],
    [0, 1],
  ])('S58: with %i s left and a leeway of 60 s: %i renewals', async (left, renewals) => {
    const { session, as, clock } = await loggedIn()
    clock.time += 3600 - left
    await session.http(`${API}/me`)
    expect(as.presented).toHaveLength(renewals)
  })

  it('S58: leeway 0 renews only what has expired', async () => {
    const { session, as, clock } = await loggedIn({ leeway: 0 })
    clock.time += 3600
    await session.http(`${API}/me`)
    expect(as.presented).toHaveLength(0)
    clock.time += 1
    await session.http(`${API}/me`)
    expect(as.presented).toHaveLength(1)
  })

  it.each([0, 0.7])(
    'RF15: expires_in 1 makes no storm: a hundred calls in a row within a second are one renewal (clock at .%s)',
    async (fraction) => {
      const { session, as, clock } = await loggedIn({ expiresIn: 1 })
      clock.time += 10 + fraction
      for (let i = 0; i < 100; i += 1) {
        await session.http(`${API}/me`)
        clock.time += 0.009
      }
      expect(as.presented).toHaveLength(1)
      clock.time += 1
      await session.http(`${API}/me`)
      expect(as.presented).toHaveLength(2)
    },
  )

  it('RF15: a server whose tokens are always in the past is asked once a second at most', async () => {
    const clock = testClock()
    const line = wire(() =>
      json({ access_token: 'new', token_type: 'Bearer', refresh_token: `r${Math.random()}`, expires_at: clock.time - 3600 }),
    )
    const session = sessionOver(line, { environment: clock })
    await session.setToken({ access_token: 'old', refresh_token: 'r', expires_at: 1 })
    for (let i = 0; i < 50; i += 1) await session.http(`${API}/me`)
    expect(line.tokenRequests()).toHaveLength(1)
  })

  it('a token without a known expiry is used as it is', async () => {
    const clock = testClock()
    const line = wire(() => answer(500))
    const session = sessionOver(line, { environment: clock })
    await session.setToken({ access_token: 'a', refresh_token: 'r' })
    clock.time += 1e9
    expect(await session.http(`${API}/me`)).toBe(200)
    expect(line.requests).toHaveLength(0)
  })

  it('F23: a clock that jumps an hour ahead renews once, and then goes by the new time', async () => {
    const { session, as, clock } = await loggedIn()
    clock.time += 3600
    for (let i = 0; i < 10; i += 1) await session.http(`${API}/me`)
    clock.time -= 3600
    for (let i = 0; i < 10; i += 1) await session.http(`${API}/me`)
    expect(as.presented).toHaveLength(1)
  })

  it('S35, S53: client credentials are fetched again, with scope and parameters of the first time, and updateToken gets the old access token (S55)', async () => {
    const clock = testClock()
    let count = 0
    const line = wire(() => json({ access_token: `machine-${++count}`, token_type: 'Bearer', expires_in: 600 }))
    const updates: ReplacedToken[] = []
    const session = sessionOver(line, { environment: clock, scope: 'read', updateToken: (_token, old) => void updates.push(old) })
    await session.fetchToken({ grantType: 'client_credentials', parameters: { audience: 'https://api.example' } })
    clock.time += 600
    await Promise.all([session.http(`${API}/me`), session.http(`${API}/me`)])
    const expected = { grant_type: 'client_credentials', scope: 'read', audience: 'https://api.example' }
    expect(line.tokenRequests()).toEqual([expected, expected])
    expect(updates).toEqual([{ accessToken: 'machine-1' }])
  })

  it('S53: a refresh token wins over client credentials, whichever grant the token came by', async () => {
    const clock = testClock()
    const line = wire(() => json({ access_token: 'machine', token_type: 'Bearer', refresh_token: 'refresh', expires_in: 600 }))
    const updates: ReplacedToken[] = []
    const session = sessionOver(line, { environment: clock, updateToken: (_token, old) => void updates.push(old) })
    await session.fetchToken({ grantType: 'client_credentials', parameters: { audience: 'https://api.example' } })
    clock.time += 600
    expect(await session.http(`${API}/me`)).toBe(200)
    expect(line.tokenRequests()).toEqual([
      { grant_type: 'client_credentials', audience: 'https://api.example' },
      { grant_type: 'refresh_token', refresh_token: 'refresh' },
    ])
    expect(updates).toEqual([{ refreshToken: 'refresh' }])
  })

  it('a token that has expired and cannot be renewed is refused before anything is sent', async () => {
    const clock = testClock()
    const line = wire(() => answer(500))
    const session = sessionOver(line, { environment: clock })
    await session.setToken({ access_token: 'a', expires_at: clock.time + 30 })
    expect(await session.http(`${API}/me`)).toBe(200)
    clock.time += 31
    await expect(session.http(`${API}/me`)).rejects.toMatchObject({ code: 'OAUTH_REFRESH_TERMINAL', reason: 'no_refresh_token' })
    expect(line.sent).toHaveLength(1)
    expect(line.requests).toHaveLength(0)
  })

  it('S57: renewing without a token, or without a refresh token, is said so and sends nothing', async () => {
    const line = wire(() => answer(500))
    const session = sessionOver(line)
    await expect(session.refreshToken()).rejects.toMatchObject({ code: 'OAUTH_MISSING_TOKEN' })
    await session.setToken({ access_token: 'a' })
    await expect(session.refreshToken()).rejects.toMatchObject({
      code: 'OAUTH_REFRESH_TERMINAL',
      reason: 'no_refresh_token',
      message: expect.not.stringContaining('expired'),
    })
    expect(line.requests).toHaveLength(0)
  })
})

describe('what a renewal sends', () => {
  it('S54/C12: the refresh token and client authentication; no scope unless asked for; the old refresh token, scope and ID token stay', async () => {
    const line = wire(() => json({ access_token: 'new', token_type: 'Bearer', expires_in: 60 }))
    const session = sessionOver(line, { scope: 'read write' })
    await session.setToken({ access_token: 'old', refresh_token: 'r', scope: 'read', id_token: 'kept', expires_at: 1, custom: { a: 1 } })
    await session.refreshToken()
    await session.refreshToken({
      scope: ['read'],
      parameters: { extra: 'x' },
      headers: { 'x-trace': '1' },
      clientAuthentication: 'client_secret_post',
    })
    const [first, second] = line.requests
    expect(line.tokenRequests()[0]).toEqual({ grant_type: 'refresh_token', refresh_token: 'r' })
    expect(first?.headers['authorization']).toMatch(/^Basic /)
    expect(line.tokenRequests()[1]).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'r',
      scope: 'read',
      extra: 'x',
      client_id: 'client',
      client_secret: 'the-client-secret',
    })
    expect(second?.headers).toMatchObject({ 'x-trace': '1' })
    expect(second?.headers['authorization']).toBeUndefined()
    expect(session.token).toMatchObject({ access_token: 'new', refresh_token: 'r', scope: 'read', id_token: 'kept' })
  })

  it('a refresh goes to the endpoint that the token came from, not to where the metadata points by now (F26)', async () => {
    const clock = testClock()
    const store = slowStore(clock.now)
    const line = wire(() => json({ access_token: 'new', token_type: 'Bearer', expires_in: 60 }))
    const before = sessionOver(line, { environment: clock, store, key: KEY })
    await before.fetchToken({ grantType: 'password', username: 'u', password: 'p' })
    const record = store.peek(KEY)
    expect(record?.token_endpoint).toBe(server.token_endpoint)
    await store.delete(KEY)
    await store.compareAndSet(KEY, null, { ...record, token: { ...record?.token, refresh_token: 'r' } } as never, { ttl: 60 })
    const after = sessionOver(line, {
      environment: clock,
      store,
      key: KEY,
      server: { ...server, token_endpoint: `${server.issuer}/moved` },
    })
    await after.refreshToken()
    expect(line.requests.at(-1)?.url).toBe(server.token_endpoint)
  })

  it('RF14/F26: a token of another issuer is not sent to the one configured now', async () => {
    const clock = testClock()
    const store = slowStore(clock.now)
    const line = wire(() => json({ access_token: 'new', token_type: 'Bearer' }))
    await sessionOver(line, { environment: clock, store, key: KEY }).setToken({ access_token: 'a', refresh_token: 'r', expires_at: 1 })
    const moved = { ...server, issuer: 'https://other.example' }
    const error = await sessionOver(line, { environment: clock, store, key: KEY, server: moved })
      .refreshToken()
      .catch((thrown: unknown) => thrown)
    expect(isOAuthError(error) && error.code).toBe('OAUTH_PROVIDER_MISMATCH')
    expect(line.requests).toHaveLength(0)
    expect(store.peek(KEY)?.token.refresh_token).toBe('r')
  })
})
