import { describe, expect, test } from 'vitest'
import { thrown } from '../../test/answers.js'
import type { JsonObject } from '../http/json.js'
import { parseJson } from '../http/json.js'
import { endpointUrl, serverIdentity, serverMetadata } from './server-metadata.js'

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

const NOT_TRUSTED = ['http://as.example/', 'javascript:alert(1)', 'file:///etc/passwd', 'data:,x', '/path', 7, ['https://as.example/']]
const refusal = (name: string) => ({
  code: 'OAUTH_ENDPOINT_SCHEME',
  message: expect.stringContaining(`"${name}"`),
  reference: 'RFC 8414 §2',
})

describe('JK03: every endpoint is an https URL', () => {
  test.each(['authorization_endpoint', 'token_endpoint', 'jwks_uri', 'userinfo_endpoint'])(
    '%s: else the metadata is not used',
    async (name) => {
      for (const url of NOT_TRUSTED) {
        expect(await thrown(() => serverMetadata({ ...good, [name]: url } as JsonObject, ISSUER))).toMatchObject(refusal(name))
      }
    },
  )

  test.each([
    'revocation_endpoint',
    'introspection_endpoint',
    'end_session_endpoint',
    'registration_endpoint',
    'pushed_authorization_request_endpoint',
    'device_authorization_endpoint',
    'backchannel_authentication_endpoint',
  ] as const)('%s, which a login does without: else it alone is not used', async (name) => {
    for (const url of NOT_TRUSTED) {
      const server = serverMetadata({ ...good, [name]: url } as JsonObject, ISSUER)
      expect(server).toEqual({ ...good, refusedEndpoints: [name] })
      expect(endpointUrl(server, 'token_endpoint')).toBe(good.token_endpoint)
      expect(await thrown(() => endpointUrl(server, name))).toMatchObject(refusal(name))
      expect(await thrown(() => endpointUrl(JSON.parse(JSON.stringify(server)), name))).toMatchObject(refusal(name))
    }
  })

  test('S13: with allowInsecureHttp an http endpoint is there to be used, a script never', async () => {
    const document = { ...good, end_session_endpoint: 'http://as.example/logout', revocation_endpoint: 'javascript:alert(1)' }
    const server = serverMetadata(document, ISSUER, { allowInsecureHttp: true })
    expect(endpointUrl(server, 'end_session_endpoint')).toBe('http://as.example/logout')
    expect(await thrown(() => endpointUrl(server, 'revocation_endpoint'))).toMatchObject(refusal('revocation_endpoint'))
  })

  test('what is refused is for us to say, not for the document', async () => {
    expect(serverMetadata({ ...good, refusedEndpoints: ['token_endpoint'] }, ISSUER)).toEqual(good)
  })

  test('a server on loopback may name loopback endpoints', () => {
    const local = { issuer: 'http://localhost:9000', token_endpoint: 'http://localhost:9000/token' }
    expect(serverMetadata(local, local.issuer)).toEqual(local)
  })
})

describe('JK09, B26: shape', () => {
  test.each([
    ['scopes_supported', 'openid'],
    ['response_types_supported', { 0: 'code' }],
    ['response_modes_supported', ['query', 7]],
    ['token_endpoint_auth_methods_supported', 'client_secret_basic'],
    ['id_token_signing_alg_values_supported', [['RS256']]],
    ['authorization_response_iss_parameter_supported', 'true'],
    ['require_pushed_authorization_requests', 'true'],
  ])('%s of %j is refused', async (name, value) => {
    expect(await thrown(() => serverMetadata({ ...good, [name]: value } as JsonObject, ISSUER))).toMatchObject({
      code: 'OAUTH_RESPONSE_SHAPE',
      endpoint: 'discovery',
      message: expect.stringContaining(name),
    })
  })

  test.each([null, ''])('members that are %j count as absent: some servers write out all they know of', async (nothing) => {
    const members = ['jwks_uri', 'userinfo_endpoint', 'end_session_endpoint', 'scopes_supported', 'service_documentation']
    const flags = ['authorization_response_iss_parameter_supported', 'require_pushed_authorization_requests']
    const document = { ...good, ...Object.fromEntries([...members, ...flags].map((name) => [name, nothing])) }
    expect(serverMetadata(document, ISSUER)).toEqual(good)
    expect(await thrown(() => endpointUrl({ token_endpoint: '' }, 'token_endpoint'))).toMatchObject({ code: 'OAUTH_ENDPOINT_MISSING' })
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

test('a server is named by its issuer, or by its token endpoint', () => {
  expect(serverIdentity(good)).toBe(ISSUER)
  expect(serverIdentity({ token_endpoint: 'https://as.example/token' })).toBe('https://as.example/token')
})

describe('JK05: endpointOrigins, for a server that is not known beforehand', () => {
  const document = { issuer: 'https://as.example', token_endpoint: 'https://evil.example/token', jwks_uri: 'https://as.example/jwks' }

  test('an endpoint of the login elsewhere is refused, so that no code or secret goes there', async () => {
    const endpointOrigins: readonly string[] = []
    expect(await thrown(() => serverMetadata(document, 'https://as.example', { endpointOrigins }))).toMatchObject({
      code: 'OAUTH_ENDPOINT_SCHEME',
      message: expect.stringContaining('"token_endpoint"'),
    })
  })

  test('one that is named is taken, and so is the issuer’s own; without the option any is', () => {
    const endpointOrigins = ['https://evil.example']
    expect(serverMetadata(document, 'https://as.example', { endpointOrigins }).token_endpoint).toBe('https://evil.example/token')
    expect(serverMetadata(document, 'https://as.example').token_endpoint).toBe('https://evil.example/token')
  })

  test('an endpoint beside the login elsewhere is left out', () => {
    const further = { issuer: 'https://as.example', revocation_endpoint: 'https://evil.example/revoke' }
    expect(serverMetadata(further, 'https://as.example', { endpointOrigins: [] })).toMatchObject({
      refusedEndpoints: ['revocation_endpoint'],
    })
  })
})
