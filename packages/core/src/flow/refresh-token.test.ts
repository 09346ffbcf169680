import { describe, expect, test } from 'vitest'
import { answer, json, play } from '../../test/answers.js'
import { NOW, testEnvironment } from '../../test/environment.js'
import { CLAIMS, cacheWith, client, server } from '../../test/parties.js'
import { createSigner } from '../../test/signer.js'
import { TransportError } from '../error/transport-error.js'
import { formDecode } from '../http/form.js'
import type { TokenSet } from '../message/token-set.js'
import { createCache } from './cache.js'
import { type RefreshOptions, refreshToken } from './refresh-token.js'

const signer = createSigner('RS256')
const rotated = createSigner('RS256', { kid: 'rotated' })
const oldIdToken = signer.sign({ ...CLAIMS, iat: NOW - 3600, exp: NOW - 3300 })
const old = { access_token: 'A1', token_type: 'Bearer', refresh_token: 'R1', id_token: oldIdToken, scope: 'openid a', 'x-own': 1 }
const environment = testEnvironment()

const refresh = (options: Partial<RefreshOptions> = {}, metadata: object = {}) =>
  refreshToken({ ...server, ...metadata }, client, { environment, token: old, keyCache: cacheWith([signer.jwk]), ...options })

const tokens = (members: object = {}) => json({ access_token: 'A2', token_type: 'Bearer', expires_in: 60, ...members })
/** A renewed ID token, as OpenID Connect Core §12.2 has it: without nonce. */
const idToken = (claims: object = {}, by = signer) => by.sign({ ...CLAIMS, nonce: undefined, ...claims })

test('S54, C12: by hand: the refresh token is sent, and no scope unless one is given', async () => {
  const flow = refresh()
  const { value: request } = await flow.next()
  expect(request).toMatchObject({ endpoint: 'token', url: server.token_endpoint, body: 'grant_type=refresh_token&refresh_token=R1' })
  expect(await flow.next(tokens())).toMatchObject({ done: true, value: { token: { access_token: 'A2', expires_at: NOW + 60 } } })

  const { requests } = await play(refresh({ scope: 'a', parameters: { resource: ['x', 'y'] } }), tokens())
  expect(formDecode(requests[0]?.body ?? '').slice(2)).toEqual([
    ['scope', 'a'],
    ['resource', 'x'],
    ['resource', 'y'],
  ])
})

test.each([{}, { refresh_token: null }])('RF07: no new refresh token in %j: the old one is kept', async (members) => {
  const { value } = await play(refresh(), tokens(members))
  expect(value?.token).toMatchObject({ access_token: 'A2', refresh_token: 'R1' })
})

test('RF08: a new refresh token replaces the old one, together with the access token', async () => {
  const { value } = await play(refresh(), tokens({ refresh_token: 'R2' }))
  expect(value?.token).toMatchObject({ access_token: 'A2', refresh_token: 'R2' })
  expect(JSON.stringify(value)).not.toMatch(/"A1"|"R1"/)
})

test('what the answer does not name stays: ID token and scope; lifetimes and extensions of the old token do not', async () => {
  const { value } = await play(
    refresh({ token: { ...old, expires_at: 1, expires_in: 1 } }),
    json({ access_token: 'A2', token_type: 'Bearer' }),
  )
  expect(value).toEqual({
    token: { access_token: 'A2', token_type: 'Bearer', refresh_token: 'R1', id_token: oldIdToken, scope: 'openid a' },
  })
})

test('TR11: a narrower scope of the answer is what is granted now', async () => {
  expect((await play(refresh(), tokens({ scope: '' }))).value?.token.scope).toBe('')
  expect((await play(refresh({ scope: 'a' }), tokens())).value?.token.scope).toBe('a')
})

test('a renewed ID token is verified and gives claims', async () => {
  const id_token = idToken()
  const { requests, value } = await play(refresh(), tokens({ id_token }))
  expect(requests).toHaveLength(1)
  expect(value).toMatchObject({ token: { id_token }, claims: { sub: 'alice', iat: NOW } })
})

