import { generateKeyPairSync, type JsonWebKey, verify } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { thrown } from '../../test/answers.js'
import { JWT_BEARER } from '../flow/assertion.js'
import { formDecode, formGet } from '../http/form.js'
import type { HttpRequest } from '../http/http-request.js'
import type { AssertionSessionOptions } from './assertion-options.js'
import { AssertionSession } from './assertion-session.js'
import { memoryStore } from './memory-store.js'
import { randomToken } from './random-token.js'
import { serviceAccountOptions } from './service-account.js'
import { API, AS, type Call, sessionOver as clientSession, json, testClock, type Wire, wire } from './testing/fixture.js'
import type { TokenRecord } from './token-record.js'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
let key: string

beforeAll(() => {
  key = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
})

/** A server that gives a new token to each assertion. */
function bearerWire(members: object = { expires_in: 3600 }): Wire {
  let count = 0
  return wire(() => {
    count += 1
    return json({ access_token: `token-${count}`, token_type: 'Bearer', ...members })
  })
}

/** The same, but its first answer waits. */
function heldWire() {
  const asked = Promise.withResolvers<void>()
  const opened = Promise.withResolvers<void>()
  let count = 0
  const line = wire(async () => {
    count += 1
    const access_token = `token-${count}`
    asked.resolve()
    await opened.promise
    return json({ access_token, token_type: 'Bearer', expires_in: 3600 })
  })
  return { line, asked: asked.promise, open: opened.resolve }
}

function sessionOver({ client }: Wire, options: Partial<AssertionSessionOptions> = {}): AssertionSession<Call> {
  return new AssertionSession<Call>({ tokenEndpoint: `${AS}/token`, issuer: 'robot', key, ...options }, client)
}

function assertionOf({ body = '' }: Pick<HttpRequest, 'body'>) {
  const [header = '', payload = '', signature = ''] = (formGet(formDecode(body), 'assertion') ?? '').split('.')
  const decoded = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>
  const holds = verify('sha256', Buffer.from(`${header}.${payload}`), publicKey, Buffer.from(signature, 'base64url'))
  return { header: decoded(header), claims: decoded(payload), holds }
}

describe('S67, S68: the assertion', () => {
  it('RFC 7523 §3: iss, sub, aud, iat, exp and jti, signed; aud is the token endpoint unless told', async () => {
    const clock = testClock()
    const line = bearerWire()
    await sessionOver(line, { environment: clock, subject: 'alice', kid: 'k1' }).fetchToken()
    const { header, claims, holds } = assertionOf(line.requests[0] ?? {})
    expect(holds).toBe(true)
    expect(header).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'k1' })
    const now = Math.floor(clock.time)
    expect(claims).toEqual({ iss: 'robot', sub: 'alice', aud: `${AS}/token`, iat: now, exp: now + 300, jti: expect.any(String) })
  })

  it('S68: sub is left out when absent; further claims win; header and lifetime are the caller’s', async () => {
    const line = bearerWire()
    const options = { audience: 'them', claims: { iss: 'other', more: 1 }, header: { extra: 'x' }, lifetime: 60 }
    await sessionOver(line, options).fetchToken()
    const { header, claims } = assertionOf(line.requests[0] ?? {})
    expect(claims).toMatchObject({ iss: 'other', aud: 'them', more: 1 })
    expect(claims).not.toHaveProperty('sub')
    expect(Number(claims['exp']) - Number(claims['iat'])).toBe(60)
    expect(header).toMatchObject({ extra: 'x' })
  })

  it('S69: grant_type, assertion and scope as a form, without client authentication', async () => {
    const line = bearerWire()
    await sessionOver(line, { scope: ['read', 'write'] }).fetchToken()
    const { body = '', headers } = line.requests[0] ?? ({} as HttpRequest)
    expect(formDecode(body).map(([name]) => name)).toEqual(['grant_type', 'assertion', 'scope'])
    expect(formGet(formDecode(body), 'grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer')
    expect(headers['authorization']).toBeUndefined()
  })

  it('S69: client_id where it is given; a secret authenticates the client', async () => {
    const line = bearerWire()
    await sessionOver(line, { clientId: 'app' }).fetchToken()
    await sessionOver(line, { clientId: 'app', clientSecret: 'its secret', tokenEndpointAuthMethod: 'client_secret_post' }).fetchToken()
    const names = line.requests.map(({ body = '' }) => formDecode(body).map(([name]) => name))
    expect(names).toEqual([
      ['grant_type', 'assertion', 'client_id'],
      ['grant_type', 'assertion', 'client_id', 'client_secret'],
    ])
  })

  it('S69: the scope as a claim, as Google wants it', async () => {
    const line = bearerWire()
    await sessionOver(line, { scope: 'read write', scopePlacement: 'claims' }).fetchToken()
    expect(assertionOf(line.requests[0] ?? {}).claims).toMatchObject({ scope: 'read write' })
    expect(line.tokenRequests()[0]).not.toHaveProperty('scope')
  })
})

