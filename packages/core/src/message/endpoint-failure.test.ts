import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { answer, json } from '../../test/answers.js'
import { addToForm, formRequest, getRequest, type HttpRequest } from '../http/http-request.js'
import { endpointFailure } from './endpoint-failure.js'

const plain = formRequest('token', 'https://as.example/token', [['grant_type', 'refresh_token']])
const fail = (response: Parameters<typeof endpointFailure>[0], request: HttpRequest = plain) => endpointFailure(response, request)

describe('TR13: an OAuth error', () => {
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

  test('public words stay readable', () => {
    const error = fail(json({ error: 'invalid_grant', error_description: 'redirect_uri https://app.example/cb does not match' }, 400), sent)
    expect(error).toMatchObject({ error_description: 'redirect_uri https://app.example/cb does not match' })
  })

  test('AR22: controls in a challenge are replaced', () => {
    const error = fail(answer(401, '', { 'www-authenticate': 'Bearer error_description="a\u001B[2J\u0085b"' }))
    expect(error).toMatchObject({ challenges: [{ parameters: { error_description: 'a\uFFFD[2J\uFFFDb' } }] })
  })
})
