import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createSigner } from '../../test/signer.js'
import { privateKeyJwt } from '../client-authentication/private-key-jwt.js'
import type { Environment } from '../environment.js'
import { isOAuthError } from '../error/any-oauth-error.js'
import { RefreshError } from '../error/refresh-error.js'
import { TransportError } from '../error/transport-error.js'
import type { HttpResponse } from '../http/http-response.js'
import { decodeJws } from '../jose/jws.js'
import type { SessionOptions } from './session-options.js'
import {
  type Answer,
  API,
  AS,
  answer,
  json,
  NOW,
  rotatingServer,
  server,
  sessionOver,
  type TestClock,
  testClock,
  wire,
} from './testing/fixture.js'
import { slowStore } from './testing/stores.js'

const KEY = 'alice'
const TOKEN = { access_token: 'access-1', refresh_token: 'refresh-1', expires_in: 3600 }

function lost(reason: 'reset' | 'timeout' | 'refused' | 'dns' | 'tls' | 'redirect' | 'too_large' = 'reset'): never {
  throw new TransportError('token', { reason, sent: ['refused', 'dns', 'tls'].includes(reason) ? 'no' : 'maybe' })
}

/** A session whose server answers the next refreshes as told, the last answer again and again. */
function loggedIn(...answers: Answer[]) {
  return loggedInWith(testClock(), ...answers)
}

async function loggedInWith(clock: TestClock, ...answers: Answer[]) {
  const store = slowStore(clock.now)
  let count = 0
  const line = wire((request) => (answers[Math.min(count++, answers.length - 1)] as Answer)(request))
  const session = sessionOver(line, { environment: clock, store, key: KEY })
  await session.setToken(TOKEN)
  return {
    clock,
    store,
    line,
    session,
    /** Within the leeway: stale, and still valid. */
    soon() {
      clock.time = NOW + 3570
    },
    expire() {
      clock.time = NOW + 3601
    },
  }
}

const ok = () => json({ access_token: 'access-2', refresh_token: 'refresh-2', token_type: 'Bearer', expires_in: 3600 })
const refused =
  (error: string, status = 400) =>
  () =>
    json({ error }, status)

