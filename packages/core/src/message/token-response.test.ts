import { describe, expect, test } from 'vitest'
import { answer, json, thrown } from '../../test/answers.js'
import { NOW } from '../../test/environment.js'
import { formRequest } from '../http/http-request.js'
import type { HttpResponse } from '../http/http-response.js'
import type { Quirks } from '../metadata/quirks.js'
import { MAX_LIFETIME } from './expiry.js'
import { tokenResponse } from './token-response.js'

const request = formRequest('token', 'https://as.example/token', [['grant_type', 'authorization_code']])
const good = { access_token: 'A', token_type: 'Bearer' }

const read = (response: HttpResponse, quirks?: Quirks, scope?: string) => tokenResponse(response, { request, now: NOW, quirks, scope })
const refusal = (response: HttpResponse, quirks?: Quirks) => thrown(() => read(response, quirks))
const problem = (code: string, status = 200) => ({ name: 'ResponseError', code, endpoint: 'token', status })

test('members keep their wire names; unknown ones are kept', () => {
  const body = { ...good, expires_in: 3600, refresh_token: 'R', id_token: 'I', scope: 'a', 'x-own': { deep: [1] } }
  expect(read(json(body))).toEqual({ ...body, expires_at: NOW + 3600 })
})

describe('TR01: status confusion', () => {
  test.each([201, 202, 204, 206])('%d with a good body', async (status) => {
    expect(await refusal(json(good, status))).toMatchObject(problem('OAUTH_RESPONSE_STATUS', status))
  })

  test('201 is taken where quirks.acceptTokenStatus lists it, and no other status', async () => {
    expect(read(json(good, 201), { acceptTokenStatus: [201] })).toEqual(good)
    expect(await refusal(json(good, 202), { acceptTokenStatus: [201] })).toMatchObject(problem('OAUTH_RESPONSE_STATUS', 202))
  })

  test.each([301, 302, 303, 307, 308])('%d', async (status) => {
    expect(await refusal(json(good, status, { location: 'https://evil.example/' }))).toMatchObject({
      name: 'TransportError',
      code: 'OAUTH_REDIRECT',
    })
    expect(await refusal(json(good, status), { acceptTokenStatus: [status] })).toMatchObject({ code: 'OAUTH_REDIRECT' })
  })

  test('200 with {"error": …}, alone or beside a token', async () => {
    for (const body of [{ error: 'invalid_grant' }, { ...good, error: 'invalid_grant' }]) {
      expect(await refusal(json(body))).toMatchObject(problem('OAUTH_RESPONSE_SHAPE'))
      expect(await refusal(json(body), { errorWithStatus200: true })).toMatchObject({
        name: 'EndpointError',
        error: 'invalid_grant',
        status: 200,
      })
    }
  })
})

describe('TR02: wrong type', () => {
  test.each(['text/html', 'text/plain', 'application/jwt', undefined])('valid JSON as %s', async (type) => {
    const response = answer(200, JSON.stringify(good), type === undefined ? {} : { 'content-type': type })
    expect(await refusal(response)).toMatchObject(problem('OAUTH_RESPONSE_CONTENT_TYPE'))
    expect(read(response, { anyContentType: true })).toEqual(good)
  })
})

test.each([
  '{"access_token":"A","token_type":"Bea',
  '',
  `${JSON.stringify(good)}x`,
  `${JSON.stringify(good)}${JSON.stringify(good)}`,
  '[]',
  'null',
  '"x"',
  'access_token=A&token_type=bearer',
])('TR03: broken JSON: %j', async (body) => {
  expect(await refusal(json(body))).toMatchObject(problem('OAUTH_RESPONSE_JSON'))
})

test('TR04: duplicate keys', async () => {
  const body = '{"access_token":"good","token_type":"Bearer","access_token":"evil"}'
  expect(await refusal(json(body))).toMatchObject(problem('OAUTH_RESPONSE_DUPLICATE_KEY'))
  expect(await refusal(json(body.replace('"access_token":"evil"', '"access\\u005ftoken":"evil"')))).toMatchObject(
    problem('OAUTH_RESPONSE_DUPLICATE_KEY'),
  )
})

test('TR05: prototype keys are dropped', () => {
  const token = read(
    json(
      '{"access_token":"A","token_type":"Bearer","__proto__":{"refresh_token":"evil"},"constructor":1,"prototype":2,"x":{"__proto__":1}}',
    ),
  )
  expect(Object.getOwnPropertyNames(token).sort()).toEqual(['access_token', 'token_type', 'x'])
  expect(token.refresh_token).toBeUndefined()
  expect(Object.getOwnPropertyNames(token['x'])).toEqual([])
  expect('refresh_token' in {}).toBe(false)
})

