import { describe, expect, test } from 'vitest'
import { answer, json, play } from '../../test/answers.js'
import { NOW, type TestEnvironment, testEnvironment } from '../../test/environment.js'
import { CLAIMS, cacheWith, client, ISSUER, server } from '../../test/parties.js'
import { createSigner } from '../../test/signer.js'
import { TransportError } from '../error/transport-error.js'
import { type Form, formDecode } from '../http/form.js'
import { halfHash } from '../jose/half-hash.js'
import type { AuthorizationRequestOptions } from '../message/authorization-request.js'
import type { AuthorizationTransaction } from '../transaction/authorization-transaction.js'
import { type FinishOptions, finishAuthorization, startAuthorization } from './authorization-code.js'
import { createCache } from './cache.js'

const signer = createSigner('RS256')
const redirectUri = 'https://app.example/cb'

/** Starts a login and finishes it with a good answer, each of which a test may vary. */
async function login(start: Partial<AuthorizationRequestOptions> = {}, environment: TestEnvironment = testEnvironment()) {
  const { value } = await play(startAuthorization(server, client, { environment, redirectUri, scope: 'openid profile', ...start }))
  if (value === undefined) throw new Error('the login did not start')
  const { transaction, url } = value
  const keyCache = cacheWith([signer.jwk])
  const finish = (options: Partial<FinishOptions> = {}, metadata: object = {}) =>
    finishAuthorization({ ...server, ...metadata }, client, {
      environment,
      keyCache,
      transaction,
      response: [
        ['code', 'the-code'],
        ['state', transaction.state],
      ],
      ...options,
    })
  /** A token answer of this login, with an ID token whose claims a test may vary. */
  const tokens = (claims: object = {}, members: object = {}) =>
    json({ access_token: 'A', token_type: 'Bearer', id_token: signer.sign({ ...CLAIMS, nonce: transaction.nonce, ...claims }), ...members })
  return { environment, transaction, url, finish, tokens }
}

const form = (body: string | undefined): Form => formDecode(body ?? '')

test('a login, by hand: the code is redeemed, the keys are fetched, the claims are verified', async () => {
  const { environment, finish, tokens, transaction } = await login({ codeVerifier: 'v'.repeat(43) })
  const at_hash = await halfHash(environment, 'RS256', 'A')
  const flow = finish({ keyCache: createCache() })
  const redeem = await flow.next()
  expect(redeem.value).toMatchObject({ endpoint: 'token', method: 'POST', url: server.token_endpoint })
  expect(form((redeem.value as { body?: string }).body)).toEqual([
    ['grant_type', 'authorization_code'],
    ['code', 'the-code'],
    ['redirect_uri', redirectUri],
    ['code_verifier', 'v'.repeat(43)],
  ])
  const keys = await flow.next(tokens({ at_hash }, { expires_in: 60, refresh_token: 'R' }))
  expect(keys.value).toMatchObject({ endpoint: 'jwks', method: 'GET', url: server.jwks_uri })
  const end = await flow.next(json({ keys: [signer.jwk] }))
  expect(end).toMatchObject({
    done: true,
    value: {
      token: { access_token: 'A', refresh_token: 'R', scope: 'openid profile', expires_at: NOW + 60 },
      claims: { iss: ISSUER, sub: 'alice', nonce: transaction.nonce, at_hash },
    },
  })
})

test('S4, S22, C17: resources are repeated in the token request, scope is not sent', async () => {
  const { finish, tokens } = await login({ parameters: { resource: ['https://a.example', 'https://b.example'] } })
  const { requests } = await play(finish(), tokens())
  expect(form(requests[0]?.body).filter(([name]) => name === 'resource' || name === 'scope')).toEqual([
    ['resource', 'https://a.example'],
    ['resource', 'https://b.example'],
  ])
})

test('S30, F28: a transaction finishes after JSON, in another process', async () => {
  const { finish, tokens, transaction } = await login()
  const kept = JSON.parse(JSON.stringify(transaction)) as AuthorizationTransaction
  expect(await play(finish({ transaction: kept }), tokens())).toMatchObject({ value: { claims: { sub: 'alice' } } })
})

describe('AR06: stale flow', () => {
  test('ten minutes after the start the code is still redeemed', async () => {
    const { environment, finish, tokens } = await login()
    environment.time += 600
    const answers = [tokens({ iat: NOW + 600, exp: NOW + 660 }), json({ keys: [signer.jwk] })]
    expect(await play(finish(), ...answers)).toMatchObject({ value: { claims: { sub: 'alice' } } })
  })

  test.each([601, 86_400])('%d s after the start nothing is sent', async (seconds) => {
    const { environment, finish } = await login()
    environment.time += seconds
    expect(await play(finish())).toMatchObject({
      requests: [],
      error: { code: 'OAUTH_TRANSACTION_EXPIRED', message: expect.stringContaining('Start it again') },
    })
  })
})

