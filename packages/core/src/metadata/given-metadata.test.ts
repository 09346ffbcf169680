import { describe, expect, test } from 'vitest'
import { thrown } from '../../test/answers.js'
import { assertGivenMetadata } from './given-metadata.js'
import type { ServerMetadata } from './server-metadata.js'

const good = { issuer: 'https://as.example', token_endpoint: 'https://as.example/token' }
const refused = (server: unknown, policy = {}) => thrown(() => assertGivenMetadata(server as ServerMetadata, policy))
const usage = (...texts: readonly string[]) => ({
  name: 'UsageError',
  code: 'OAUTH_USAGE',
  message: expect.stringMatching(new RegExp(texts.join('.*'))),
})

test.each([
  good,
  { token_endpoint: 'http://127.0.0.1:9000/token' },
  { issuer: 'http://localhost:9000', token_endpoint: 'http://localhost:9000/token' },
  { ...good, scopes_supported: ['openid'], authorization_response_iss_parameter_supported: true, 'x-own': 7, jwks_uri: undefined },
])('%j is taken', (server) => {
  expect(assertGivenMetadata(server as ServerMetadata)).toBeUndefined()
})

describe('B1: metadata that cannot work is a usage error that names the member', () => {
  test.each([undefined, null, 'https://as.example', 7, [good]].map((value) => [value]))('%j is no metadata', async (server) => {
    expect(await refused(server)).toMatchObject(usage('Option "server"'))
  })

  test.each([
    ['token_endpoint', 'http://as.example/token'],
    ['authorization_endpoint', '/authorize'],
    ['jwks_uri', ''],
    ['userinfo_endpoint', null],
    ['end_session_endpoint', 'http://as.example/logout'],
    ['revocation_endpoint', 'javascript:alert(1)'],
    ['introspection_endpoint', 7],
  ])('JK03: "%s" of %j', async (name, value) => {
    expect(await refused({ ...good, [name]: value })).toMatchObject(usage('Option "server"', `"${name}"`, 'https URL'))
  })

  test.each([
    ['tokenEndpoint', 'token_endpoint'],
    ['jwksUri', 'jwks_uri'],
    ['scopesSupported', 'scopes_supported'],
  ])('S5: "%s" is not how the standard spells it', async (name, standard) => {
    expect(await refused({ ...good, [name]: 'canary' })).toMatchObject(usage('Option "server"', `"${name}"`, `"${standard}"`))
  })

  test.each([
    'keys',
    null,
    [],
    {},
    { keys: [] },
    { keys: [{ kty: 'oct', k: 'AAAA' }] },
    { keys: [{ kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA', d: 'canary' }] },
  ])('B2: "jwks" of %j: no key that could check a signature', async (jwks) => {
    const error = await refused({ ...good, jwks })
    expect(error).toMatchObject(usage('"jwks"', 'JWK Set', 'public key'))
    expect(String(error)).not.toContain('canary')
  })

  test('B2: "jwks" beside "jwks_uri": one of them would be read by nobody', async () => {
    const jwks = { keys: [{ kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' }] }
    expect(assertGivenMetadata({ ...good, jwks })).toBeUndefined()
    expect(await refused({ ...good, jwks, jwks_uri: 'https://as.example/jwks' })).toMatchObject(usage('"jwks" and "jwks_uri" contradict'))
  })

  test('LG03: an endpoint is not repeated: it may hold a password', async () => {
    expect(String(await refused({ token_endpoint: 'https://user:canary@as.example/token' }))).not.toContain('canary')
  })

  test.each([
    'http://as.example',
    'as.example',
    '',
    null,
    7,
    'https://as.example/.well-known/openid-configuration',
    'https://as.example?x',
  ])('an issuer of %j', async (issuer) => {
    expect(await refused({ ...good, issuer })).toMatchObject(usage('Option "server": "issuer"'))
  })

  test.each([
    ['scopes_supported', 'openid', 'list of strings'],
    ['token_endpoint_auth_methods_supported', [7], 'list of strings'],
    ['id_token_signing_alg_values_supported', null, 'list of strings'],
    ['authorization_response_iss_parameter_supported', 'true', 'boolean'],
    ['require_pushed_authorization_requests', 1, 'boolean'],
  ])('"%s" of %j', async (name, value, type) => {
    expect(await refused({ ...good, [name]: value })).toMatchObject(usage('Option "server"', `"${name}"`, type))
  })

  test('S13: http beyond loopback is a long-named choice', async () => {
    const server = { issuer: 'http://as.internal', token_endpoint: 'http://as.internal/token' }
    expect(assertGivenMetadata(server, { allowInsecureHttp: true })).toBeUndefined()
    expect(await refused(server)).toMatchObject(usage('Option "server"', 'allowInsecureHttp'))
  })
})