test.each([undefined, null, '', 1, {}, [], true].map((value) => [value]))('TR06, S27: no access token: %j', async (access_token) => {
  expect(await refusal(json({ ...good, access_token }))).toMatchObject(problem('OAUTH_RESPONSE_SHAPE'))
})

test.each(['a\r\nX-Evil: 1', 'a b', ' a', 'a\n', 'é', '\u0000', 'a\u007F', '\u2028'])(
  'TR07: header injection by token: %j',
  async (text) => {
    expect(await refusal(json({ ...good, access_token: text }))).toMatchObject(problem('OAUTH_RESPONSE_SHAPE'))
    expect(await refusal(json({ ...good, refresh_token: text }))).toMatchObject(problem('OAUTH_RESPONSE_SHAPE'))
    expect(await refusal(json({ ...good, id_token: text }))).toMatchObject(problem('OAUTH_RESPONSE_SHAPE'))
  },
)

describe('TR08: token_type', () => {
  test.each(['Bearer', 'bearer', 'bEaReR'])('%s is taken as it is spelt', (token_type) => {
    expect(read(json({ ...good, token_type })).token_type).toBe(token_type)
  })

  test.each([undefined, null, '', 'mac', 'N_A', 'DPoP', 'Bearer ', 7, ['Bearer']].map((value) => [value]))(
    'C19: %j is refused by name, whatever the error',
    async (token_type) => {
      expect(await refusal(json({ ...good, token_type }))).toMatchObject(problem('OAUTH_RESPONSE_TOKEN_TYPE'))
    },
  )
})

describe('TR10, S28, C18: expires_in', () => {
  test.each([
    [undefined, undefined],
    [null, undefined],
    [3600, NOW + 3600],
    ['3600', NOW + 3600],
    [0, NOW],
    ['0', NOW],
    [1.5, NOW + 1],
    [12.7, NOW + 12],
    [1e12, NOW + MAX_LIFETIME],
  ])('%j expires at %j', (expires_in, expected) => {
    const token = read(json({ ...good, expires_in }))
    expect(token.expires_at).toBe(expected)
    expect(token.expires_in ?? null).toBe(expires_in ?? null)
    expect('expires_at' in token).toBe(expected !== undefined)
  })

  test.each([-1, '-1', 'abc', '3600.5', '', {}, [], true].map((value) => [value]))('%j is refused', async (expires_in) => {
    expect(await refusal(json({ ...good, expires_in }))).toMatchObject(problem('OAUTH_RESPONSE_SHAPE'))
  })

  test.each(['1e308', '1e999', '-1e999'])('the JSON number %s is refused', async (number) => {
    expect(await refusal(json(`{"access_token":"A","token_type":"Bearer","expires_in":${number}}`))).toMatchObject(
      problem('OAUTH_RESPONSE_SHAPE'),
    )
  })

  test('NaN is no JSON', async () => {
    expect(await refusal(json('{"access_token":"A","token_type":"Bearer","expires_in":NaN}'))).toMatchObject(problem('OAUTH_RESPONSE_JSON'))
  })

  test('S28: expires_at of the server counts where it can be read', () => {
    expect(read(json({ ...good, expires_in: 60, expires_at: NOW + 7 })).expires_at).toBe(NOW + 7)
    expect(read(json({ ...good, expires_in: 60, expires_at: '2026-01-01' })).expires_at).toBe(NOW + 60)
  })
})

describe('TR11: scope', () => {
  test.each([
    [undefined, 'a b', 'a b'],
    [null, 'a b', 'a b'],
    ['', 'a b', ''],
    ['a', 'a b', 'a'],
    ['a b c', 'a b', 'a b c'],
    [undefined, undefined, undefined],
  ])('answered %j, asked %j: granted %j', (scope, asked, granted) => {
    expect(read(json({ ...good, scope }), {}, asked).scope).toBe(granted)
  })

  test.each([['a'], 7, {}].map((scope) => [scope]))('%j is refused', async (scope) => {
    expect(await refusal(json({ ...good, scope }))).toMatchObject(problem('OAUTH_RESPONSE_SHAPE'))
  })
})

test.each(['refresh_token', 'id_token'])('an optional %s that is null or empty is absent, of another type it is refused', async (name) => {
  for (const value of [null, '']) expect(read(json({ ...good, [name]: value }))).toEqual(good)
  for (const value of [7, {}]) expect(await refusal(json({ ...good, [name]: value }))).toMatchObject(problem('OAUTH_RESPONSE_SHAPE'))
})

test.each([null, ''])('an "error" of %j is none', (error) => {
  expect(read(json({ ...good, error }))).toMatchObject({ access_token: good.access_token })
})

test('TR18: cookies of the server are not part of the token', () => {
  expect(read(json(good, 200, { 'set-cookie': 'a=b' }))).toEqual(good)
})