describe('a refused answer sends nothing', () => {
  const withState = (state: string, ...more: (readonly [string, string])[]): Form => [['code', 'C'], ['state', state], ...more]

  test.each([
    ['AR03: forged state', 'OAUTH_STATE_MISMATCH', () => withState('x')],
    ['AR04: state dropped', 'OAUTH_STATE_MISSING', () => [['code', 'C']] as Form],
    ['AR09: mix-up', 'OAUTH_ISS_MISMATCH', (state: string) => withState(state, ['iss', 'https://honest.example'])],
    ['AR12: issuer normalisation', 'OAUTH_ISS_MISMATCH', (state: string) => withState(state, ['iss', `${ISSUER}/`])],
    [
      'AR13: error from the wrong server',
      'OAUTH_ISS_MISMATCH',
      (state: string) => withState(state, ['iss', 'https://evil.example'], ['error', 'access_denied']),
    ],
    ['AR14: parameter pollution', 'OAUTH_DUPLICATE_PARAM', (state: string) => withState(state, ['code', 'D'])],
    ['AR15: code plus error', 'OAUTH_AUTHORIZATION_RESPONSE', (state: string) => withState(state, ['error', 'access_denied'])],
    [
      'AR16: empty answer',
      'OAUTH_NO_CODE',
      (state: string) =>
        [
          ['code', ''],
          ['state', state],
        ] as Form,
    ],
    ['AR17: token injection', 'OAUTH_UNEXPECTED_TOKEN', (state: string) => withState(state, ['id_token', 'a.b.c'])],
    [
      'C1: an error never becomes another grant',
      'OAUTH_AUTHORIZATION_RESPONSE',
      (state: string) =>
        [
          ['error', 'access_denied'],
          ['state', state],
        ] as Form,
    ],
  ])('%s', async (_name, code, response) => {
    const { finish, transaction, tokens } = await login()
    expect(await play(finish({ response: response(transaction.state) }), tokens())).toMatchObject({ requests: [], error: { code } })
    // The honest answer can still finish this login.
    expect(await play(finish(), tokens())).toMatchObject({ value: { claims: { sub: 'alice' } } })
  })

  test('AR10: mix-up, stripped iss', async () => {
    const { finish, tokens } = await login()
    const announcing = { authorization_response_iss_parameter_supported: true }
    expect(await play(finish({}, announcing), tokens())).toMatchObject({ requests: [], error: { code: 'OAUTH_ISS_MISSING' } })
  })

  test.each([{}, { v: 2 }, { state: '' }])('a transaction of %j is a usage error', async (members) => {
    const { finish, transaction } = await login()
    const broken = (Object.keys(members).length === 0 ? {} : { ...transaction, ...members }) as AuthorizationTransaction
    expect(await play(finish({ transaction: broken }))).toMatchObject({ requests: [], error: { code: 'OAUTH_USAGE' } })
  })
})

describe('JK05, JK08, AR08: the login ends where it began, endpoints are pinned', () => {
  test.each([
    ['another issuer', { issuer: 'https://other.example' }, 'OAUTH_PROVIDER_MISMATCH'],
    ['another client', { client_id: 'other' }, 'OAUTH_PROVIDER_MISMATCH'],
    ['another token endpoint', { token_endpoint: 'https://as.example/other' }, 'OAUTH_ENDPOINT_CHANGED'],
  ])('%s in the transaction', async (_name, members, code) => {
    const { finish, transaction } = await login()
    expect(await play(finish({ transaction: { ...transaction, ...members } }))).toMatchObject({ requests: [], error: { code } })
  })

  test('metadata swap mid-flow: the token endpoint differs between login and callback', async () => {
    const { finish } = await login()
    expect(await play(finish({}, { token_endpoint: 'https://evil.example/token' }))).toMatchObject({
      requests: [],
      error: { code: 'OAUTH_ENDPOINT_CHANGED' },
    })
  })
})

