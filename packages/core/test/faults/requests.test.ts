import { describe, expect, it } from 'vitest'
import type { TransportReason } from '../../src/error/error-code.js'
import { TransportError } from '../../src/error/transport-error.js'
import type { Endpoint } from '../../src/http/http-request.js'
import { type Answer, AS, answer, type Call, json, NOW, server, sessionOver, testClock, wire } from '../../src/session/testing/fixture.js'
import type { OAuth2Session } from '../../src/session.js'
import { createSigner } from '../signer.js'

/** A title, a fault, the error that tells of it, and how often metadata or keys are asked for: everything else is once. */
type Row = readonly [title: string, fault: Answer, error: object, tries: number]

/** What goes wrong with one request, by the rows of docs/faults.md. Renewals have tests of their own. */
const FAULTS: readonly Row[] = [
  ['F01: no such name', broken('dns', 'no'), { name: 'TransportError', code: 'OAUTH_DNS', sent: 'no' }, 3],
  ['F02: connection refused', broken('refused', 'no'), { code: 'OAUTH_REFUSED', sent: 'no' }, 3],
  ['F02: no TLS', broken('tls', 'no'), { code: 'OAUTH_TLS', sent: 'no' }, 1],
  ['F03: reset before anything was sent', broken('reset', 'no'), { code: 'OAUTH_RESET', sent: 'no' }, 2],
  ['F04: reset in the middle of the answer', broken('reset', 'maybe'), { code: 'OAUTH_RESET', sent: 'maybe' }, 2],
  ...[500, 502, 503, 504].map(
    (status) => [`F06: ${status}`, () => answer(status), { name: 'ResponseError', code: 'OAUTH_RESPONSE_STATUS', status }, 3] as const,
  ),
  ['F07: 429 with Retry-After', () => answer(429, '', { 'retry-after': '2' }), { code: 'OAUTH_RESPONSE_STATUS', retryAfter: 2 }, 1],
  ['F07: 503 with Retry-After', () => answer(503, '', { 'retry-after': '3600' }), { code: 'OAUTH_RESPONSE_STATUS', retryAfter: 3600 }, 1],
  ['F08: no answer in time', broken('timeout', 'maybe'), { code: 'OAUTH_TIMEOUT', sent: 'maybe' }, 3],
  ['F11: more than 1 MiB', broken('too_large', 'maybe'), { code: 'OAUTH_TOO_LARGE', sent: 'maybe' }, 1],
  ['F12: a redirect', () => answer(307, '', { location: 'https://evil.example' }), { code: 'OAUTH_REDIRECT' }, 1],
  ['F15: an error code that nobody knows', () => json({ error: 'made_up' }, 503), { name: 'EndpointError', error: 'made_up' }, 3],
]

/** The same of answers that are called a success; a revocation needs no more than that. */
const UNREADABLE: readonly (readonly [title: string, fault: Answer, code: string])[] = [
  ['F09: JSON that was cut off', () => json('{"issuer":"https://as.example"'), 'OAUTH_RESPONSE_JSON'],
  ['F11: a member given twice', () => json('{"keys":[],"keys":[]}'), 'OAUTH_RESPONSE_DUPLICATE_KEY'],
  ['F15: a list in the place of an object', () => json('[]'), 'OAUTH_RESPONSE_JSON'],
]

const REQUESTS = {
  discovery: (session) => session.server(),
  jwks: (session) => session.verifyIdToken(idToken),
  code: redeem,
  'client credentials': (session) => session.fetchToken({ grantType: 'client_credentials' }),
  userinfo: (session) => session.userinfo(),
  introspection: (session) => session.introspectToken(),
  revocation: (session) => session.revokeToken(),
} as const satisfies Record<string, (session: OAuth2Session<Call>) => Promise<unknown>>
type Name = keyof typeof REQUESTS
const NAMES = Object.keys(REQUESTS) as Name[]

const signer = createSigner('ES256')
const idToken = signer.sign({ iss: AS, sub: 'alice', aud: 'client', iat: NOW, exp: NOW + 300 })
const TOKEN = { access_token: 'access-1', refresh_token: 'refresh-1', expires_in: 3600 }
const metadata = { ...server, introspection_endpoint: `${AS}/introspect`, id_token_signing_alg_values_supported: ['ES256'] }

const ANSWERS: Readonly<Record<string, object>> = {
  discovery: metadata,
  jwks: { keys: [signer.jwk] },
  token: { access_token: 'access-2', token_type: 'Bearer', expires_in: 3600 },
  userinfo: { sub: 'alice' },
  introspection: { active: true },
  revocation: {},
}

function broken(reason: TransportReason, sent: 'no' | 'maybe'): Answer {
  return (request) => {
    throw new TransportError(request, { reason, sent })
  }
}

async function redeem(session: OAuth2Session<Call>): Promise<unknown> {
  const { state, transaction } = await session.createAuthorizationUrl()
  return session.fetchToken({ authorizationResponse: `https://app.example/callback?code=C&state=${state}`, transaction })
}

function endpointOf(name: Name): Endpoint {
  return name === 'code' || name === 'client credentials' ? 'token' : name
}

