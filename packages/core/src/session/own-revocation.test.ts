import { describe, expect, it } from 'vitest'
import type { HttpRequest } from '../http/http-request.js'
import type { HttpResponse } from '../http/http-response.js'
import type { SessionOptions } from './session-options.js'
import { type Answer, API, answer, json, rotatingServer, sessionOver, testClock, wire } from './testing/fixture.js'
import { slowStore } from './testing/stores.js'

const MISSING = { code: 'OAUTH_MISSING_TOKEN' }
const PAIR = {
  access_token: 'a',
  refresh_token: 'r',
  expires_in: 3600,
}

/** A server that renews, and answers revocations as the test likes. */
function world(options: Partial<SessionOptions> = {}, revocation: Answer = () => answer(200)) {
  const clock = testClock()
  const store = slowStore(clock.now)
  const line = wire((request) =>
    request.endpoint === 'revocation'
      ? revocation(request)
      : json({
          access_token: 'renewed',
          refresh_token: 'renewed-refresh',
          token_type: 'Bearer',
          expires_in: 3600,
        }),
  )
  const session = sessionOver(line, {
    environment: clock,
    store,
    key: 'alice',
    ...options,
  })
  const revoked = () => line.requests.filter(({ endpoint }) => endpoint === 'revocation').map(({ body }) => body)
  return {
    clock,
    store,
    line,
    session,
    revoked,
  }
}

describe('deleteToken', () => {
  it('forgets the token here and in the store, and revokes nothing', async () => {
    const { session, store, line } = world()
    await session.setToken(PAIR)
    await session.deleteToken()
    expect(session.token).toBeUndefined()
    expect(store.peek('alice')).toBeUndefined()
    await expect(session.http(`${API}/me`)).rejects.toMatchObject(MISSING)
    expect(line.requests).toHaveLength(0)
  })

  it('leaves nothing to be told to another session on the same store', async () => {
    const { session, store, line, clock } = world()
    const other = sessionOver(line, {
      environment: clock,
      store,
      key: 'alice',
    })
    await session.setToken(PAIR)
    await session.deleteToken()
    await expect(other.http(`${API}/me`)).rejects.toMatchObject(MISSING)
    expect(other.token).toBeUndefined()
  })

  it('waits for what was being assigned, which is deleted too', async () => {
    const { session, store } = world()
    session.token = PAIR
    await session.deleteToken()
    expect(session.token).toBeUndefined()
    expect(store.peek('alice')).toBeUndefined()
  })

  it('is waited for by whoever asks meanwhile, and by what is assigned meanwhile', async () => {
    const { session } = world()
    await session.setToken(PAIR)
    const deleting = session.deleteToken()
    await expect(session.http(`${API}/me`)).rejects.toMatchObject(MISSING)
    session.token = { access_token: 'next' }
    await deleting
    expect(await session.http(`${API}/me`)).toBe(200)
    expect(session.token?.access_token).toBe('next')
  })

  it('of nothing is done at once', async () => {
    const { session } = world()
    await session.deleteToken()
    expect(session.token).toBeUndefined()
  })

  it('the failure of the store is told, once', async () => {
    const { session, store } = world({})
    await session.setToken(PAIR)
    const { delete: original } = store
    Object.assign(store, {
      delete: () => Promise.reject(new Error('down')),
    })
    await expect(session.deleteToken()).rejects.toMatchObject({ code: 'OAUTH_STORE' })
    expect(await session.http(`${API}/me`)).toBe(200)
    Object.assign(store, { delete: original })
    await session.deleteToken()
    await expect(session.http(`${API}/me`)).rejects.toMatchObject(MISSING)
  })

  it('a failed assignment before it is nobody’s business any more', async () => {
    const { session, store } = world()
    store.failWrites(1)
    session.token = PAIR
    await session.deleteToken()
    expect(await session.ensureActiveToken()).toBe(false)
  })
})

describe('S59/S60: revokeToken without a token', () => {
  it.each([
    ['the refresh token', PAIR, 'token=r&token_type_hint=refresh_token'],
    ['the access token, where there is no other', { access_token: 'a' }, 'token=a'],
  ])('RFC 7009 §2.1: revokes %s, and then forgets it all', async (_name, token, body) => {
    const { session, store, revoked } = world()
    await session.setToken(token)
    await session.revokeToken()
    expect(revoked()).toEqual([body])
    expect(session.token).toBeUndefined()
    expect(store.peek('alice')).toBeUndefined()
    await expect(session.http(`${API}/me`)).rejects.toMatchObject(MISSING)
    await expect(session.revokeToken()).rejects.toMatchObject(MISSING)
  })

  it('RFC 7009 §2.2.1: when the server does not revoke, the token stays', async () => {
    const { session } = world({}, () => answer(503))
    await session.setToken(PAIR)
    await expect(session.revokeToken()).rejects.toMatchObject({
      endpoint: 'revocation',
      status: 503,
    })
    expect(session.token).toMatchObject({ refresh_token: 'r' })
    expect(await session.http(`${API}/me`)).toBe(200)
  })

  it('a server without a revocation endpoint is said so, and the token stays', async () => {
    const { session } = world({ server: { token_endpoint: 'https://as.example/token' } })
    await session.setToken(PAIR)
    await expect(session.revokeToken()).rejects.toMatchObject({ code: 'OAUTH_ENDPOINT_MISSING' })
    expect(session.token).toMatchObject({ refresh_token: 'r' })
  })

  it('a refresh token that came meanwhile is revoked too: it would outlive the logout', async () => {
    const held = Promise.withResolvers<HttpResponse>()
    const first = { pending: true }
    const { session, revoked, store } = world({}, () => {
      if (!first.pending) return answer(200)
      first.pending = false
      return held.promise
    })
    await session.setToken(PAIR)
    const revoking = session.revokeToken()
    await session.refreshToken()
    held.resolve(answer(200))
    await revoking
    expect(revoked()).toEqual(['token=r&token_type_hint=refresh_token', 'token=renewed-refresh&token_type_hint=refresh_token'])
    expect(store.peek('alice')).toBeUndefined()
  })

  it('a renewal that ends after it gives its tokens back', async () => {
    const as = rotatingServer()
    const held = Promise.withResolvers<void>()
    const line = wire(async (request: HttpRequest) => {
      if (request.endpoint === 'token') await held.promise
      return as.answer(request)
    })
    const session = sessionOver(line)
    const { refresh_token } = as.issue()
    await session.setToken({
      access_token: 'access-1',
      refresh_token,
    })
    const renewing = session.refreshToken()
    await session.revokeToken()
    held.resolve()
    await expect(renewing).rejects.toMatchObject({ reason: 'session_deleted' })
    expect(as.revoked).toEqual(['refresh-1', 'refresh-2'])
    expect(session.token).toBeUndefined()
  })
})

