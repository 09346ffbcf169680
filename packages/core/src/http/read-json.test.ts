import { describe, expect, test } from 'vitest'
import { answer, json, thrown } from '../../test/answers.js'
import { getRequest } from './http-request.js'
import { maybeJsonObject, readJsonObject, refuseRedirect } from './read-json.js'

const request = getRequest('userinfo', 'https://as.example/userinfo')

describe('content type', () => {
  test.each([
    'application/json',
    'application/json;charset=utf-8',
    'Application/JSON ; charset=UTF-8',
    'application/jwk-set+json',
    'application/vnd.x.y-1+json',
  ])('%s is JSON', (type) => {
    expect(readJsonObject(answer(200, '{"a":1}', { 'content-type': type }), request)).toEqual({ a: 1 })
  })

  test.each([
    'text/html',
    'text/json',
    'application/jsonp',
    'application/json+html',
    'application/+json',
    'xapplication/json',
    'application/jwt',
    '',
  ])('TR02: valid JSON as %j is refused, and read with quirks.anyContentType', async (type) => {
    const response = answer(200, '{"a":1}', { 'content-type': type })
    expect(await thrown(() => readJsonObject(response, request))).toMatchObject({
      code: 'OAUTH_RESPONSE_CONTENT_TYPE',
      endpoint: 'userinfo',
      status: 200,
    })
    expect(readJsonObject(response, request, { anyContentType: true })).toEqual({ a: 1 })
  })

  test('TR02: no content type at all is refused', async () => {
    expect(await thrown(() => readJsonObject(answer(200, '{}'), request))).toMatchObject({ code: 'OAUTH_RESPONSE_CONTENT_TYPE' })
  })
})

test('RFC 8259 §8.1: what is not UTF-8 is refused, not repaired', async () => {
  const response = answer(200, Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d), { 'content-type': 'application/json' })
  expect(await thrown(() => readJsonObject(response, request))).toMatchObject({ code: 'OAUTH_RESPONSE_ENCODING' })
})

test('TR03: a leading byte order mark is tolerated', () => {
  expect(readJsonObject(json('\uFEFF{"a":1}'), request)).toEqual({ a: 1 })
})

test.each([
  ['a list', '[]', 'OAUTH_RESPONSE_JSON'],
  ['null', 'null', 'OAUTH_RESPONSE_JSON'],
  ['a text', '"x"', 'OAUTH_RESPONSE_JSON'],
  ['nothing', '', 'OAUTH_RESPONSE_JSON'],
  ['a member twice', '{"a":1,"a":1}', 'OAUTH_RESPONSE_DUPLICATE_KEY'],
  ['100 000 nested lists', '['.repeat(100_000), 'OAUTH_RESPONSE_JSON'],
])('TR03, TR04, RX06: %s', async (_name, body, code) => {
  expect(await thrown(() => readJsonObject(json(body), request))).toMatchObject({ name: 'ResponseError', code })
  expect(maybeJsonObject(json(body))).toBeUndefined()
})

test.each([300, 301, 302, 303, 307, 308, 304])('JK07, F12: status %d is never followed', async (status) => {
  const response = answer(status, '', { location: 'http://169.254.169.254/' })
  expect(await thrown(() => refuseRedirect(response, request))).toMatchObject({ code: 'OAUTH_REDIRECT', endpoint: 'userinfo' })
})

test.each([200, 299, 400])('status %d is no redirect', (status) => {
  expect(refuseRedirect(answer(status), request)).toBeUndefined()
})
