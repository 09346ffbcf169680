import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { answer, json } from '../../test/answers.js'
import { addToForm, formRequest, getRequest, type HttpRequest } from '../http/http-request.js'
import { resourceFailure } from './resource-failure.js'

const plain = formRequest('token', 'https://as.example/token', [['grant_type', 'refresh_token']])
const fail = (response: Parameters<typeof resourceFailure>[0], request: HttpRequest = plain) => resourceFailure(response, request)

describe('TR13, S73: an OAuth error', () => {
  test('400 invalid_grant, with its texts', () => {
    const body = { error: 'invalid_grant', error_description: 'expired', error_uri: 'https://as.example/e', extra: { a: 1 } }
    expect(fail(json(body, 400))).toMatchObject({
      name: 'EndpointError',
      code: 'OAUTH_ENDPOINT_ERROR',
      endpoint: 'token',
      status: 400,
      error: 'invalid_grant',
      error_description: 'expired',
      error_uri: 'https://as.example/e',
    })
  })

  test.each([
    ['an object', { error: { message: 'no', type: 'OAuthException' } }],
    ['100 kB', { error: 'x'.repeat(100_000) }],
    ['controls', { error: 'invalid\r\nSet-Cookie: a=b' }],
  ])('an error of %s is not repeated', (_name, body) => {
    const error = fail(json(body, 400))
    expect(error).toMatchObject({ name: 'EndpointError', error: 'unreadable', status: 400 })
    expect(error.message).not.toMatch(/[\r\n]|xxx|Set-Cookie|OAuthException/)
  })

  test('descriptions of 100 kB, with controls or of another type are cut, cleaned or left out', () => {
    const error = fail(json({ error: 'invalid_grant', error_description: `a\r\n${'x'.repeat(100_000)}`, error_uri: ['x'] }, 400))
    expect(error).toMatchObject({ error_description: expect.not.stringMatching(/[\r\n]/), error_uri: undefined })
    expect((error as { error_description?: string }).error_description).toHaveLength(301)
  })

  test('is read from whatever content type it comes as', () => {
    const body = '{"error":"invalid_client"}'
    for (const type of ['text/html', 'text/plain;charset=utf-8', '']) {
      expect(fail(answer(401, body, { 'content-type': type, 'www-authenticate': 'Basic realm="x"' }))).toMatchObject({
        name: 'EndpointError',
        error: 'invalid_client',
      })
    }
  })
})

describe('the message says what to do', () => {
  test('it repeats what the server says, after our own advice', () => {
    const error = fail(json({ error: 'invalid_grant', error_description: 'Code not valid' }, 400))
    expect(error.message).toMatch(
      /^The token endpoint refused the request with "invalid_grant" \(HTTP status 400\)\..*The server says: "Code not valid"$/,
    )
  })

  test.each([
    ['password', /User name or password are wrong/],
    ['refresh_token', /The refresh token is spent/],
    ['authorization_code', /The code is spent/],
    ['urn:ietf:params:oauth:grant-type:jwt-bearer', /What was presented is wrong/],
    ['toString', /What was presented is wrong/],
  ])('invalid_grant of the grant "%s"', (grant, text) => {
    const sent = formRequest('token', 'https://as.example/token', [['grant_type', grant]])
    expect(fail(json({ error: 'invalid_grant' }, 400), sent).message).toMatch(text)
  })

  test('invalid_client: a secret that is not configured is not sent', () => {
    expect(fail(json({ error: 'invalid_client' }, 401)).message).toMatch(/no secret is configured.*environment variable.*none is sent/)
  })

  test('a word that is a name in JavaScript brings no advice with it', () => {
    expect(fail(json({ error: 'toString' }, 400)).message).toBe('The token endpoint refused the request with "toString" (HTTP status 400).')
  })
})

describe('what real servers answer instead', () => {
  test('TR14: 502 with the HTML page of a proxy', () => {
    const error = fail(answer(502, '<html><h1>canary Bad Gateway</h1></html>', { 'content-type': 'text/html' }))
    expect(error).toMatchObject({
      name: 'ResponseError',
      code: 'OAUTH_RESPONSE_STATUS',
      status: 502,
      message: expect.stringContaining('Try again later'),
    })
    expect(inspect(error, { depth: null })).not.toContain('canary')
  })

  test('403 with an empty body', () => {
    expect(fail(answer(403))).toMatchObject({ name: 'ResponseError', code: 'OAUTH_RESPONSE_STATUS', status: 403 })
  })

  test.each(['"error"', '[{"error":"invalid_grant"}]', '{"message":"no"}', '{"error":null}', '{"error":"a","error":"b"}', '{', '<error/>'])(
    'S27: 400 with %s is no OAuth error',
    (body) => {
      expect(fail(json(body, 400))).toMatchObject({ name: 'ResponseError', code: 'OAUTH_RESPONSE_STATUS', status: 400 })
    },
  )

  test('401 with a challenge', () => {
    const error = fail(
      answer(401, '', { 'www-authenticate': 'Bearer realm="x", error="invalid_token"' }),
      getRequest('userinfo', 'https://as.example/u'),
    )
    expect(error).toMatchObject({ name: 'ChallengeError', endpoint: 'userinfo', status: 401, error: 'invalid_token' })
  })

  test.each(['realm="no scheme"', '=,=', '"', ''])('401 with a WWW-Authenticate of %j, which has no scheme', (header) => {
    expect(fail(answer(401, '', { 'www-authenticate': header }))).toMatchObject({ name: 'ResponseError', status: 401 })
  })

  test('a body that is not UTF-8', () => {
    expect(fail(answer(400, Uint8Array.of(0xff, 0xfe)))).toMatchObject({ name: 'ResponseError', status: 400 })
  })
})