describe('RFC 7009 §2.1: revokeToken of one kind', () => {
  it('the access token: the rest stays, and the next use renews; what was revoked is not sent again', async () => {
    const { session, revoked, line } = world()
    await session.setToken(PAIR)
    await session.revokeToken({ tokenTypeHint: 'access_token' })
    expect(revoked()).toEqual(['token=a&token_type_hint=access_token'])
    await Promise.all([session.http(`${API}/1`), session.http(`${API}/2`), session.ensureActiveToken()])
    expect(line.sent.map(({ authorization }) => authorization)).toEqual(['Bearer renewed', 'Bearer renewed'])
    expect(line.tokenRequests()).toEqual([
      {
        grant_type: 'refresh_token',
        refresh_token: 'r',
      },
    ])
    expect(session.token).toMatchObject({ access_token: 'renewed' })
  })

  it('the access token that has no refresh token: nothing is left', async () => {
    const { session } = world()
    await session.setToken({ access_token: 'a' })
    await session.revokeToken({ tokenTypeHint: 'access_token' })
    expect(session.token).toBeUndefined()
  })

  it('the refresh token that is not there is no reason to revoke another', async () => {
    const { session, revoked } = world()
    await session.setToken({ access_token: 'a' })
    await expect(session.revokeToken({ tokenTypeHint: 'refresh_token' })).rejects.toMatchObject(MISSING)
    expect(revoked()).toEqual([])
    expect(session.token).toMatchObject({ access_token: 'a' })
  })
})

describe('S59: revokeToken with a token', () => {
  it('of somebody else leaves the session’s own', async () => {
    const { session, revoked } = world()
    await session.setToken(PAIR)
    await session.revokeToken({
      token: 'x',
      tokenTypeHint: 'access_token',
    })
    expect(revoked()).toEqual(['token=x&token_type_hint=access_token'])
    expect(await session.http(`${API}/me`)).toBe(200)
    expect(session.token).toMatchObject(PAIR)
  })

  it('that is the session’s refresh token, or its only one, forgets it', async () => {
    const { session } = world()
    await session.setToken(PAIR)
    await session.revokeToken({ token: 'r' })
    expect(session.token).toBeUndefined()
    await session.setToken({ access_token: 'a' })
    await session.revokeToken({ token: 'a' })
    expect(session.token).toBeUndefined()
  })

  it('that is the session’s access token keeps the refresh token, and the next use renews', async () => {
    const { session, line } = world()
    await session.setToken(PAIR)
    await session.revokeToken({ token: 'a' })
    expect(session.token).toMatchObject({ refresh_token: 'r' })
    await session.http(`${API}/me`)
    expect(line.sent.at(-1)?.authorization).toBe('Bearer renewed')
  })

  it('needs no token of the session’s own', async () => {
    const { session, revoked } = world()
    await session.revokeToken({ token: 'x' })
    expect(revoked()).toEqual(['token=x'])
  })

  it.each(['', { access_token: 'canary' }, 7])('%j is no token', async (token) => {
    const { session, line } = world()
    const revoking = session.revokeToken({ token } as never)
    await expect(revoking).rejects.toMatchObject({ name: 'UsageError' })
    await expect(revoking).rejects.not.toThrow('canary')
    expect(line.requests).toHaveLength(0)
  })
})

it('the token of client credentials is forgotten too, and fetched again by the application', async () => {
  const { session, line } = world({ key: undefined })
  await session.fetchToken()
  await session.revokeToken()
  await expect(session.http(`${API}/me`)).rejects.toMatchObject(MISSING)
  await session.fetchToken()
  expect(await session.http(`${API}/me`)).toBe(200)
  expect(line.tokenRequests()).toHaveLength(2)
})

describe('the answer to a revocation', () => {
  it.each([{}, { token: 'other' }])('S59: can be reached as it came, with %o, and is not among what is logged', async (options) => {
    const { session } = world({}, () => answer(200, 'gone', { 'x-request-id': '1' }))
    await session.setToken(PAIR)
    const result = await session.revokeToken(options)
    expect(result.response).toMatchObject({ status: 200, headers: { 'x-request-id': '1' } })
    expect(new TextDecoder().decode(result.response.body)).toBe('gone')
    expect(Object.keys(result)).toEqual([])
  })
})
