import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { answer, json, thrown } from '../../test/answers.js'
import { NOW } from '../../test/environment.js'
import type { OAuthEvent } from '../environment.js'
import { formRequest } from '../http/http-request.js'
import type { HttpResponse } from '../http/http-response.js'
import type { Quirks } from '../metadata/quirks.js'
import { tokenQuirks, withoutQuirks } from './token-quirks.js'
import { tokenResponse } from './token-response.js'

const request = formRequest('token', 'https://as.example/token', [['grant_type', 'authorization_code']])
const good = { access_token: 'A', token_type: 'Bearer' }

/** Reads an answer: the token, and the quirks that told of themselves. */
function read(response: HttpResponse, quirks?: Quirks) {
  const fired: (string | undefined)[] = []
  const environment = { emit: ({ quirk }: OAuthEvent) => void fired.push(quirk) }
  const fix = quirks && tokenQuirks(quirks, environment).responseHook
  const token = tokenResponse(fix === undefined ? response : fix(response), { request, now: NOW, quirks, environment })
  return { token, fired }
}
const refusal = (response: HttpResponse, quirks?: Quirks) => thrown(() => read(response, quirks))

/** Each quirk, an answer that needs it, the token that it makes, and how the answer is refused (or read) without. */
const CASES: readonly (readonly [title: string, quirks: Quirks, response: HttpResponse, token: object, without: object])[] = [
  [
    'S64: formEncodedTokenResponse, whatever its content type',
    { formEncodedTokenResponse: true },
    answer(200, 'access_token=A&token_type=Bearer&expires_in=60', { 'content-type': 'text/plain' }),
    { ...good, expires_in: '60', expires_at: NOW + 60 },
    { code: 'OAUTH_RESPONSE_CONTENT_TYPE' },
  ],
  ['C19: missingTokenType, absent', { missingTokenType: true }, json({ access_token: 'A' }), good, { code: 'OAUTH_RESPONSE_TOKEN_TYPE' }],
  [
    'C19: missingTokenType, null',
    { missingTokenType: true },
    json({ access_token: 'A', token_type: null }),
    good,
    { code: 'OAUTH_RESPONSE_TOKEN_TYPE' },
  ],
  [
    'S64: bearerTokenTypes, in any case',
    { bearerTokenTypes: ['User Access Token', 'Application Access Token'] },
    json({ ...good, token_type: 'user access token' }),
    good,
    { code: 'OAUTH_RESPONSE_TOKEN_TYPE' },
  ],
  [
    'S64: expiresInMember',
    { expiresInMember: 'expires' },
    json({ ...good, expires: 60 }),
    { ...good, expires_in: 60, expires_at: NOW + 60 },
    { token: { ...good, expires: 60 } },
  ],
  [
    'C18: expiresInZero',
    { expiresInZero: true },
    json({ ...good, expires_in: 0 }),
    good,
    { token: { ...good, expires_in: 0, expires_at: NOW } },
  ],
  ['C18: expiresInZero, as a text', { expiresInZero: true }, json({ ...good, expires_in: '0' }), good, { token: { expires_at: NOW } }],
  [
    'S64: scopeDelimiter, when reading',
    { scopeDelimiter: ',' },
    json({ ...good, scope: 'read,activity:write, b' }),
    { ...good, scope: 'read activity:write b' },
    { token: { scope: 'read,activity:write, b' } },
  ],
  [
    'C17: scopeList',
    { scopeList: true },
    json({ ...good, scope: ['user:read:email', 'b'] }),
    { ...good, scope: 'user:read:email b' },
    { code: 'OAUTH_RESPONSE_SHAPE' },
  ],
  [
    'S64: camelCaseMembers',
    { camelCaseMembers: true },
    json({ accessToken: 'A', tokenType: 'Bearer', refreshToken: 'R', expiresIn: 60, userName: 'u' }),
    { ...good, refresh_token: 'R', expires_in: 60, expires_at: NOW + 60, user_name: 'u' },
    { code: 'OAUTH_RESPONSE_SHAPE' },
  ],
  ['S27: acceptTokenStatus', { acceptTokenStatus: [201] }, json(good, 201), good, { code: 'OAUTH_RESPONSE_STATUS' }],
  [
    'TR02: anyContentType',
    { anyContentType: true },
    answer(200, JSON.stringify(good), { 'content-type': 'text/html' }),
    good,
    { code: 'OAUTH_RESPONSE_CONTENT_TYPE' },
  ],
]

describe.each(CASES)('%s', (_title, quirks, response, token, without) => {
  test('is read, and tells of itself', () => {
    expect(read(response, quirks)).toEqual({ token, fired: Object.keys(quirks) })
  })

  test('is not read without it', async () => {
    if ('code' in without) expect(await refusal(response)).toMatchObject({ name: 'ResponseError', ...without })
    else expect(read(response)).toMatchObject(without)
  })

  test('says nothing where the server keeps to the standard', () => {
    expect(read(json(good), quirks)).toEqual({ token: good, fired: [] })
  })
})

test("S64: Stack Exchange's answer: form-encoded, without a type, its lifetime under another name", () => {
  const response = answer(200, 'access_token=A&expires=86400', { 'content-type': 'application/x-www-form-urlencoded' })
  const quirks = { formEncodedTokenResponse: true, missingTokenType: true, expiresInMember: 'expires' }
  expect(read(response, quirks)).toEqual({
    token: { ...good, expires_in: '86400', expires_at: NOW + 86_400 },
    fired: ['formEncodedTokenResponse', 'expiresInMember', 'missingTokenType'],
  })
})

