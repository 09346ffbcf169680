import { describe, expect, test } from 'vitest'
import { answer, json, thrown } from '../../test/answers.js'
import { server } from '../../test/parties.js'
import type { HttpResponse } from '../http/http-response.js'
import { userinfoRequest, userinfoResponse } from './userinfo.js'

const request = userinfoRequest(server, 'the-access-token')
const read = (response: HttpResponse, subject?: string) => userinfoResponse(response, request, { subject })

test('UI04: the token is in the Authorization header only', () => {
  expect(request).toMatchObject({
    endpoint: 'userinfo',
    method: 'GET',
    url: server.userinfo_endpoint,
    headers: { authorization: 'Bearer the-access-token' },
  })
  expect(request.url).not.toContain('token')
  expect(request).not.toHaveProperty('body')
})

test('claims are kept as they are', () => {
  const claims = { sub: 'alice', email: 'a@b.example', email_verified: 'true', address: { country: 'PL' }, 'https://own': [1] }
  expect(read(json(claims), 'alice')).toEqual(claims)
  expect(read(json(claims))).toEqual(claims)
})

test.each(['mallory', 'Alice', 'alice '])('UI01: token substitution: sub %j is not that of the ID token', async (sub) => {
  const error = await thrown(() => read(json({ sub, email: 'canary' }), 'alice'))
  expect(error).toMatchObject({ name: 'ProtocolError', code: 'OAUTH_USERINFO_SUB', reference: 'OpenID Connect Core §5.3.2' })
  expect(JSON.stringify(error) + String(error)).not.toContain('canary')
})

describe('UI02: shape', () => {
  test.each([
    ['{}', 'OAUTH_RESPONSE_SHAPE'],
    ['{"sub":""}', 'OAUTH_RESPONSE_SHAPE'],
    ['{"sub":7}', 'OAUTH_RESPONSE_SHAPE'],
    ['{"sub":null}', 'OAUTH_RESPONSE_SHAPE'],
    ['{"sub":["alice"]}', 'OAUTH_RESPONSE_SHAPE'],
    ['{"sub":"alice","sub":"mallory"}', 'OAUTH_RESPONSE_DUPLICATE_KEY'],
    ['[{"sub":"alice"}]', 'OAUTH_RESPONSE_JSON'],
    ['{"__proto__":{"sub":"alice"}}', 'OAUTH_RESPONSE_SHAPE'],
  ])('%s', async (body, code) => {
    expect(await thrown(() => read(json(body), 'alice'))).toMatchObject({ name: 'ResponseError', code, endpoint: 'userinfo' })
  })

  test('prototype keys are dropped', () => {
    expect(Object.getOwnPropertyNames(read(json('{"sub":"alice","__proto__":{"admin":true},"constructor":1}')))).toEqual(['sub'])
  })
})

describe('UI03, OpenID Connect Core §5.3.2: a signed answer', () => {
  test.each(['application/jwt', 'application/JWT; charset=utf-8'])(
    '%s is not taken for JSON, and the error says what to set',
    async (type) => {
      for (const quirks of [undefined, { anyContentType: true }]) {
        const response = answer(200, 'canary.b.c', { 'content-type': type })
        const error = await thrown(() => userinfoResponse(response, request, { quirks }))
        expect(error).toMatchObject({
          name: 'ResponseError',
          code: 'OAUTH_RESPONSE_CONTENT_TYPE',
          endpoint: 'userinfo',
          message: expect.stringMatching(/signs.*userinfo_signed_response_alg.*userinfo: false/),
        })
        expect(String(error)).not.toContain('canary')
      }
    },
  )

  test('JSON that is only called one is read where quirks.anyContentType says so', () => {
    const response = answer(200, '{"sub":"alice"}', { 'content-type': 'application/jwt' })
    expect(userinfoResponse(response, request, { quirks: { anyContentType: true } })).toEqual({ sub: 'alice' })
    expect(() => read(response)).toThrow(/quirks\.anyContentType/)
  })
})

test.each([
  [401, 'ChallengeError', { 'www-authenticate': 'Bearer error="invalid_token"' }],
  [403, 'ResponseError', {}],
  [500, 'ResponseError', {}],
  [302, 'TransportError', { location: 'https://evil.example' }],
])('UI06: status %d is a %s', async (status, name, headers) => {
  expect(await thrown(() => read(answer(status, '', headers as Record<string, string>)))).toMatchObject({ name, endpoint: 'userinfo' })
})