describe('RF11/F13: invalid_grant', () => {
  it('ends the session: the refresh token is gone from the store, was sent once, and the second use sends nothing', async () => {
    const { session, store, line, clock, expire } = await loggedIn(refused('invalid_grant'))
    expire()
    const first = await session.http(`${API}/me`).catch((error: unknown) => error)
    expect(first).toMatchObject({ name: 'RefreshError', code: 'OAUTH_REFRESH_TERMINAL', terminal: true, reason: 'invalid_grant' })
    expect((first as Error).cause).toMatchObject({ name: 'EndpointError', error: 'invalid_grant' })
    expect(store.peek(KEY)?.token).not.toHaveProperty('refresh_token')
    expect(store.peek(KEY)?.ended).toEqual({ reason: 'invalid_grant', at: NOW + 3601 })
    for (const use of [() => session.http(`${API}/me`), () => session.refreshToken(), () => session.ensureActiveToken()]) {
      await expect(use()).rejects.toMatchObject({ code: 'OAUTH_REFRESH_TERMINAL', reason: 'invalid_grant' })
    }
    expect(line.tokenRequests()).toHaveLength(1)
    expect(line.sent).toHaveLength(0)
    expect(clock.events).toEqual([
      { type: 'ended', key: KEY, tokenHash: expect.stringMatching(/^[\w-]{22}$/), reason: 'invalid_grant', detail: 'generation 0' },
    ])
  })

  it('ends it for all who asked at the same time, with one request', async () => {
    const { session, line, expire } = await loggedIn(refused('invalid_grant'))
    expire()
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => session.http(`${API}/me`)))
    expect(results.every((result) => result.status === 'rejected' && (result.reason as RefreshError).terminal)).toBe(true)
    expect(line.tokenRequests()).toHaveLength(1)
  })

  it('does not serve an access token that is still valid: the server has said that it is over', async () => {
    const { session, soon } = await loggedIn(refused('invalid_grant'))
    soon()
    await expect(session.http(`${API}/me`)).rejects.toMatchObject({ reason: 'invalid_grant' })
  })

  it('RF19: a new login begins anew', async () => {
    const { session, line, expire } = await loggedIn(refused('invalid_grant'), ok)
    expire()
    await expect(session.http(`${API}/me`)).rejects.toThrow(RefreshError)
    await session.setToken({ access_token: 'again', refresh_token: 'refresh-9', expires_in: 3600 })
    expect(await session.http(`${API}/me`)).toBe(200)
    await session.refreshToken()
    expect(line.tokenRequests().map(({ refresh_token }) => refresh_token)).toEqual(['refresh-1', 'refresh-9'])
  })

  it('RF03: is no end when somebody else has renewed the token meanwhile', async () => {
    const { session, store, line, clock, expire } = await loggedIn(async () => {
      const record = store.peek(KEY)
      const entry = await store.get(KEY)
      const token = { ...TOKEN, access_token: 'theirs', refresh_token: 'refresh-7', token_type: 'Bearer', expires_at: clock.time + 3600 }
      await store.compareAndSet(KEY, entry?.version ?? null, { ...record, token, generation: 1 } as never, { ttl: 60 })
      return json({ error: 'invalid_grant' }, 400)
    })
    expire()
    expect(await session.http(`${API}/me`)).toBe(200)
    expect(line.sent[0]?.authorization).toBe('Bearer theirs')
    expect(store.peek(KEY)?.ended).toBeUndefined()
  })

  it('RF03: nor when that happens while the end is being written down', async () => {
    const { session, store, line, clock, expire } = await loggedIn(refused('invalid_grant'))
    expire()
    const held = store.holdWrite()
    const call = session.http(`${API}/me`)
    await held.reached
    await sessionOver(line, { environment: clock, store, key: KEY }).setToken({
      access_token: 'theirs',
      refresh_token: 'refresh-7',
      expires_in: 3600,
    })
    held.release()
    expect(await call).toBe(200)
    expect(line.sent[0]?.authorization).toBe('Bearer theirs')
    expect(store.peek(KEY)?.ended).toBeUndefined()
  })

  it('a second session on the same store that is refused too is told of the end, and not handed the dead token', async () => {
    const { session, store, line, clock, expire } = await loggedIn(refused('invalid_grant'))
    const other = sessionOver(line, { environment: clock, store, key: KEY })
    expire()
    const results = await Promise.allSettled([session.http(`${API}/me`), other.http(`${API}/me`)])
    expect(results.map((result) => result.status === 'rejected' && (result.reason as RefreshError).reason)).toEqual([
      'invalid_grant',
      'invalid_grant',
    ])
    expect(line.sent).toHaveLength(0)
  })

  it('F20 without a lease: who has got new tokens keeps them, though another process took their rotation for the end', async () => {
    const clock = testClock()
    const store = slowStore(clock.now)
    const as = rotatingServer()
    const line = wire(as.answer)
    // A store object of its own each, as two processes have: sessions on one object know of each other.
    const [one, two] = [0, 1].map(() => sessionOver(line, { environment: clock, store: { ...store }, key: KEY }))
    await one?.setToken(as.issue())
    clock.time += 3601
    const held = store.holdWrite()
    const winner = one?.http(`${API}/me`)
    await held.reached
    await expect(two?.http(`${API}/me`)).rejects.toMatchObject({ reason: 'invalid_grant' })
    held.release()
    expect(await winner).toBe(200)
    expect(store.peek(KEY)).toMatchObject({ generation: 1, token: { refresh_token: 'refresh-2' } })
    expect(store.peek(KEY)?.ended).toBeUndefined()
    expect(await two?.http(`${API}/me`)).toBe(200)
  })

  it('a renewal that comes back to a session that has ended meanwhile is told so, and hands out no dead token', async () => {
    const asked = Promise.withResolvers<void>()
    const go = Promise.withResolvers<void>()
    const { session, store, line, clock, expire } = await loggedIn(async () => {
      asked.resolve()
      await go.promise
      return ok()
    }, refused('invalid_grant'))
    expire()
    const call = session.http(`${API}/me`)
    await asked.promise
    const other = sessionOver(line, { environment: clock, store, key: KEY })
    await other.setToken({ ...TOKEN, refresh_token: 'refresh-9' })
    await expect(other.refreshToken()).rejects.toMatchObject({ reason: 'invalid_grant' })
    go.resolve()
    await expect(call).rejects.toMatchObject({ code: 'OAUTH_REFRESH_TERMINAL', reason: 'invalid_grant' })
    expect(line.sent).toHaveLength(0)
  })

  it('when the end cannot be written down, it is told all the same', async () => {
    const { session, store, line, expire } = await loggedIn(refused('invalid_grant'))
    expire()
    store.failWrites(1)
    await expect(session.http(`${API}/me`)).rejects.toMatchObject({ reason: 'invalid_grant' })
    await expect(session.http(`${API}/me`)).rejects.toMatchObject({ reason: 'invalid_grant' })
    expect(line.tokenRequests()).toHaveLength(1)
  })
})