/** A session whose server does as it should, but for the first answers of one endpoint. Waits are over at once. */
async function facing(name: Name, fault: Answer, times = 1) {
  const endpoint = endpointOf(name)
  let pending = times
  const line = wire((request) => {
    if (request.endpoint !== endpoint || pending === 0) return json(ANSWERS[request.endpoint])
    pending -= 1
    return fault(request)
  })
  const session = sessionOver(line, {
    environment: testClock({ sleep: async () => undefined }),
    server: undefined,
    issuer: AS,
    redirectUri: 'https://app.example/callback',
  })
  await session.setToken(TOKEN)
  if (name !== 'discovery') await session.server()
  return {
    session,
    asked: () => line.requests.filter((request) => request.endpoint === endpoint).length,
    ask: () => REQUESTS[name](session),
  }
}

/** The error is that of the fault; nothing is sent more often than told, nothing is lost, and nothing is remembered against the server. */
async function passes(name: Name, fault: Answer, error: object, tries = 1): Promise<void> {
  const { session, asked, ask } = await facing(name, fault, tries)
  await expect(ask()).rejects.toMatchObject({ endpoint: endpointOf(name), ...error })
  expect(asked()).toBe(tries)
  expect(session.token).toMatchObject({ access_token: 'access-1', refresh_token: 'refresh-1' })
  await ask()
  expect(asked()).toBe(tries + 1)
}

const PUBLISHED = ['discovery', 'jwks'] as const
const REPEATED = FAULTS.filter(([, , , tries]) => tries > 1)
const FINAL = FAULTS.filter(([, , , tries]) => tries === 1)

describe.each(NAMES)('%s', (name) => {
  const faults = name === 'discovery' || name === 'jwks' ? FINAL : FAULTS
  it.each(faults)('%s: a typed error, one request, the token is kept, and the next try works', (_title, fault, error) =>
    passes(name, fault, error),
  )
})

describe.each(PUBLISHED)('%s', (name) => {
  it.each(REPEATED)('%s: is asked for again, and the caller hears nothing of it', async (_title, fault) => {
    const { asked, ask } = await facing(name, fault)
    await ask()
    expect(asked()).toBe(2)
  })

  it.each(REPEATED)(
    '%s: a typed error once that has not helped, the token is kept, and the next try works',
    (_title, fault, error, tries) => passes(name, fault, error, tries),
  )

  it('F06: callers at the same moment wait for the same requests', async () => {
    const { asked, ask } = await facing(name, () => answer(503), 2)
    await Promise.all(Array.from({ length: 20 }, ask))
    expect(asked()).toBe(3)
  })
})

describe.each(NAMES.filter((name) => name !== 'revocation'))('%s', (name) => {
  it.each(UNREADABLE)('%s: is no answer, and the next one is', (_title, fault, code) =>
    passes(name, fault, { name: 'ResponseError', code }),
  )
})

describe.each(['code', 'client credentials', 'userinfo', 'introspection'] as const)('%s', (name) => {
  it('F10: the login page of a captive portal is no answer', () =>
    passes(name, () => answer(200, '<html>', { 'content-type': 'text/html' }), { code: 'OAUTH_RESPONSE_CONTENT_TYPE' }))
})

describe.each(['code', 'client credentials'] as const)('%s', (name) => {
  it('F15: an error with status 200 is no token', () => passes(name, () => json({ error: 'made_up' }), { code: 'OAUTH_RESPONSE_SHAPE' }))
})

it('F10: a captive portal in the place of the metadata: both places are asked, neither is taken', async () => {
  const { session, asked } = await facing('discovery', () => answer(200))
  const portal = wire(() => answer(200, '<html>', { 'content-type': 'text/html' }))
  const captive = sessionOver(portal, { environment: testClock(), server: undefined, issuer: AS })
  await expect(captive.server()).rejects.toMatchObject({ code: 'OAUTH_RESPONSE_CONTENT_TYPE' })
  expect(portal.requests).toHaveLength(2)
  expect(await session.server()).toMatchObject({ issuer: AS })
  expect(asked()).toBe(2)
})

it('F10: a captive portal in the place of the keys is no key set', () =>
  passes('jwks', () => answer(200, '<html>', { 'content-type': 'text/html' }), { code: 'OAUTH_RESPONSE_JSON' }))

it('F06, F25: known metadata and keys go on being used in an outage, of which they cost three requests once and then one by each call', async () => {
  const clock = testClock({ sleep: async () => undefined })
  let isDown = false
  const line = wire(({ endpoint }) => (isDown ? answer(503) : json(ANSWERS[endpoint])))
  const session = sessionOver(line, { environment: clock, server: undefined, issuer: AS })
  await session.verifyIdToken(idToken)
  isDown = true
  clock.time += 3600
  const fresh = signer.sign({ iss: AS, sub: 'alice', aud: 'client', iat: clock.time, exp: clock.time + 300 })
  const asked = []
  for (let call = 0; call < 3; call++) {
    const before = line.requests.length
    expect(await session.verifyIdToken(fresh)).toMatchObject({ sub: 'alice' })
    asked.push(line.requests.slice(before).map(({ endpoint }) => endpoint))
  }
  expect(asked).toEqual([
    ['discovery', 'discovery', 'discovery', 'jwks', 'jwks', 'jwks'],
    ...Array.from({ length: 2 }, () => ['discovery', 'jwks']),
  ])
})