describe('LG05: what the request sent in confidence is cut out when the server echoes it', () => {
  const sent = addToForm(
    formRequest('token', 'https://as.example/token', [
      ['grant_type', 'authorization_code'],
      ['code', 'canary/code+1'],
      ['code_verifier', 'canary-verifier'],
      ['redirect_uri', 'https://app.example/cb'],
    ]),
    [['client_secret', 'canary secret&post']],
  )
  const withBasic = { ...plain, headers: { ...plain.headers, authorization: `Basic ${btoa('client:canary-basic-secret')}` } }
  const withEncodedBasic = { ...plain, headers: { ...plain.headers, authorization: `Basic ${btoa('client:canary%2Fbasic')}` } }
  const withBearer = getRequest('userinfo', 'https://as.example/u', { authorization: 'Bearer canary-access-token' })

  test.each([
    ['a code', sent, 'code canary/code+1 is spent'],
    ['the body as sent', sent, `bad request: ${sent.body}`],
    ['a verifier', sent, 'got canary-verifier'],
    ['a posted secret', sent, 'wrong secret "canary secret&post"'],
    ['a Basic header', withBasic, `got ${withBasic.headers.authorization}`],
    ['the secret inside a Basic header', withBasic, 'wrong secret canary-basic-secret'],
    ['the decoded secret inside a Basic header', withEncodedBasic, 'wrong secret canary/basic'],
    ['an access token', withBearer, 'token canary-access-token is unknown'],
  ])('%s', (_name, request, text) => {
    const body = { error: 'invalid_request', error_description: text, error_uri: `https://as.example/?${text}` }
    const challenge = { 'www-authenticate': `Bearer error="invalid_token", error_description="${text.replace(/["\\]/g, '\\$&')}"` }
    for (const error of [fail(json(body, 400), request), fail(answer(401, '', challenge), request)]) {
      expect(error.name).toMatch(/EndpointError|ChallengeError/)
      const shown = inspect(error, { depth: null }) + JSON.stringify(error)
      expect(shown).not.toContain('canary')
      expect(shown).not.toContain(btoa('client:canary').slice(0, 12))
      expect(shown).toContain('[redacted]')
    }
  })

  test.each([
    ['password', 'hunter2'],
    ['client_secret', 's3'],
    ['code', 'c'],
    ['code_verifier', 'v1'],
    ['refresh_token', 'r+1'],
    ['assertion', 'a.b.c'],
    ['client_assertion', 'd.e.f'],
    ['token', 't0k'],
  ])('LG01: a short %s is cut out as well', (name, secret) => {
    const request = formRequest('token', 'https://as.example/token', [[name, secret]])
    const error_description = `It was ${secret}, or ${encodeURIComponent(secret)}.`
    const error = fail(json({ error: 'invalid_request', error_description }, 400), request)
    expect(error).toMatchObject({ error: 'invalid_request', error_description: 'It was [redacted], or [redacted].' })
    expect(error.message).toMatch(/"It was \[redacted\], or \[redacted\]\."$/)
  })

  test('LG01: so is a short secret inside a Basic header', () => {
    const request = { ...plain, headers: { authorization: `Basic ${btoa('client:s3')}` } }
    expect(fail(json({ error: 'invalid_client', error_description: 'wrong secret s3' }, 401), request)).toMatchObject({
      error_description: 'wrong secret [redacted]',
    })
  })

  test('short secrets are looked for in what the server said, not in what stands for others', () => {
    const request = formRequest('token', 'https://as.example/token', [
      ['code', 'red'],
      ['password', 'e'],
    ])
    expect(fail(json({ error: 'x', error_description: 'red e' }, 400), request)).toMatchObject({
      error_description: '[redacted] [redacted]',
    })
  })

  test('short values of other parameters are words of the protocol, and stay', () => {
    const request = formRequest('token', 'https://as.example/token', [['max_age', '0']])
    expect(fail(json({ error: 'x', error_description: 'max_age 0' }, 400), request)).toMatchObject({ error_description: 'max_age 0' })
  })

  test('RF11: an error word of the standard is understood, though a secret is a part of it', () => {
    const request = formRequest('token', 'https://as.example/token', [
      ['refresh_token', 'grant'],
      ['password', 'a'],
    ])
    expect(fail(json({ error: 'invalid_grant' }, 400), request)).toMatchObject({ error: 'invalid_grant' })
    const challenge = { 'www-authenticate': 'Bearer error="invalid_token"' }
    expect(fail(answer(401, '', challenge), request)).toMatchObject({ error: 'invalid_token' })
    expect(fail(json({ error: 'grant' }, 400), request)).toMatchObject({ error: 'unreadable' })
  })

  test('public words stay readable', () => {
    const error = fail(json({ error: 'invalid_grant', error_description: 'redirect_uri https://app.example/cb does not match' }, 400), sent)
    expect(error).toMatchObject({ error_description: 'redirect_uri https://app.example/cb does not match' })
  })

  test('AR22: controls in a challenge are replaced', () => {
    const error = fail(answer(401, '', { 'www-authenticate': 'Bearer error_description="a\u001B[2J\u0085b"' }))
    expect(error).toMatchObject({ challenges: [{ parameters: { error_description: 'a\uFFFD[2J\uFFFDb' } }] })
  })
})
