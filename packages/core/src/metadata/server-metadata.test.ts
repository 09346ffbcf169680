import { describe, expect, test } from 'vitest'
import { thrown } from '../../test/answers.js'
import type { JsonObject } from '../http/json.js'
import { parseJson } from '../http/json.js'
import { assertServerMetadata, endpointUrl, serverIdentity, serverMetadata } from './server-metadata.js'

const ISSUER = 'https://as.example/t1'
const good = { issuer: ISSUER, authorization_endpoint: 'https://as.example/authorize', token_endpoint: 'https://as.example/token' }

test('unknown members are kept', () => {
  expect(serverMetadata({ ...good, 'x-own': [1] }, ISSUER)).toEqual({ ...good, 'x-own': [1] })
})

describe('JK01, JK02: the issuer is compared as a plain string (RFC 8414 §3.3)', () => {
  test.each(
    [
      'https://evil.example/t1',
      'https://as.example/t2',
      'https://as.example',
      'https://as.example/t1/',
      'https://AS.example/t1',
      'HTTPS://as.example/t1',
      'https://as.example:443/t1',
      'https://as.example/t%31',
      '',
      undefined,
      null,
      [ISSUER],
      { href: ISSUER },
    ].map((value) => [value]),
  )('%j is refused', async (issuer) => {
    expect(await thrown(() => serverMetadata({ ...good, issuer } as JsonObject, ISSUER))).toMatchObject({
      code: 'OAUTH_ISSUER_MISMATCH',
      reference: 'RFC 8414 §3.3',
    })
  })

  test('a trailing slash is pointed out in both directions', async () => {
    for (const [given, configured] of [
      ['https://as.example/', 'https://as.example'],
      ['https://as.example', 'https://as.example/'],
    ] as const) {
      expect(String(await thrown(() => serverMetadata({ ...good, issuer: given }, configured)))).toContain(
        `trailing slash: configure "${given}"`,
      )
    }
  })

  test('AR22: a foreign issuer is shown cut and without controls', async () => {
    const issuer = `https://evil.example/\r\n[lib] audit: ok\u0085\u2028\u202E${'x'.repeat(100_000)}`
    const { message } = (await thrown(() => serverMetadata({ ...good, issuer }, ISSUER))) as Error
    expect(message).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u)
    expect(message.length).toBeLessThan(600)
    expect(message).toContain('https://evil.example/')
  })
})

describe('JK03: every endpoint is an https URL', () => {
  test.each([
    'authorization_endpoint',
    'token_endpoint',
    'jwks_uri',
    'userinfo_endpoint',
    'revocation_endpoint',
    'introspection_endpoint',
    'end_session_endpoint',
    'registration_endpoint',
    'pushed_authorization_request_endpoint',
    'device_authorization_endpoint',
    'backchannel_authentication_endpoint',
  ])('%s', async (name) => {
    for (const url of ['http://as.example/', 'javascript:alert(1)', 'file:///etc/passwd', 'data:,x']) {
      expect(await thrown(() => serverMetadata({ ...good, [name]: url }, ISSUER))).toMatchObject({
        code: 'OAUTH_ENDPOINT_SCHEME',
        message: expect.stringContaining(`"${name}"`),
      })
    }
  })

  test('a server on loopback may name loopback endpoints', () => {
    const local = { issuer: 'http://localhost:9000', token_endpoint: 'http://localhost:9000/token' }
    expect(serverMetadata(local, local.issuer)).toEqual(local)
  })
})

describe('JK09: shape', () => {
  test.each([
    ['scopes_supported', 'openid'],
    ['response_types_supported', { 0: 'code' }],
    ['response_modes_supported', ['query', 7]],
    ['token_endpoint_auth_methods_supported', 'client_secret_basic'],
    ['id_token_signing_alg_values_supported', [['RS256']]],
    ['authorization_response_iss_parameter_supported', 'true'],
  ])('%s of %j is refused', async (name, value) => {
    expect(await thrown(() => serverMetadata({ ...good, [name]: value } as JsonObject, ISSUER))).toMatchObject({
      code: 'OAUTH_RESPONSE_SHAPE',
      endpoint: 'discovery',
      message: expect.stringContaining(name),
    })
  })

  test('members that are null count as absent: some servers write out all they know of', () => {
    const document = { ...good, end_session_endpoint: null, jwks_uri: null, scopes_supported: null }
    const server = serverMetadata(document, ISSUER)
    expect(server).not.toHaveProperty('end_session_endpoint')
    expect(server).not.toHaveProperty('jwks_uri')
    expect(server).not.toHaveProperty('scopes_supported')
  })

  test.each([7, ['https://as.example/token'], {}].map((value) => [value]))('a token_endpoint of %j is refused', async (token_endpoint) => {
    expect(await thrown(() => serverMetadata({ ...good, token_endpoint } as JsonObject, ISSUER))).toMatchObject({
      code: 'OAUTH_ENDPOINT_SCHEME',
    })
  })

  test('TR05: a metadata document cannot lend members through __proto__', async () => {
    const document = parseJson(`{"issuer":"${ISSUER}","__proto__":{"token_endpoint":"https://evil.example/token"}}`) as JsonObject
    expect(await thrown(() => endpointUrl(serverMetadata(document, ISSUER), 'token_endpoint'))).toMatchObject({
      code: 'OAUTH_ENDPOINT_MISSING',
    })
  })
})

test('S17: a missing endpoint is a typed error that names it', async () => {
  expect(endpointUrl(good, 'token_endpoint')).toBe(good.token_endpoint)
  expect(await thrown(() => endpointUrl({ issuer: ISSUER }, 'token_endpoint'))).toMatchObject({
    code: 'OAUTH_ENDPOINT_MISSING',
    message: expect.stringContaining('"token_endpoint"'),
  })
})

test('metadata written by hand is checked like any other', async () => {
  expect(assertServerMetadata({ token_endpoint: 'https://as.example/token' })).toBeUndefined()
  expect(await thrown(() => assertServerMetadata({ token_endpoint: 'http://as.example/token' }))).toMatchObject({
    code: 'OAUTH_ENDPOINT_SCHEME',
  })
  expect(await thrown(() => assertServerMetadata({ issuer: 'http://as.example' }))).toMatchObject({ code: 'OAUTH_USAGE' })
})

test('a server is named by its issuer, or by its token endpoint', () => {
  expect(serverIdentity(good)).toBe(ISSUER)
  expect(serverIdentity({ token_endpoint: 'https://as.example/token' })).toBe('https://as.example/token')
})