describe('RF12/F06: trouble at the server', () => {
  const troubles: [string, Answer][] = [
    ['500', () => answer(500)],
    ['429', () => json({ error: 'slow_down' }, 429)],
    ['F10: 502 with an HTML page', () => answer(502, '<html>bad gateway</html>', { 'content-type': 'text/html' })],
    ['F10: a captive portal with 200', () => answer(200, '<html>log in</html>', { 'content-type': 'text/html' })],
    ['F09: truncated JSON', () => answer(200, '{"access_token":"a', { 'content-type': 'application/json' })],
    ['F15: server_error with 400', refused('server_error')],
    ['F08: a timeout', () => lost('timeout')],
    ['F02: connection refused', () => lost('refused')],
    ['F01: no such name', () => lost('dns')],
    ['F02: TLS', () => lost('tls')],
    ['F12: a redirect', () => lost('redirect')],
    ['F11: too large', () => lost('too_large')],
  ]

  it.each(troubles)('%s: a token that is still valid goes on being served; token and session are kept', async (_name, trouble) => {
    const { session, store, line, soon } = await loggedIn(trouble)
    soon()
    expect(await session.http(`${API}/me`)).toBe(200)
    expect(line.sent[0]?.authorization).toBe('Bearer access-1')
    expect(store.peek(KEY)?.token.refresh_token).toBe('refresh-1')
    expect(store.peek(KEY)?.ended).toBeUndefined()
    expect(line.tokenRequests()).toHaveLength(1)
  })

  it.each(troubles)('%s: an expired one is a transient RefreshError, and the next try renews', async (_name, trouble) => {
    const { session, line, clock, expire } = await loggedIn(trouble, ok)
    expire()
    await expect(session.http(`${API}/me`)).rejects.toMatchObject({
      name: 'RefreshError',
      code: 'OAUTH_REFRESH_TRANSIENT',
      terminal: false,
    })
    expect(clock.events.map(({ type }) => type)).toEqual(['refresh-failed'])
    expect(await session.http(`${API}/me`)).toBe(200)
    expect(line.tokenRequests().map(({ refresh_token }) => refresh_token)).toEqual(['refresh-1', 'refresh-1'])
  })

  it('a server that was just unwell is left alone by those who have a valid token, for 5 s', async () => {
    const { session, line, clock, soon } = await loggedIn(() => answer(500))
    soon()
    for (let call = 0; call < 10; call++) expect(await session.http(`${API}/me`)).toBe(200)
    expect(line.tokenRequests()).toHaveLength(1)
    clock.time += 5
    expect(await session.http(`${API}/me`)).toBe(200)
    expect(line.tokenRequests()).toHaveLength(2)
  })

  it('and by nobody once it is well again', async () => {
    const { session, line, clock, soon } = await loggedIn(
      () => answer(500),
      () => json({ access_token: 'access-2', refresh_token: 'refresh-2', token_type: 'Bearer', expires_in: 61 }),
    )
    soon()
    await session.http(`${API}/me`)
    await session.refreshToken()
    clock.time += 40
    await session.http(`${API}/me`)
    expect(line.tokenRequests()).toHaveLength(3)
  })

  describe.each([
    ['seconds', { 'retry-after': '120' }],
    ['a date', { 'retry-after': 'Thu, 01 Jan 2026 00:02:00 GMT', date: 'Thu, 01 Jan 2026 00:00:00 GMT' }],
  ])('F07: Retry-After as %s', (_name, headers) => {
    it('nobody asks before, and the error says when to', async () => {
      const { session, line, clock, expire } = await loggedIn(() => answer(503, '', headers), ok)
      expire()
      const failed = { code: 'OAUTH_REFRESH_TRANSIENT', retryAt: NOW + 3601 + 120, message: expect.stringContaining('retryAt') }
      await expect(session.http(`${API}/me`)).rejects.toMatchObject(failed)
      await expect(session.refreshToken()).rejects.toMatchObject(failed)
      clock.time += 119
      await expect(session.http(`${API}/me`)).rejects.toMatchObject(failed)
      expect(line.tokenRequests()).toHaveLength(1)
      clock.time += 1
      expect(await session.http(`${API}/me`)).toBe(200)
    })

    it('an OAuth error says it too; a valid token is served meanwhile', async () => {
      const { session, line, soon } = await loggedIn(() => json({ error: 'slow_down' }, 429, headers))
      soon()
      expect(await session.http(`${API}/me`)).toBe(200)
      await expect(session.refreshToken()).rejects.toMatchObject({ retryAt: NOW + 3570 + 120 })
      expect(line.tokenRequests()).toHaveLength(1)
    })
  })

  it.each(['soon', 'Thu, 01 Jan 2026 00:02:00 GMT', '-1', '1e9', ''])('F07: garbage is no time: %j', async (value) => {
    const { session, expire } = await loggedIn(() => answer(503, '', { 'retry-after': value }), ok)
    expire()
    await expect(session.http(`${API}/me`)).rejects.toMatchObject({ retryAt: undefined })
    expect(await session.http(`${API}/me`)).toBe(200)
  })

  it('F07: an hour is the longest that is honoured', async () => {
    const { session, expire } = await loggedIn(() => answer(503, '', { 'retry-after': '9999999' }))
    expire()
    await expect(session.http(`${API}/me`)).rejects.toMatchObject({ retryAt: NOW + 3601 + 3600 })
  })

  describe('F07: the whole process leaves a server alone that asked for it', () => {
    /** A session of another client, on a store of its own. */
    async function another(environment: Partial<Environment>, options: Partial<SessionOptions> = {}) {
      const line = wire(ok)
      const clock = testClock(environment)
      const session = sessionOver(line, { environment: clock, clientId: 'another', ...options })
      await session.fetchToken({ grantType: 'password', username: 'alice', password: 'canary' })
      clock.time = NOW + 3601
      return { clock, line, session }
    }

    async function told() {
      const pauses = new Map<string, number>()
      const { session, expire } = await loggedInWith(testClock({ pauses }), ok, () => answer(429, '', { 'retry-after': '120' }))
      await session.fetchToken({ grantType: 'password', username: 'alice', password: 'canary' })
      expire()
      await expect(session.http(`${API}/me`)).rejects.toMatchObject({ retryAt: NOW + 3601 + 120, cause: { status: 429 } })
      return pauses
    }

    it('and not each client and each store for itself; what the server said to one is not told to another', async () => {
      const { session, line, clock } = await another({ pauses: await told() })
      const error = await session.http(`${API}/me`).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code: 'OAUTH_REFRESH_TRANSIENT', retryAt: NOW + 3601 + 120 })
      expect(error).not.toHaveProperty('cause')
      expect(line.requests).toHaveLength(1)
      clock.time += 120
      expect(await session.http(`${API}/me`)).toBe(200)
    })

    it.each([
      ['of another issuer', { issuer: 'https://other.example' }],
      ['at another token endpoint', { token_endpoint: `${AS}/other` }],
    ])('but not one %s', async (_title, other) => {
      const { session } = await another({ pauses: await told() }, { server: { ...server, ...other } })
      expect(await session.http(`${API}/me`)).toBe(200)
    })

    it('nor who has pauses of their own', async () => {
      await told()
      const { session } = await another({ pauses: new Map() })
      expect(await session.http(`${API}/me`)).toBe(200)
    })

    it('an hour at the most, and no more than a thousand servers are remembered', async () => {
      const pauses = new Map<string, number>()
      for (let one = 0; one < 1_000; one++) pauses.set(`other ${one}`, Number.POSITIVE_INFINITY)
      const { session, clock } = await loggedInWith(testClock({ pauses }), () => answer(503, '', { 'retry-after': '9999999' }))
      await expect(session.refreshToken()).rejects.toMatchObject({ retryAt: NOW + 3600 })
      expect(pauses.size).toBe(1_000)
      expect([...pauses.values()].at(-1)).toBe(clock.monotonic() + 3_600_000)
    })
  })

  it('F03: a request that broke before any of it was sent is made once more, and only once', async () => {
    const unsent = (): never => {
      throw new TransportError('token', { reason: 'reset', sent: 'no' })
    }
    const one = await loggedIn(unsent, ok)
    one.expire()
    expect(await one.session.http(`${API}/me`)).toBe(200)
    expect(one.line.tokenRequests()).toHaveLength(2)
    const two = await loggedIn(unsent)
    two.expire()
    await expect(two.session.http(`${API}/me`)).rejects.toMatchObject({ code: 'OAUTH_REFRESH_TRANSIENT' })
    expect(two.line.tokenRequests()).toHaveLength(2)
  })

  it('CA05: a request that is made once more proves who the client is anew: another jti, another signature', async () => {
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const clock = testClock()
    let attempts = 0
    const line = wire(() => {
      attempts += 1
      if (attempts === 1) throw new TransportError('token', { reason: 'reset', sent: 'no' })
      return ok()
    })
    const session = sessionOver(line, {
      environment: clock,
      clientSecret: undefined,
      tokenEndpointAuthMethod: privateKeyJwt({ key, alg: 'ES256' }),
    })
    await session.setToken(TOKEN)
    await session.refreshToken()
    const forms = line.tokenRequests()
    expect(forms.map(({ refresh_token }) => refresh_token)).toEqual(['refresh-1', 'refresh-1'])
    const parts = forms.map(({ client_assertion = '' }) => {
      const [, , signature] = client_assertion.split('.')
      return [decodeJws(client_assertion)?.payload['jti'], signature]
    })
    const [jtis, signatures] = [0, 1].map((at) => parts.map((part) => part[at]))
    for (const values of [jtis, signatures]) {
      expect(values).toEqual([expect.any(String), expect.any(String)])
      expect(new Set(values).size).toBe(2)
    }
  })

  it('a manual renewal says so, also while the token is valid', async () => {
    const { session } = await loggedIn(() => answer(500))
    await expect(session.refreshToken()).rejects.toMatchObject({ code: 'OAUTH_REFRESH_TRANSIENT' })
  })
})