describe('S70: every request', () => {
  it('gets the first token by itself; requests at the same moment share one (C20)', async () => {
    const line = bearerWire()
    const session = sessionOver(line)
    await Promise.all(Array.from({ length: 5 }, () => session.http(`${API}/me`)))
    expect(line.requests).toHaveLength(1)
    expect(line.sent.map(({ authorization }) => authorization)).toEqual(Array(5).fill('Bearer token-1'))
    expect(session.token).toMatchObject({ access_token: 'token-1' })
  })

  it('F07: a server that asks to be left alone is, by all sessions of the process: the first token is asked for when it says', async () => {
    let answers = 0
    const line = wire(() => {
      answers += 1
      return answers === 1
        ? json({ error: 'slow_down' }, 429, { 'retry-after': '3600' })
        : json({ access_token: 'a', token_type: 'Bearer' })
    })
    const clock = testClock()
    const [one, other] = [sessionOver(line, { environment: clock }), sessionOver(line, { environment: clock, scope: 'other' })]
    expect(await thrown(() => one.http(`${API}/me`))).toMatchObject({ name: 'EndpointError', status: 429, retryAfter: 3600 })
    for (const session of [one, other])
      expect(await thrown(() => session.http(`${API}/me`))).toMatchObject({
        name: 'RefreshError',
        terminal: false,
        retryAt: clock.time + 3600,
      })
    expect(line.requests).toHaveLength(1)
    clock.time += 3600
    expect(await one.http(`${API}/me`)).toBe(200)
    expect(line.requests).toHaveLength(2)
  })

  it('a token that is put while the first one is on its way stays, and is the one that is used', async () => {
    const { line, asked, open } = heldWire()
    const session = sessionOver(line)
    const call = session.http(`${API}/me`)
    await asked
    session.token = { access_token: 'mine' }
    open()
    await call
    expect(line.sent).toMatchObject([{ authorization: 'Bearer mine' }])
    expect(session.token).toMatchObject({ access_token: 'mine' })
  })

  it('what comes after deleteToken of a request before it is not kept: the call gets another one', async () => {
    const { line, asked, open } = heldWire()
    const session = sessionOver(line)
    const call = session.http(`${API}/me`)
    await asked
    await session.deleteToken()
    open()
    await call
    expect(line.sent).toMatchObject([{ authorization: 'Bearer token-2' }])
  })

  it('a first token that could not be had is asked for again by the next request', async () => {
    const answers = [json({ error: 'invalid_client' }, 401)]
    const line = wire(() => answers.shift() ?? json({ access_token: 'a', token_type: 'Bearer' }))
    const session = sessionOver(line)
    const calls = await Promise.allSettled([session.http(`${API}/me`), session.http(`${API}/me`)])
    expect(calls.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(line.requests).toHaveLength(1)
    expect(await session.http(`${API}/me`)).toBe(200)
  })

  it('S71, C9: a renewal makes a new assertion: new times, new jti; the options are not changed', async () => {
    const clock = testClock()
    const line = bearerWire()
    const claims = { extra: 1 }
    const header = { extra: 2 }
    const session = sessionOver(line, { environment: clock, claims, header })
    await session.http(`${API}/me`)
    clock.time += 3600
    await Promise.all([session.http(`${API}/me`), session.http(`${API}/me`)])
    expect(line.requests).toHaveLength(2)
    const [first, second] = line.requests.map((request) => assertionOf(request).claims)
    expect(Number(second?.['iat']) - Number(first?.['iat'])).toBe(3600)
    expect(second?.['jti']).not.toBe(first?.['jti'])
    expect(claims).toEqual({ extra: 1 })
    expect(header).toEqual({ extra: 2 })
  })

  it('C20, S58: the leeway counts', async () => {
    const clock = testClock()
    const line = bearerWire()
    const session = sessionOver(line, { environment: clock, leeway: 100 })
    await session.http(`${API}/me`)
    clock.time += 3490
    await session.http(`${API}/me`)
    expect(line.requests).toHaveLength(1)
    clock.time += 20
    await session.http(`${API}/me`)
    expect(line.requests).toHaveLength(2)
  })

  it('an answer without expiry is never renewed by itself', async () => {
    const clock = testClock()
    const line = bearerWire({})
    const session = sessionOver(line, { environment: clock })
    await session.http(`${API}/me`)
    clock.time += 1e6
    await session.http(`${API}/me`)
    expect(line.requests).toHaveLength(1)
  })

  it('a 401 gets another token, once', async () => {
    const clock = testClock()
    let count = 0
    const line = wire(
      () => json({ access_token: `token-${++count}`, token_type: 'Bearer' }),
      ({ authorization }) => (authorization === 'Bearer token-2' ? 200 : 401),
    )
    const session = sessionOver(line, { environment: clock })
    await session.fetchToken()
    clock.time += 60
    expect(await session.http(`${API}/me`)).toBe(200)
    expect(line.requests).toHaveLength(2)
  })

  it('RFC 7521 §4.1: a refresh token that comes all the same is not used', async () => {
    const clock = testClock()
    const line = bearerWire({ expires_in: 60, refresh_token: 'unasked' })
    const session = sessionOver(line, { environment: clock })
    expect(await session.fetchToken()).not.toHaveProperty('refresh_token')
    clock.time += 60
    await session.http(`${API}/me`)
    expect(line.tokenRequests().map(({ grant_type }) => grant_type)).toEqual(Array(2).fill(JWT_BEARER))
  })

  it('RFC 7521 §4.1.1: an assertion that was refused is no end: the next one may be taken', async () => {
    const clock = testClock()
    const answers = [json({ access_token: 'a', token_type: 'Bearer', expires_in: 60 }), json({ error: 'invalid_grant' }, 400)]
    const line = wire(() => answers.shift() ?? json({ access_token: 'b', token_type: 'Bearer' }))
    const session = sessionOver(line, { environment: clock })
    await session.http(`${API}/me`)
    clock.time += 61
    expect(await thrown(() => session.http(`${API}/me`))).toMatchObject({ name: 'EndpointError', error: 'invalid_grant' })
    clock.time += 10
    expect(await session.http(`${API}/me`)).toBe(200)
  })

  it('withholdToken asks for none', async () => {
    const line = bearerWire()
    await sessionOver(line).http(`${API}/open`, { withholdToken: true })
    expect(line.requests).toHaveLength(0)
  })

  it('S55: updateToken is told of renewals, with the old access token, and not of the first one', async () => {
    const clock = testClock()
    const line = bearerWire()
    const told: unknown[] = []
    const session = sessionOver(line, { environment: clock, updateToken: (token, old) => void told.push([token.access_token, old]) })
    await session.http(`${API}/me`)
    clock.time += 3600
    await session.http(`${API}/me`)
    expect(told).toEqual([['token-2', { accessToken: 'token-1' }]])
  })

  it('S52: ensureActiveToken and refreshToken get the first token too; deleteToken forgets it', async () => {
    const line = bearerWire()
    const session = sessionOver(line)
    expect(await session.ensureActiveToken()).toBe(true)
    expect(await session.refreshToken()).toMatchObject({ access_token: 'token-2' })
    await session.deleteToken()
    expect(session.token).toBeUndefined()
    expect(await session.refreshToken()).toMatchObject({ access_token: 'token-3' })
  })

  it('hooks see its requests and answers', async () => {
    const line = bearerWire()
    const session = sessionOver(line)
    const seen: string[] = []
    session.registerComplianceHook('access_token_request', (request) => {
      seen.push(request.endpoint)
      return request
    })
    session.registerComplianceHook('protected_request', (request) => ({ ...request, url: `${request.url}?x=1` }))
    await session.http(`${API}/me`)
    expect(seen).toEqual(['token'])
    expect(line.sent[0]?.url).toBe(`${API}/me?x=1`)
  })
})

describe('a store', () => {
  it('keeps the token for all processes of the same account; another subject or scope has its own', async () => {
    const clock = testClock()
    const store = memoryStore<TokenRecord>(clock)
    const line = bearerWire()
    const call = (options: Partial<AssertionSessionOptions>) =>
      sessionOver(line, { environment: clock, store, ...options }).http(`${API}/me`)
    await call({})
    await call({})
    expect(line.requests).toHaveLength(1)
    await call({ subject: 'alice' })
    await call({ scope: 'read' })
    expect(line.requests).toHaveLength(3)
  })

  it('C20: the first token is one request for all sessions of a process that begin at once', async () => {
    const clock = testClock()
    const store = memoryStore<TokenRecord>(clock)
    const line = bearerWire()
    const sessions = Array.from({ length: 20 }, () => sessionOver(line, { environment: clock, store }))
    await Promise.all(sessions.map((session) => session.http(`${API}/me`)))
    expect(line.requests).toHaveLength(1)
    expect(new Set(line.sent.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer token-1']))
  })

  it.each<[string, Partial<AssertionSessionOptions>, Partial<AssertionSessionOptions>]>([
    ['account of one client', { clientId: 'app', issuer: 'a' }, { clientId: 'app', issuer: 'b' }],
    ['subject, as a claim', { claims: { sub: 'a' } }, { claims: { sub: 'b' } }],
    ['audience', { audience: 'a' }, { audience: 'b' }],
    ['resource', { parameters: { resource: 'a' } }, { parameters: { resource: 'b' } }],
    ['grant', {}, { grantType: 'urn:example:grant' }],
  ])('another %s has a token of its own', async (_what, one, other) => {
    const clock = testClock()
    const store = memoryStore<TokenRecord>(clock)
    const line = bearerWire()
    for (const options of [one, other, one]) await sessionOver(line, { environment: clock, store, ...options }).http(`${API}/me`)
    expect(line.sent.map(({ authorization }) => authorization)).toEqual(['Bearer token-1', 'Bearer token-2', 'Bearer token-1'])
  })

  it('client credentials of the same name have another', async () => {
    const clock = testClock()
    const store = memoryStore<TokenRecord>(clock)
    const line = bearerWire()
    await sessionOver(line, { environment: clock, store }).fetchToken()
    const options = { server: { token_endpoint: `${AS}/token` }, clientId: 'robot', environment: clock, store }
    expect(await clientSession(line, options).ensureActiveToken()).toBe(false)
  })

  it('RFC 7521 §4.1: a refresh token that is handed in has no use, and is not at stake when an assertion is refused', async () => {
    const clock = testClock()
    const answers = [json({ error: 'invalid_grant' }, 400)]
    const line = wire(() => answers.shift() ?? json({ access_token: 'b', token_type: 'Bearer' }))
    const session = sessionOver(line, { environment: clock })
    await session.setToken({ access_token: 'kept', refresh_token: 'unused', expires_in: 60 })
    expect(session.token).not.toHaveProperty('refresh_token')
    clock.time += 61
    expect(await thrown(() => session.http(`${API}/me`))).toMatchObject({ name: 'EndpointError', error: 'invalid_grant' })
    clock.time += 10
    expect(await session.http(`${API}/me`)).toBe(200)
  })

  it('a token that was handed in is used', async () => {
    const line = bearerWire()
    const session = sessionOver(line, { token: { access_token: 'kept' } })
    await session.http(`${API}/me`)
    session.token = { access_token: 'other' }
    await session.http(`${API}/me`)
    await session.setToken({ access_token: 'third' })
    await session.http(`${API}/me`)
    expect(line.sent.map(({ authorization }) => authorization)).toEqual(['Bearer kept', 'Bearer other', 'Bearer third'])
  })
})

describe('CA07: what cannot work is refused at construction', () => {
  it.each<[string, Record<string, unknown>]>([
    ['an unknown option', { keyId: 'x' }],
    ['no token endpoint', { tokenEndpoint: undefined }],
    ['a token endpoint without https', { tokenEndpoint: 'http://as.example/token' }],
    ['no issuer', { issuer: '' }],
    ['a lifetime of nothing', { lifetime: 0 }],
    ['a scope that is no text', { scope: 1 }],
    ['a secret without a client', { clientSecret: 'its secret' }],
    ['the name of a key file, long enough for a secret', { key: '/etc/secrets/my-service-account/key.pem' }],
    ['a public key', { key: publicKey.export({ format: 'jwk' }) as JsonWebKey }],
    ['an algorithm of another kind of key', { alg: 'ES256' }],
    ['a placement that does not exist', { tokenPlacement: 'cookie' }],
    ['a place for the scope that does not exist', { scopePlacement: 'claim' }],
    ['a leeway that is none', { leeway: -1 }],
  ])('%s', async (_name, options) => {
    const error = await thrown(() => sessionOver(bearerWire(), options))
    expect(error).toMatchObject({ name: 'UsageError' })
  })
})

it.each([{ alg: 'HS256' }, { header: { alg: 'HS256' } }])('S70: a text is a secret where an HMAC is asked for: %o', async (options) => {
  const line = bearerWire()
  await sessionOver(line, { key: randomToken(), ...options }).fetchToken()
  expect(line.tokenRequests()).toHaveLength(1)
})

describe('S72: a service account', () => {
  const account = () => ({
    type: 'service_account' as const,
    client_email: 'robot@project.example',
    private_key: key,
    private_key_id: 'key-1',
    token_uri: `${AS}/token`,
  })

  it('its key file is all that is needed: RS256, kid, aud its token_uri, the scope among the claims', async () => {
    const line = bearerWire()
    const session = new AssertionSession<Call>({ ...serviceAccountOptions(JSON.stringify(account())), scope: 'read' }, line.client)
    await session.http(`${API}/me`)
    const { header, claims, holds } = assertionOf(line.requests[0] ?? {})
    expect(holds).toBe(true)
    expect(header).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'key-1' })
    expect(claims).toMatchObject({ iss: 'robot@project.example', aud: `${AS}/token`, scope: 'read' })
    expect(line.requests[0]?.url).toBe(`${AS}/token`)
  })

  it.each<[string, (good: ReturnType<typeof account>) => unknown]>([
    ['text that is no JSON', () => 'private'],
    ['a list', () => []],
    ['another kind of file', (good) => ({ ...good, type: 'authorized_user' })],
    ['a file without a key', ({ private_key: _, ...rest }) => rest],
    ['a file without an account', (good) => ({ ...good, client_email: '' })],
  ])('%s is refused, and nothing of it is shown', async (_name, change) => {
    const error = await thrown(() => serviceAccountOptions(change(account()) as string))
    expect(error).toMatchObject({ name: 'UsageError' })
    expect(String(error)).not.toContain('BEGIN')
  })
})
