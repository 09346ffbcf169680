import { describe, expect, test } from 'vitest'
import { thrown } from '../../test/answers.js'
import { assertEndpoint, assertIssuer } from './issuer.js'

describe('an issuer that the application configures', () => {
  test.each([
    'https://as.example',
    'https://as.example/',
    'https://as.example/tenant/a',
    'http://localhost:8080',
    'http://127.0.0.1/x',
    'http://[::1]:1',
  ])('%s is taken', (issuer) => {
    expect(assertIssuer(issuer).href).toBe(new URL(issuer).href)
  })

  test.each([
    ['as.example', 'not a URL'],
    ['', 'not a URL'],
    ['https://as.example/.well-known/openid-configuration', 'https://as.example"'],
    ['https://as.example/t/.well-known/openid-configuration', 'https://as.example/t"'],
    ['https://as.example/.well-known/oauth-authorization-server/t', 'address of the metadata'],
    ['https://as.example?x=1', 'query'],
    ['https://as.example#x', 'fragment'],
    ['https://user@as.example', 'user name'],
    ['http://as.example', 'https URL'],
    ['http://10.0.0.1', 'https URL'],
    ['javascript:alert(1)', 'https URL'],
    ['file:///etc/passwd', 'https URL'],
  ])('RFC 8414 §2: %j is refused with a hint at %j', async (issuer, hint) => {
    expect(await thrown(() => assertIssuer(issuer))).toMatchObject({ code: 'OAUTH_USAGE', message: expect.stringContaining(hint) })
  })

  test('S13: plain http beyond loopback is a long-named choice, and other schemes are none', async () => {
    expect(assertIssuer('http://as.internal', { allowInsecureHttp: true }).protocol).toBe('http:')
    expect(await thrown(() => assertIssuer('ftp://as.internal', { allowInsecureHttp: true }))).toMatchObject({ code: 'OAUTH_USAGE' })
  })
})

describe('JK03, B27: the scheme of an endpoint', () => {
  const secure = new URL('https://as.example')
  const loopback = new URL('http://localhost:8080')
  const refusal = { code: 'OAUTH_ENDPOINT_SCHEME', reference: 'RFC 8414 §2' }

  test.each(
    [
      'http://as.example/token',
      'http://localhost/token',
      'javascript:alert(1)',
      'file:///etc/passwd',
      'data:text/html,x',
      'ftp://as.example/',
      '/token',
      '',
      7,
      null,
      ['https://as.example/token'],
      'https://user:password@as.example/token',
      'https://as.example/token#fragment',
    ].map((value) => [value]),
  )('%j is refused for an https issuer', async (endpoint) => {
    expect(await thrown(() => assertEndpoint('token_endpoint', endpoint, secure))).toMatchObject(refusal)
  })

  test('S13: http on loopback is taken for an issuer on loopback, and for a server without an issuer', async () => {
    expect(assertEndpoint('token_endpoint', 'http://127.0.0.1/token', loopback)).toBeUndefined()
    expect(assertEndpoint('token_endpoint', 'http://127.0.0.1/token', undefined)).toBeUndefined()
    expect(await thrown(() => assertEndpoint('token_endpoint', 'http://as.example/token', loopback))).toMatchObject(refusal)
    expect(await thrown(() => assertEndpoint('token_endpoint', 'http://as.example/token', undefined))).toMatchObject(refusal)
  })

  test('with allowInsecureHttp http is taken anywhere, a script nowhere', async () => {
    expect(
      assertEndpoint('token_endpoint', 'http://as.internal/token', new URL('http://as.internal'), { allowInsecureHttp: true }),
    ).toBeUndefined()
    expect(await thrown(() => assertEndpoint('token_endpoint', 'javascript:x', undefined, { allowInsecureHttp: true }))).toMatchObject(
      refusal,
    )
  })

  test('the endpoint is not repeated in the message: it may hold a password', async () => {
    const error = await thrown(() => assertEndpoint('token_endpoint', 'https://user:canary@as.example/token', secure))
    expect(String(error)).not.toContain('canary')
  })
})