describe.each(['invalid_refresh_token', 'bad_refresh_token', 'token_inactive', 'refresh_token_expired'])(
  'RF11: %s, which some servers say instead of invalid_grant',
  (word) => {
    it('is the end all the same', async () => {
      const { session, line, expire } = await loggedIn(refused(word, 401))
      expire()
      await expect(session.http(`${API}/me`)).rejects.toMatchObject({ reason: 'invalid_grant', cause: { error: word } })
      await expect(session.http(`${API}/me`)).rejects.toMatchObject({ reason: 'invalid_grant' })
      expect(line.tokenRequests()).toHaveLength(1)
    })
  },
)

describe('RF13/F14: the server refuses the client, not the token', () => {
  it.each([
    ['invalid_client', 401],
    ['unauthorized_client', 400],
    ['invalid_scope', 400],
    ['made_up', 400],
  ])('%s: the error itself names the fault; session and refresh token are kept; a valid token is served', async (word, status) => {
    const { session, store, line, soon, expire } = await loggedIn(refused(word, status))
    soon()
    expect(await session.http(`${API}/me`)).toBe(200)
    expire()
    await expect(session.http(`${API}/me`)).rejects.toMatchObject({ name: 'EndpointError', error: word })
    expect(store.peek(KEY)?.token.refresh_token).toBe('refresh-1')
    expect(line.tokenRequests()).toHaveLength(2)
  })

  it('a bare 401 with a challenge is the same', async () => {
    const { session, store, expire } = await loggedIn(() => answer(401, '', { 'www-authenticate': 'Basic realm="as"' }))
    expire()
    await expect(session.http(`${API}/me`)).rejects.toMatchObject({ name: 'ResponseError', status: 401 })
    expect(store.peek(KEY)?.token.refresh_token).toBe('refresh-1')
  })

  it('says what to look at', async () => {
    const { session, expire } = await loggedIn(refused('invalid_client', 401))
    expire()
    await expect(session.http(`${API}/me`)).rejects.toThrow('Check client id, client secret')
  })
})