test('S64: a list of scopes and a type of its own together, in any order of the quirks', () => {
  const quirks = { scopeDelimiter: ',', scopeList: true, bearerTokenTypes: ['x'], camelCaseMembers: true }
  const { token, fired } = read(json({ accessToken: 'A', token_type: 'X', scope: ['a', 'b,c'] }), quirks)
  expect(token).toEqual({ ...good, scope: 'a b c' })
  expect(fired).toEqual(['camelCaseMembers', 'bearerTokenTypes', 'scopeList', 'scopeDelimiter'])
})

describe('TR01: errorWithStatus200', () => {
  test.each([
    [{ error: 'invalid_code' }],
    [{ ok: false, error: 'invalid_code' }],
    [{ ok: false, error: 'invalid_code', access_token: 'A' }],
  ])('%j is the error it is', async (body) => {
    expect(await refusal(json(body), { errorWithStatus200: true })).toMatchObject({
      name: 'EndpointError',
      error: 'invalid_code',
      status: 200,
    })
    expect(await refusal(json(body))).toMatchObject({ code: 'OAUTH_RESPONSE_SHAPE' })
  })

  test('{"ok": false} alone is no token either', async () => {
    expect(await refusal(json({ ok: false }), { errorWithStatus200: true })).toMatchObject({ code: 'OAUTH_RESPONSE_SHAPE' })
  })
})

describe('S64: a form-encoded answer is held to what JSON is', () => {
  const form = (body: string, status = 200) => answer(status, body, { 'content-type': 'application/x-www-form-urlencoded' })
  const quirks = { formEncodedTokenResponse: true }

  test('TR04: a member that is there twice', async () => {
    expect(await refusal(form('access_token=good&token_type=Bearer&access_token=evil'), quirks)).toMatchObject({
      code: 'OAUTH_RESPONSE_DUPLICATE_KEY',
    })
  })

  test('an error, with status 400 too', async () => {
    const error = { name: 'EndpointError', error: 'invalid_grant', error_description: 'spent', status: 400 }
    expect(await refusal(form('error=invalid_grant&error_description=spent', 400), quirks)).toMatchObject(error)
  })

  test('a page of a proxy is no token', async () => {
    expect(await refusal(answer(200, '<html>a&amp;b=c</html>', { 'content-type': 'text/html' }), quirks)).toMatchObject({
      code: 'OAUTH_RESPONSE_SHAPE',
    })
    expect(await refusal(answer(502, '<html>a&amp;b=c</html>', { 'content-type': 'text/html' }), quirks)).toMatchObject({
      code: 'OAUTH_RESPONSE_STATUS',
    })
  })

  test('JSON stays JSON', () => {
    expect(read(json(good), quirks)).toEqual({ token: good, fired: [] })
  })
})

describe('what the server says by its right name stays', () => {
  test('C18: expires_in beside a member that is to be read as such', () => {
    const { token } = read(json({ ...good, expires_in: 60, expires: 1_900_000_000 }), { expiresInMember: 'expires' })
    expect(token).toMatchObject({ expires_in: 60, expires: 1_900_000_000 })
  })

  test('C19: access_token beside accessToken', () => {
    expect(read(json({ ...good, accessToken: 'B' }), { camelCaseMembers: true })).toEqual({
      token: { ...good, accessToken: 'B' },
      fired: [],
    })
  })

  test('C19: a type that is not listed is refused as ever', async () => {
    expect(await refusal(json({ ...good, token_type: 'DPoP' }), { bearerTokenTypes: ['mac'], missingTokenType: true })).toMatchObject({
      code: 'OAUTH_RESPONSE_TOKEN_TYPE',
    })
  })

  test('C17: a list of something else than scopes', async () => {
    expect(await refusal(json({ ...good, scope: ['a', 1] }), { scopeList: true })).toMatchObject({ code: 'OAUTH_RESPONSE_SHAPE' })
  })
})

describe('B37: properties', () => {
  const ALL: Quirks = {
    camelCaseMembers: true,
    expiresInMember: 'expires',
    expiresInZero: true,
    missingTokenType: true,
    bearerTokenTypes: ['mac'],
    scopeList: true,
    scopeDelimiter: ',',
  }
  const words = fc.array(fc.stringMatching(/^[a-z:]{1,8}$/), { minLength: 1 }).map((list) => list.join(' '))

  test('a standard answer is the same object, and nothing fires', () => {
    const standard = fc.record({
      access_token: fc.string(),
      token_type: fc.constantFrom('Bearer', 'bearer'),
      expires_in: fc.nat().map((n) => n + 1),
      scope: words,
    })
    fc.assert(
      fc.property(standard, (body) => {
        const fired: string[] = []
        return withoutQuirks(body, ALL, (name) => void fired.push(name)) === body && fired.length === 0
      }),
    )
  })

  test('any answer: what is not of the standard stays, nothing is changed in place, and twice is as once', () => {
    const own = { ...JSON.parse('{"own":1}') }
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue() as fc.Arbitrary<never>), (any) => {
        const body = Object.freeze({ ...any, ...own })
        const once = withoutQuirks(body, ALL, () => undefined)
        expect(once).toMatchObject(own)
        expect(withoutQuirks(once, ALL, () => undefined)).toEqual(once)
      }),
    )
  })
})