describe('RF09: subject change', () => {
  test.each([
    ['another sub', { sub: 'mallory' }, 'OAUTH_ID_TOKEN_SUB'],
    ['another iss', { iss: 'https://evil.example' }, 'OAUTH_ID_TOKEN_ISS'],
    ['another aud', { aud: 'other' }, 'OAUTH_ID_TOKEN_AUD'],
    ['a further aud', { aud: ['client', 'evil'] }, 'OAUTH_ID_TOKEN_AUD'],
    ['another azp', { azp: 'evil' }, 'OAUTH_ID_TOKEN_AZP'],
    ['no sub', { sub: undefined }, 'OAUTH_ID_TOKEN_SUB'],
    ['another nonce', { nonce: 'other' }, 'OAUTH_ID_TOKEN_NONCE'],
  ])('%s', async (_name, claims, code) => {
    const played = await play(refresh(), tokens({ id_token: idToken(claims) }))
    expect(played).toMatchObject({ error: { name: 'ProtocolError', code } })
    expect(played).not.toHaveProperty('value')
  })

  test('OpenID Connect Core §12.2: the nonce of the first ID token may come again', async () => {
    expect(await play(refresh(), tokens({ id_token: idToken({ nonce: CLAIMS.nonce }) }))).toMatchObject({
      value: { claims: { nonce: CLAIMS.nonce } },
    })
  })

  test('a nonce where the first ID token had none', async () => {
    const first = signer.sign({ ...CLAIMS, nonce: undefined })
    const played = await play(refresh({ token: { ...old, id_token: first } }), tokens({ id_token: idToken({ nonce: 'n' }) }))
    expect(played).toMatchObject({ error: { code: 'OAUTH_ID_TOKEN_NONCE' } })
  })

  test('without an old ID token there is nothing to agree with but issuer and audience', async () => {
    const { id_token: _none, ...token } = old
    expect(await play(refresh({ token }), tokens({ id_token: idToken({ nonce: 'n' }) }))).toMatchObject({
      value: { claims: { sub: 'alice' } },
    })
    expect(await play(refresh({ token }), tokens({ id_token: idToken({ aud: 'other' }) }))).toMatchObject({
      error: { code: 'OAUTH_ID_TOKEN_AUD' },
    })
  })
})