describe('F05: the answer to a refresh is lost', () => {
  it.each<[string, Answer]>([
    ['reset', () => lost('reset')],
    ['timeout', () => lost('timeout')],
    ['F09: cut off', () => answer(200, '{"access_token":"a', { 'content-type': 'application/json' })],
  ])('%s, then invalid_grant: terminal, and the reason says that it may have been rotated', async (_name, trouble) => {
    const { session, line, expire } = await loggedIn(trouble, refused('invalid_grant'))
    expire()
    await expect(session.http(`${API}/me`)).rejects.toMatchObject({ code: 'OAUTH_REFRESH_TRANSIENT' })
    await expect(session.http(`${API}/me`)).rejects.toMatchObject({ code: 'OAUTH_REFRESH_TERMINAL', reason: 'refresh_answer_lost' })
    expect(line.tokenRequests()).toHaveLength(2)
    await expect(session.http(`${API}/me`)).rejects.toMatchObject({ reason: 'refresh_answer_lost' })
    expect(line.tokenRequests()).toHaveLength(2)
  })

  it.each(['refused', 'dns', 'tls'] as const)('%s: nothing was sent, so a later invalid_grant is what it says', async (reason) => {
    const { session, expire } = await loggedIn(() => lost(reason), refused('invalid_grant'))
    expire()
    await expect(session.http(`${API}/me`)).rejects.toMatchObject({ code: 'OAUTH_REFRESH_TRANSIENT' })
    await expect(session.http(`${API}/me`)).rejects.toMatchObject({ reason: 'invalid_grant' })
  })

  it('a renewal that works in between forgets it', async () => {
    const { session, clock, expire } = await loggedIn(() => lost(), ok, refused('invalid_grant'))
    expire()
    await expect(session.http(`${API}/me`)).rejects.toMatchObject({ code: 'OAUTH_REFRESH_TRANSIENT' })
    expect(await session.http(`${API}/me`)).toBe(200)
    clock.time += 3601
    await expect(session.http(`${API}/me`)).rejects.toMatchObject({ reason: 'invalid_grant' })
  })
})