describe('the ID token belongs to this login', () => {
  test("AR23: code injection: the victim's code brings the victim's nonce", async () => {
    const attacker = await login()
    const victim = await login()
    const played = await play(
      attacker.finish({
        response: [
          ['code', 'victim'],
          ['state', attacker.transaction.state],
        ],
      }),
      victim.tokens(),
    )
    expect(played).toMatchObject({ requests: [{ endpoint: 'token' }], error: { code: 'OAUTH_ID_TOKEN_NONCE' } })
  })

  test("ID15: token replay: yesterday's ID token in today's login", async () => {
    const yesterday = await login()
    const today = await login({}, testEnvironment())
    today.environment.time += 300
    expect(await play(today.finish(), yesterday.tokens({ exp: NOW + 7200 }))).toMatchObject({ error: { code: 'OAUTH_ID_TOKEN_NONCE' } })
  })

  test('ID01: a bad signature: nothing is asked after it, and the login fails', async () => {
    const { finish, tokens } = await login()
    const forged = tokens({}, { id_token: signer.sign({ ...CLAIMS }).replace(/[^.]+$/, 'AAAA') })
    expect(await play(finish(), forged)).toMatchObject({ requests: [{ endpoint: 'token' }], error: { code: 'OAUTH_ID_TOKEN_SIG' } })
  })

  test('ID27: over plain http too: no transport makes up for a signature (OpenID Connect Core §3.1.3.7 step 6 is not used)', async () => {
    const metadata = { issuer: 'http://127.0.0.1:1', token_endpoint: 'http://127.0.0.1:1/token', jwks_uri: 'http://127.0.0.1:1/jwks' }
    const { finish, tokens, transaction } = await login()
    const here = { ...transaction, issuer: metadata.issuer, token_endpoint: metadata.token_endpoint }
    const claims = { iss: metadata.issuer }
    const forged = tokens(claims, { id_token: signer.sign({ ...CLAIMS, ...claims }).replace(/[^.]+$/, 'AAAA') })
    const answers = [forged, json({ keys: [signer.jwk] }), json({ keys: [signer.jwk] })]
    expect(await play(finish({ transaction: here, keyCache: createCache() }, metadata), ...answers)).toMatchObject({
      error: { code: 'OAUTH_ID_TOKEN_SIG' },
    })
  })

  test.each([undefined, null])('TR12: id_token %j though openid was asked for', async (id_token) => {
    const { finish, tokens } = await login()
    expect(await play(finish(), tokens({}, { id_token }))).toMatchObject({
      error: { code: 'OAUTH_ID_TOKEN_MISSING', reference: 'OpenID Connect Core §3.1.3.3' },
    })
  })

  test('ID18: an essential acr that was asked for: absent, weaker, right', async () => {
    const { finish, tokens } = await login({ claims: { id_token: { acr: { essential: true, value: 'high' } } } })
    expect(await play(finish(), tokens())).toMatchObject({ error: { code: 'OAUTH_ID_TOKEN_ACR' } })
    expect(await play(finish(), tokens({ acr: 'low' }))).toMatchObject({ error: { code: 'OAUTH_ID_TOKEN_ACR' } })
    expect(await play(finish(), tokens({ acr: 'high' }))).toMatchObject({ value: { claims: { acr: 'high' } } })
  })

  test.each([0, 300])('ID17: max_age %d of this request is checked: auth_time missing, old, right', async (max_age) => {
    const { finish, tokens } = await login({ parameters: { max_age } })
    expect(await play(finish(), tokens())).toMatchObject({ error: { code: 'OAUTH_ID_TOKEN_AUTH_TIME' } })
    expect(await play(finish(), tokens({ auth_time: NOW - max_age - 11 }))).toMatchObject({ error: { code: 'OAUTH_ID_TOKEN_AUTH_TIME' } })
    expect(await play(finish(), tokens({ auth_time: NOW - max_age }))).toMatchObject({ value: { claims: { sub: 'alice' } } })
  })

  test('TR16: a wrong at_hash is refused, the hash of another token included', async () => {
    const { environment, finish, tokens } = await login()
    const at_hash = await halfHash(environment, 'RS256', 'another')
    expect(await play(finish(), tokens({ at_hash }))).toMatchObject({ error: { code: 'OAUTH_ID_TOKEN_AT_HASH' } })
  })

  test('one that comes unasked is verified all the same, where there are keys', async () => {
    const { finish, tokens } = await login({ scope: 'profile' })
    expect(await play(finish(), tokens({ nonce: undefined }))).toMatchObject({ value: { claims: { sub: 'alice' } } })
    expect(await play(finish(), tokens({ nonce: undefined, aud: 'other' }))).toMatchObject({ error: { code: 'OAUTH_ID_TOKEN_AUD' } })
    const played = await play(finish({}, { jwks_uri: undefined }), tokens({ nonce: undefined }))
    expect(played.value).not.toHaveProperty('claims')
  })

  test('ID12: a clock tolerance of the caller is used', async () => {
    const { finish, tokens } = await login()
    expect(await play(finish(), tokens({ iat: NOW + 30 }))).toMatchObject({ error: { code: 'OAUTH_ID_TOKEN_IAT' } })
    expect(await play(finish({ clockTolerance: 60 }), tokens({ iat: NOW + 30 }))).toMatchObject({ value: { claims: { sub: 'alice' } } })
  })
})