describe('RF10: unverified id_token', () => {
  test.each([
    ['a bad signature', idToken().replace(/[^.]+$/, 'AAAA'), 'OAUTH_ID_TOKEN_SIG'],
    ['no JWS', 'abc', 'OAUTH_ID_TOKEN_MALFORMED'],
    ['a wrong at_hash', idToken({ at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' }), 'OAUTH_ID_TOKEN_AT_HASH'],
  ])('%s: its claims are not applied', async (_name, id_token, code) => {
    expect(await play(refresh(), tokens({ id_token }))).toMatchObject({ error: { code } })
  })

  test.each([
    ['the keys cannot be fetched', new TransportError('jwks', { reason: 'timeout', sent: 'maybe' })],
    ['the keys are answered with 503', answer(503)],
    ['the keys are answered with 503 and JSON', json({ error: 'Service Unavailable' }, 503)],
    ['the keys are gone', answer(404)],
    ['the keys are no JSON', answer(200, '<html>', { 'content-type': 'text/html' })],
  ])('%s: the new tokens are kept, the identity stays the old one', async (_name, failure) => {
    for (const keyCache of [createCache<never>(), cacheWith([rotated.jwk])]) {
      const { value } = await play(refresh({ keyCache }), tokens({ id_token: idToken(), refresh_token: 'R2' }), failure)
      expect(value).toEqual({ token: expect.objectContaining({ access_token: 'A2', refresh_token: 'R2', id_token: oldIdToken }) })
    }
  })

  test.each([
    ['F23: a clock that is ahead', { iat: NOW + 300, exp: NOW + 600 }],
    ['F23: a clock that is behind', { iat: NOW - 600, exp: NOW - 300 }],
    ['the first ID token again, long expired', { iat: NOW - 90_000, exp: NOW - 80_000 }],
    ['an "nbf" in the future', { nbf: NOW + 300 }],
  ])('%s: it says nothing of whose it is, so the new tokens are kept with the old identity', async (_name, claims) => {
    const { value } = await play(refresh(), tokens({ id_token: idToken(claims), refresh_token: 'R2' }))
    expect(value).toEqual({ token: expect.objectContaining({ access_token: 'A2', refresh_token: 'R2', id_token: oldIdToken }) })
  })

  test.each([['sub'], ['iss']])('RF09: another %s is refused also while the keys are out of reach', async (claim) => {
    const played = await play(refresh({ keyCache: createCache() }), tokens({ id_token: idToken({ [claim]: 'other' }) }), answer(503))
    expect(played).toMatchObject({ error: { code: `OAUTH_ID_TOKEN_${claim.toUpperCase()}` } })
  })

  test("JK13, F25: a key that was rotated during an outage ends nobody's session, not the first nor the next one", async () => {
    const keyCache = cacheWith([signer.jwk])
    const renewed = tokens({ id_token: idToken({}, rotated), refresh_token: 'R2' })
    expect((await play(refresh({ keyCache }), renewed, answer(503))).value?.token).toMatchObject({
      refresh_token: 'R2',
      id_token: oldIdToken,
    })
    const next = await play(refresh({ keyCache }), renewed)
    expect(next.requests).toHaveLength(1)
    expect(next.value?.token).toMatchObject({ refresh_token: 'R2', id_token: oldIdToken })
  })

  test('without an old ID token the unverified one is left out', async () => {
    const { id_token: _none, ...token } = old
    const { value } = await play(refresh({ token, keyCache: createCache() }), tokens({ id_token: idToken() }), answer(503))
    expect(value?.token).not.toHaveProperty('id_token')
    expect(value).not.toHaveProperty('claims')
  })

  test('a server without keys: the tokens are renewed, no claims are given', async () => {
    const { value } = await play(refresh({}, { jwks_uri: undefined }), tokens({ id_token: idToken({ sub: 'alice' }) }))
    expect(value).not.toHaveProperty('claims')
    expect(value?.token.access_token).toBe('A2')
  })
})

describe("RF11, RF12, RF13: a failure is the caller's, after one request", () => {
  test.each([
    ['invalid_grant', json({ error: 'invalid_grant' }, 400), { name: 'EndpointError', error: 'invalid_grant' }],
    ['invalid_client', json({ error: 'invalid_client' }, 401), { name: 'EndpointError', error: 'invalid_client' }],
    ['503', answer(503), { name: 'ResponseError', status: 503 }],
    ['a timeout', new TransportError('token', { reason: 'timeout', sent: 'maybe' }), { code: 'OAUTH_TIMEOUT' }],
    ['a connection that was never made', new TransportError('token', { reason: 'refused', sent: 'no' }), { code: 'OAUTH_REFUSED' }],
  ])('%s', async (_name, response, error) => {
    const played = await play(refresh(), response, tokens())
    expect(played).toMatchObject({ error })
    expect(played.requests).toHaveLength(1)
  })
})

test('the old token is not changed', async () => {
  const token: TokenSet & { refresh_token: string } = Object.freeze({ ...old })
  await play(refresh({ token }), tokens({ refresh_token: 'R2', id_token: idToken() }))
  expect(token).toEqual(old)
})

test('a key cache that is missing is found before the refresh token is spent', async () => {
  const token = { access_token: 'A', token_type: 'Bearer', refresh_token: 'R' }
  const flow = refreshToken(server, client, { environment: testEnvironment(), token, keyCache: undefined as never })
  expect(await play(flow)).toMatchObject({ requests: [], error: { name: 'UsageError', message: expect.stringContaining('"keyCache"') } })
})