describe('RF09/RF10: the ID token of a refresh', () => {
  const signer = createSigner('ES256')
  const claims = { iss: AS, sub: 'alice', aud: 'client', iat: NOW + 3601, exp: NOW + 4000 }
  const metadata = { ...server, id_token_signing_alg_values_supported: ['ES256'] }
  const ofTheLogin = signer.sign({ ...claims, iat: NOW, exp: NOW + 60 })

  async function renewedWith(idToken: string, jwks: () => HttpResponse = () => json({ keys: [signer.jwk] })) {
    const clock = testClock()
    const store = slowStore(clock.now)
    const line = wire((request) =>
      request.endpoint === 'jwks'
        ? jwks()
        : json({ access_token: 'access-2', refresh_token: 'refresh-2', token_type: 'Bearer', expires_in: 3600, id_token: idToken }),
    )
    const session = sessionOver(line, { environment: clock, store, key: KEY, server: metadata })
    await session.setToken({ ...TOKEN, id_token: ofTheLogin })
    clock.time = NOW + 3601
    const outcome = await session.http(`${API}/me`).then(
      (status) => ({ status }),
      (error: unknown) => ({ error }),
    )
    return { outcome, store, line, session }
  }

  it('is taken when it is for the same issuer, subject and client', async () => {
    const idToken = signer.sign(claims)
    const { outcome, store } = await renewedWith(idToken)
    expect(outcome).toEqual({ status: 200 })
    expect(store.peek(KEY)?.token.id_token).toBe(idToken)
  })

  it.each([
    ['another subject', { sub: 'mallory' }],
    ['another issuer', { iss: 'https://evil.example' }],
    ['another audience', { aud: 'other' }],
    ['another authorised party', { azp: 'other' }],
  ])('RF09: %s: the tokens are not used, the session ends, and no spent token is sent again', async (_name, change) => {
    const { outcome, store, line, session } = await renewedWith(signer.sign({ ...claims, ...change }))
    expect(outcome).toMatchObject({ error: { code: 'OAUTH_REFRESH_TERMINAL', reason: 'identity_changed' } })
    expect(store.peek(KEY)?.token).not.toHaveProperty('refresh_token')
    expect(JSON.stringify(store.peek(KEY))).not.toContain('access-2')
    await expect(session.http(`${API}/me`)).rejects.toMatchObject({ reason: 'identity_changed' })
    expect(line.tokenRequests()).toHaveLength(1)
  })

  it('RF10: a signature that does not hold is the same', async () => {
    const { outcome } = await renewedWith(`${signer.sign(claims).split('.').slice(0, 2).join('.')}.AAAA`)
    expect(outcome).toMatchObject({ error: { reason: 'identity_changed' } })
  })

  it.each<[string, string, (() => HttpResponse)?]>([
    ['a key that nobody knows yet', createSigner('ES256', { kid: 'unknown' }).sign(claims)],
    ['keys that cannot be fetched right now', signer.sign(claims), () => answer(503)],
    ['keys that are gone', signer.sign(claims), () => answer(404)],
    ['keys behind a redirect', signer.sign(claims), () => answer(302)],
    ['F23: a server clock that is ahead', signer.sign({ ...claims, iat: NOW + 3601 + 300, exp: NOW + 4000 })],
    ['F23: a server clock that is behind', signer.sign({ ...claims, iat: NOW + 1, exp: NOW + 3000 })],
    ['an "nbf" in the future', signer.sign({ ...claims, nbf: NOW + 3601 + 300 })],
  ])('%s: the new tokens are not given up, for the old ones are spent; the identity stays what it was', async (_name, idToken, jwks) => {
    const { outcome, store, session, line } = await renewedWith(idToken, jwks)
    expect(outcome).toEqual({ status: 200 })
    expect(store.peek(KEY)?.token).toMatchObject({ access_token: 'access-2', refresh_token: 'refresh-2' })
    expect(store.peek(KEY)?.token.id_token).toBe(ofTheLogin)
    expect(await session.http(`${API}/me`)).toBe(200)
    expect(line.tokenRequests()).toHaveLength(1)
  })

  it('errors of a renewal carry no token', async () => {
    const { outcome } = await renewedWith(signer.sign({ ...claims, sub: 'mallory' }))
    const { error } = outcome as { error: unknown }
    expect(isOAuthError(error)).toBe(true)
    expect(JSON.stringify(error) + String((error as Error).cause)).not.toMatch(/access-|refresh-|eyJ/)
  })
})