describe('TR11: scope', () => {
  test.each([
    [undefined, 'openid profile'],
    ['', ''],
    ['openid', 'openid'],
    ['openid profile admin', 'openid profile admin'],
  ])('answered %j: granted %j', async (scope, granted) => {
    const { finish, tokens } = await login()
    expect(await play(finish(), tokens({}, { scope }))).toMatchObject({ value: { token: { scope: granted } } })
  })
})

describe('the code is sent once', () => {
  test.each(['reset', 'timeout', 'refused'] as const)('TR15, F04: %s after the code was sent: no second request', async (reason) => {
    const { finish } = await login()
    const flow = finish()
    expect((await flow.next()).value).toMatchObject({ endpoint: 'token' })
    const failure = new TransportError('token', { reason, sent: reason === 'refused' ? 'no' : 'maybe' })
    await expect(flow.throw(failure)).rejects.toBe(failure)
    expect(await flow.next(json({ access_token: 'A', token_type: 'Bearer' }))).toEqual({ done: true, value: undefined })
  })

  test.each([
    ['TR14: a proxy error page', answer(502, '<html>', { 'content-type': 'text/html' }), { name: 'ResponseError', status: 502 }],
    ['TR13: invalid_grant', json({ error: 'invalid_grant' }, 400), { name: 'EndpointError', error: 'invalid_grant' }],
    [
      'CA06: invalid_client: no other method is tried',
      json({ error: 'invalid_client' }, 401),
      { name: 'EndpointError', error: 'invalid_client' },
    ],
    [
      'CA06: a challenge: no other method is tried',
      answer(401, '', { 'www-authenticate': 'Basic' }),
      { name: 'ResponseError', status: 401 },
    ],
    ['F12: a redirect', answer(307, '', { location: 'https://evil.example' }), { code: 'OAUTH_REDIRECT' }],
    ['F09: truncated JSON', json('{"access_token":"A"'), { code: 'OAUTH_RESPONSE_JSON' }],
  ])('%s', async (_name, response, error) => {
    const { finish, tokens } = await login()
    const played = await play(finish(), response, tokens())
    expect(played).toMatchObject({ error })
    expect(played.requests).toHaveLength(1)
  })
})

test('S62, S64, F10: a response hook may replace the answer before it is read, also asynchronously', async () => {
  const { finish } = await login({ scope: 'profile' })
  const responseHook: FinishOptions['responseHook'] = async (given) => {
    const fields = formDecode(new TextDecoder().decode(given.body))
    return json({ ...Object.fromEntries(fields), token_type: 'Bearer' })
  }
  const played = await play(finish({ responseHook }), answer(200, 'access_token=A&expires_in=60', { 'content-type': 'text/plain' }))
  expect(played).toMatchObject({ value: { token: { access_token: 'A', expires_at: NOW + 60 } } })
})

test('a server configured by hand, without issuer and keys, can log in without OpenID Connect', async () => {
  const environment = testEnvironment()
  const manual = { authorization_endpoint: 'https://as.example/a', token_endpoint: 'https://as.example/t' }
  const { value } = await play(startAuthorization(manual, client, { environment, scope: 'repo' }))
  if (value === undefined) throw new Error('the login did not start')
  const response: Form = [
    ['code', 'C'],
    ['state', value.state],
  ]
  const flow = finishAuthorization(manual, client, { environment, keyCache: createCache(), transaction: value.transaction, response })
  expect(await play(flow, json({ access_token: 'A', token_type: 'bearer', scope: 'repo' }))).toMatchObject({
    value: { token: { access_token: 'A', scope: 'repo' } },
  })
})

describe('what an application has of the answer', () => {
  test.each([
    ['the URL', (query: string) => `${redirectUri}?${query}`],
    ['the query', (query: string) => query],
    ['a URL', (query: string) => new URL(`${redirectUri}?${query}`)],
    ['its search parameters', (query: string) => new URLSearchParams(query)],
  ])('%s will do', async (_name, made) => {
    const { finish, tokens, transaction } = await login()
    const response = made(`code=the-code&state=${transaction.state}`)
    expect(await play(finish({ response }), tokens())).toMatchObject({ value: { token: { access_token: 'A' } } })
  })

  test.each([undefined, null, { code: 'c', state: 's' }])('%j will not, and nothing is sent', async (response) => {
    const { finish } = await login()
    expect(await play(finish({ response: response as never }))).toMatchObject({ requests: [], error: { name: 'UsageError' } })
  })
})

test('a key cache that is missing is found before the code is spent', async () => {
  const { finish } = await login()
  const { requests, error } = await play(finish({ keyCache: undefined as never }))
  expect(requests).toEqual([])
  expect(error).toMatchObject({ name: 'UsageError', message: expect.stringMatching(/"keyCache" is missing.*createCache/) })
})
