import { describe, expect, test } from 'vitest'
import { thrown } from '../../test/answers.js'
import { browserEnvironment, NOW, testEnvironment } from '../../test/environment.js'
import { CLAIMS, ISSUER } from '../../test/parties.js'
import { createSigner } from '../../test/signer.js'
import { halfHash } from '../jose/half-hash.js'
import type { ClaimRequest } from '../transaction/claims-request.js'
import { type IdTokenExpectation, validateIdToken } from './id-token.js'
import { decodeIdToken } from './id-token-header.js'

const environment = testEnvironment()
const signer = createSigner('RS256')
const expected: IdTokenExpectation = { issuer: ISSUER, clientId: 'client', now: NOW, nonce: 'nonce' }

/** Claims that differ from good ones; `undefined` takes a claim away. */
const validate = async (claims: object = {}, expectation: Partial<IdTokenExpectation> = {}) =>
  validateIdToken(environment, decodeIdToken(signer.sign({ ...CLAIMS, ...claims }), { issuer: ISSUER }, undefined), {
    ...expected,
    ...expectation,
  })

async function refused(claims: object, expectation: Partial<IdTokenExpectation> = {}) {
  const error = await thrown(() => validate(claims, expectation))
  expect(error).toMatchObject({ name: 'ProtocolError', reference: expect.stringMatching(/^(OpenID Connect Core|RFC \d+) §/) })
  return (error as { code: string }).code
}

test('good claims are returned as they are, unknown ones included', async () => {
  const claims = { ...CLAIMS, azp: 'client', nbf: NOW, auth_time: NOW - 5, email: 'a@b.example', 'https://own': { a: [1] } }
  expect(await validate(claims)).toEqual(claims)
})

describe('ID07: issuer', () => {
  test.each(['https://evil.example', undefined, `${ISSUER}/`, 'https://AS.example', [ISSUER], null, ''].map((value) => [value]))(
    '%j',
    async (iss) => {
      expect(await refused({ iss })).toBe('OAUTH_ID_TOKEN_ISS')
    },
  )
})

describe('ID09: audience', () => {
  test.each(['client', ['client'], ['client', 'client']].map((value) => [value]))('%j is taken', async (aud) => {
    expect(await validate({ aud })).toMatchObject({ aud })
  })

  test.each(
    ['other', undefined, null, '', [], ['client', 'evil'], ['evil', 'client'], ['other'], [['client']], { client: true }, 'client '].map(
      (value) => [value],
    ),
  )('%j', async (aud) => {
    expect(await refused({ aud })).toBe('OAUTH_ID_TOKEN_AUD')
  })

  test.each(
    [
      ['client', 'account'],
      ['account', 'client', 'api'],
      ['client', 'client', 'api'],
    ].map((value) => [value]),
  )('OpenID Connect Core §3.1.3.7 step 3: %j is taken where the others are trusted', async (aud) => {
    expect(await validate({ aud }, { trustedAudiences: ['account', 'api'] })).toMatchObject({ aud })
  })

  test.each(
    [
      ['account'],
      'account',
      [],
      ['client', 'evil'],
      ['client', 'account', 'evil'],
      ['client', 'Account'],
      ['client', ['account']],
      ['client', null],
    ].map((value) => [value]),
  )('trusted others stand for nobody else, and not for the client: %j', async (aud) => {
    expect(await refused({ aud }, { trustedAudiences: ['account'] })).toBe('OAUTH_ID_TOKEN_AUD')
  })

  test.each(['other', []].map((value) => [value]))('C6: %j is refused although azp is this client', async (aud) => {
    expect(await refused({ aud, azp: 'client' })).toBe('OAUTH_ID_TOKEN_AUD')
  })
})

test.each(['evil', ' ', ['client'], 7, false, 0].map((value) => [value]))('ID10: azp %j with a single aud', async (azp) => {
  expect(await refused({ azp })).toBe('OAUTH_ID_TOKEN_AZP')
  expect(await refused({ azp, aud: ['client', 'api'] }, { trustedAudiences: ['api'] })).toBe('OAUTH_ID_TOKEN_AZP')
})

test.each([null, '', undefined, 'client'])('OpenID Connect Core §2: azp is optional: %j is taken', async (azp) => {
  expect(await validate({ azp })).toMatchObject({ sub: 'alice' })
})

describe('a message says what was found, and what to do', () => {
  const message = async (claims: object, expectation: Partial<IdTokenExpectation> = {}) =>
    String(await thrown(() => validate(claims, expectation)))

  test.each([
    [{ iss: `${ISSUER}/` }, `"iss" is "${ISSUER}/", not "${ISSUER}"`],
    [{ iss: undefined }, '"iss" is absent'],
    [{ aud: 'other' }, 'not for this client: "aud" is "other", not "client"'],
    [{ aud: [] }, '"aud" is an empty list'],
    [{ aud: { client: true } }, '"aud" is no text'],
    [{ aud: ['client', 'account', ['x']] }, '"aud" names "account", no text beside this client'],
    [{ aud: ['client', 'account'] }, 'option "trustedAudiences"'],
    [{ azp: 'other' }, '"azp" is "other", not "client"'],
    [{ nonce: undefined }, 'has no "nonce" though one was sent'],
    [{ nonce: '' }, 'has no "nonce" though one was sent'],
    [{ nonce: 'other' }, 'the "nonce" of another login'],
  ])('%j: %s', async (claims, text) => {
    expect(await message(claims)).toContain(text)
  })

  test('a server without an issuer', async () => {
    expect(await message({}, { issuer: undefined })).toContain('its metadata has no "issuer"')
  })

  test('AR22: what was found is cut, freed of controls and markup, and few', async () => {
    const text = `<b>\r\n[lib] audit: ok\u202E${'x'.repeat(10_000)}`
    for (const claims of [{ iss: text }, { aud: text }, { azp: text }, { aud: ['client', ...Array.from({ length: 1000 }, () => text)] }]) {
      const found = await message(claims)
      expect(found).not.toMatch(/[<\p{Cc}\p{Cf}]/u)
      expect(found.length).toBeLessThan(2500)
    }
    expect(await message({ aud: ['client', '1', '2', '3', '4', '5', '6', '7'] })).toContain('"5" and 2 more beside')
  })

  test('LG01: the access token and the nonce of the login are not shown, wherever a server puts them', async () => {
    const secrets = { accessToken: 'canary-at', nonce: 'canary-nonce' }
    for (const claims of [{ iss: 'canary-at' }, { aud: ['client', 'x canary-nonce'] }, { aud: 'canary-at' }, { azp: 'canary-nonce' }]) {
      expect(await message({ ...claims, nonce: secrets.nonce }, secrets)).not.toContain('canary')
    }
  })
})

describe('ID11, B19: exp', () => {
  test.each([undefined, NOW - 300, NOW - 10, String(NOW + 300), 1e300, -1, 0, null, true, {}])('%j', async (exp) => {
    expect(await refused({ exp })).toBe('OAUTH_ID_TOKEN_EXP')
  })

  test.each([NOW - 9, NOW + 300])('%j is within 10 s of skew', async (exp) => {
    expect(await validate({ exp })).toMatchObject({ exp })
  })
})

describe('ID12, B19: iat', () => {
  test.each([undefined, NOW - 7 * 86_400, NOW - 86_401, NOW + 11, NOW + 315_360_000, String(NOW), -1, 1e300])('%j', async (iat) => {
    expect(await refused({ iat })).toBe('OAUTH_ID_TOKEN_IAT')
  })

  test.each([NOW + 10, NOW - 86_400, NOW - 3600, NOW + 0.5])('%j is taken', async (iat) => {
    expect(await validate({ iat })).toMatchObject({ iat })
  })

  test('skew: 60 s at most, whatever is asked for; less when told', async () => {
    expect(await validate({ iat: NOW + 60 }, { clockTolerance: 60 })).toMatchObject({ iat: NOW + 60 })
    for (const clockTolerance of [60, 61, 3600, Number.POSITIVE_INFINITY, Number.NaN]) {
      expect(await refused({ iat: NOW + 61 }, { clockTolerance })).toBe('OAUTH_ID_TOKEN_IAT')
      expect(await refused({ exp: NOW - 61 }, { clockTolerance })).toBe('OAUTH_ID_TOKEN_EXP')
    }
    expect(await refused({ iat: NOW + 1 }, { clockTolerance: 0 })).toBe('OAUTH_ID_TOKEN_IAT')
  })

  test('F23: a message about a date says how far off it is, and "clock"', async () => {
    expect(await thrown(() => validate({ iat: NOW + 3600 }))).toMatchObject({
      message: expect.stringMatching(/3600 s in the future.*clock/),
    })
    expect(await thrown(() => validate({ exp: NOW - 3600 }))).toMatchObject({ message: expect.stringMatching(/3600 s ago.*clock/) })
  })
})

test('nbf 0, as servers write it that do not use it, is taken', async () => {
  expect(await validate({ nbf: 0 })).toMatchObject({ nbf: 0 })
})

test.each([NOW + 3600, NOW + 11, 'now', null, -1])('ID13: nbf %j', async (nbf) => {
  expect(await refused({ nbf })).toBe('OAUTH_ID_TOKEN_NBF')
})

describe('ID14, B20: nonce', () => {
  test.each([
    ['wrong', 'other', 'nonce'],
    ['missing when sent', undefined, 'nonce'],
    ['empty when sent', '', 'nonce'],
    ['a list when sent', ['nonce'], 'nonce'],
    ['present when not sent', 'nonce', undefined],
  ])('%s', async (_name, nonce, sent) => {
    expect(await refused({ nonce }, { nonce: sent })).toBe('OAUTH_ID_TOKEN_NONCE')
  })

  test('present when none was expected: the message says how to pass it', async () => {
    await expect(validate({ nonce: 'nonce' }, { nonce: undefined })).rejects.toThrow(
      /has a "nonce", and none was expected.*pass it too: \{ nonce \}/,
    )
  })

  test('absent when not sent is right', async () => {
    expect(await validate({ nonce: undefined }, { nonce: undefined })).not.toHaveProperty('nonce')
  })
})

test.each([undefined, '', 7, 'x'.repeat(300), 'x'.repeat(256), null, ['alice']].map((value) => [value]))('ID16: sub %j', async (sub) => {
  expect(await refused({ sub })).toBe('OAUTH_ID_TOKEN_SUB')
})

test('ID16: 255 characters are a sub', async () => {
  expect(await validate({ sub: 'x'.repeat(255) })).toMatchObject({ sub: 'x'.repeat(255) })
})

describe('ID17, B20: auth_time', () => {
  test.each([
    [300, undefined],
    [0, undefined],
    [300, NOW - 311],
    [0, NOW - 11],
    [300, String(NOW)],
    [undefined, 'yesterday'],
    [undefined, -1],
    [300, null],
  ])('max_age %j, auth_time %j', async (maxAge, auth_time) => {
    expect(await refused({ auth_time }, { maxAge })).toBe('OAUTH_ID_TOKEN_AUTH_TIME')
  })

  test.each([
    [300, NOW - 310],
    [0, NOW - 10],
    [0, NOW],
    [undefined, NOW - 1e6],
    [undefined, 0],
    [undefined, null],
  ])('max_age %j, auth_time %j is taken', async (maxAge, auth_time) => {
    expect(await validate({ auth_time }, { maxAge })).toMatchObject({ auth_time })
  })
})

describe('TR16, B20: at_hash', () => {
  test('right: taken, with synchronous hashes and without', async () => {
    const at_hash = await halfHash(environment, 'RS256', 'the token')
    expect(await validate({ at_hash }, { accessToken: 'the token' })).toMatchObject({ at_hash })
    const jws = decodeIdToken(signer.sign({ ...CLAIMS, at_hash }), { issuer: ISSUER }, undefined)
    expect(await validateIdToken(browserEnvironment(), jws, { ...expected, accessToken: 'the token' })).toMatchObject({ at_hash })
  })

  test.each(['AAAAAAAAAAAAAAAAAAAAAA', ' ', 7, 0, false, ['x']].map((value) => [value]))('%j is wrong: refused', async (at_hash) => {
    expect(await refused({ at_hash }, { accessToken: 'the token' })).toBe('OAUTH_ID_TOKEN_AT_HASH')
  })

  test.each([undefined, null, ''])('OpenID Connect Core §3.1.3.6: optional in the code flow: %j is taken', async (at_hash) => {
    expect(await validate({ at_hash }, { accessToken: 'the token' })).toMatchObject({ sub: 'alice' })
  })

  test('TR17: unknown hash algorithm: fails closed', async () => {
    const jws = decodeIdToken(signer.sign({ ...CLAIMS, at_hash: '61RCcFlp3I2l36yPlljcaA' }), { issuer: ISSUER }, undefined)
    const unknown = { ...jws, header: { ...jws.header, alg: 'ES256K' } }
    expect(await thrown(() => validateIdToken(environment, unknown, { ...expected, accessToken: 'AT' }))).toMatchObject({
      code: 'OAUTH_ID_TOKEN_AT_HASH',
    })
  })
})

describe('ID18: acr', () => {
  const asked = (request: ClaimRequest | null) => ({ claims: { acr: request } })

  test.each([
    ['the value asked for', { essential: true, value: 'high' }, 'high'],
    ['one of the values asked for', { essential: true, values: ['higher', 'high'] }, 'high'],
    ['any, where none was named', { essential: true }, 'low'],
    ['another one, where it was a wish', { values: ['high'] }, 'low'],
    ['none, where it was a wish', null, undefined],
  ] as const)('%s is taken', async (_what, request, acr) => {
    expect(await validate({ acr }, asked(request))).toMatchObject({ sub: 'alice' })
  })

  test.each([
    ['a weaker one', { essential: true, value: 'high' }, 'low'],
    ['a weaker one, of several that would do', { essential: true, values: ['higher', 'high'] }, 'low'],
    ['none', { essential: true, values: ['high'] }, undefined],
    ['none, where any would do', { essential: true }, undefined],
    ['an empty one', { essential: true }, ''],
    ['null', { essential: true }, null],
    ['one that only begins the same', { essential: true, value: 'high' }, 'high2'],
    ['another spelling', { essential: true, value: 'high' }, 'High'],
    ['a number for a text', { essential: true, value: '2' }, 2],
    ['any, where no value would do', { essential: true, values: [] }, 'high'],
  ] as const)('OpenID Connect Core §5.5.1.1: %s, where it was essential, is refused', async (_what, request, acr) => {
    expect(await refused({ acr }, asked(request))).toBe('OAUTH_ID_TOKEN_ACR')
  })
})

describe('B22: claims that were asked for', () => {
  test.each([
    ['an essential one with its value', { tier: { essential: true, value: 2 } }, { tier: 2 }],
    ['a list of which one will do', { groups: { essential: true, values: ['admin', 'staff'] } }, { groups: ['guest', 'staff'] }],
    ['OpenID Connect Core §5.5.1: an essential one without values, left out', { email: { essential: true } }, {}],
    ['a wish that is not granted', { tier: { value: 2 } }, { tier: 1 }],
    ['the subject that was asked for', { sub: { value: 'alice' } }, {}],
    ['an empty value, where none was named', { email: { essential: true } }, { email: '' }],
    ['no wish at all', {}, {}],
  ])('%s: taken', async (_what, requested, claims) => {
    expect(await validate(claims, { claims: requested })).toMatchObject({ sub: 'alice' })
  })

  test.each([
    ['another value', { tier: { essential: true, value: 2 } }, { tier: 1 }],
    ['an empty value, where one was named', { tier: { essential: true, value: 'gold' } }, { tier: '' }],
    ['the value left out', { tier: { essential: true, values: [1, 2] } }, {}],
    ['a list without any of them', { groups: { essential: true, values: ['admin'] } }, { groups: ['guest'] }],
    ['an empty list', { groups: { essential: true, values: ['admin'] } }, { groups: [] }],
    ['OpenID Connect Core §5.5.1: somebody else than asked for, essential or not', { sub: { value: 'bob' } }, {}],
  ])('%s: refused', async (_what, requested, claims) => {
    expect(await refused(claims, { claims: requested })).toBe('OAUTH_ID_TOKEN_CLAIM')
  })

  test.each([
    ['another claim, which is as it was asked for', { tier: { essential: true, value: 2 } }],
    ['the issuer itself, by the value that came', { iss: { essential: true, value: 'https://evil.example' } }],
    ['nothing', {}],
  ])('C8, ID07: another issuer is refused, though the request asked for %s', async (_what, requested) => {
    expect(await refused({ iss: 'https://evil.example', tier: 2 }, { claims: requested })).toBe('OAUTH_ID_TOKEN_ISS')
  })
})

describe('B18: the header (OpenID Connect Core §3.1.3.7 steps 6 to 8)', () => {
  const header = (members: object, metadata: object = {}, registered?: string) =>
    thrown(() => decodeIdToken(signer.sign({ ...CLAIMS }, members as never), { issuer: ISSUER, ...metadata }, registered))

  test.each(['none', 'None', 'NONE', '', 'HS256', 'ES256K', 'rs256', 'toString'])(
    'ID02, C7: alg %j is refused although the server announces it',
    async (alg) => {
      expect(await header({ alg }, { id_token_signing_alg_values_supported: [alg, 'RS256'] })).toMatchObject({ code: 'OAUTH_ID_TOKEN_ALG' })
      if (alg !== 'HS256') expect(await header({ alg }, {}, alg)).toMatchObject({ code: 'OAUTH_ID_TOKEN_ALG' })
    },
  )

  test('ID04: RS256 where PS256 or ES256 is registered', async () => {
    for (const registered of ['PS256', 'ES256']) {
      const metadata = { id_token_signing_alg_values_supported: ['RS256', registered] }
      expect(await header({}, metadata, registered)).toMatchObject({
        code: 'OAUTH_ID_TOKEN_ALG',
        reference: 'OpenID Connect Core §3.1.3.7 step 7',
      })
    }
  })

  test('ID04: only RS256 without announcement, only what is announced with one', async () => {
    expect(await header({ alg: 'ES256' })).toMatchObject({ code: 'OAUTH_ID_TOKEN_ALG' })
    expect(await header({}, { id_token_signing_alg_values_supported: ['ES256'] })).toMatchObject({ code: 'OAUTH_ID_TOKEN_ALG' })
    expect(decodeIdToken(signer.sign(CLAIMS), { id_token_signing_alg_values_supported: ['ES256', 'RS256'] }, undefined).header.alg).toBe(
      'RS256',
    )
  })

  test.each([
    ['HS256', {}, undefined, /signed with HS256.*symmetric.*announces RS256.*registered for HS256.*"idTokenSignedResponseAlg"/],
    ['HS256', { id_token_signing_alg_values_supported: ['HS256'] }, undefined, /symmetric.*announces none that a published key verifies/],
    ['ES256K', {}, undefined, /ES256K, whose curve secp256k1.*announces RS256/],
    ['none', {}, undefined, /not signed/],
    ['ES256', {}, undefined, /signed with ES256.*announces RS256.*registered for ES256.*"idTokenSignedResponseAlg"/],
    ['RS256', {}, 'PS256', /signed with RS256.*"idTokenSignedResponseAlg" allows PS256/],
    ['<script>', {}, undefined, /signed with unreadable/],
    ['ES256', { id_token_signing_alg_values_supported: Array.from({ length: 9999 }, () => 'RS256') }, undefined, /announces RS256\./],
  ])('a message about alg %j names what was found, what is allowed and what to do', async (alg, metadata, registered, text) => {
    const error = await header({ alg }, metadata, registered)
    expect(error).toMatchObject({ code: 'OAUTH_ID_TOKEN_ALG', message: expect.stringMatching(text) })
    expect((error as Error).message.length).toBeLessThan(500)
  })

  test.each([[['bork']], [['b64']], [[]], ['x'], [null]])('ID06: crit %j', async (crit) => {
    expect(await header({ crit, b64: false })).toMatchObject({ code: 'OAUTH_ID_TOKEN_CRIT', reference: 'RFC 7515 §4.1.11' })
  })

  test.each(
    ['at+jwt', 'logout+jwt', 'dpop+jwt', 'oauth-authz-req+jwt', 'application/at+jwt', '', 7, null, ['JWT']].map((value) => [value]),
  )('ID20: typ %j is a token of another kind', async (typ) => {
    expect(await header({ typ })).toMatchObject({ code: 'OAUTH_ID_TOKEN_TYP', reference: 'RFC 8725 §3.11' })
  })

  test.each(['JWT', 'jwt', undefined])('ID20: typ %j is taken', (typ) => {
    expect(decodeIdToken(signer.sign(CLAIMS, { typ }), {}, undefined).payload['sub']).toBe('alice')
  })

  test.each([
    ['nothing', ''],
    ['two parts', 'a.b'],
    ['1e6 dots', '.'.repeat(1e6)],
    ['four parts', 'a.b.c.d'],
    ['five parts of something else', 'a.b.c.d.='],
    ['five parts without a header', '.b.c.d.e'],
    ['five parts that are too long', `a.b.c.d.${'e'.repeat(1e6)}`],
    ['six parts', 'a.b.c.d.e.f'],
    ['alg twice', signer.raw('{"alg":"RS256","alg":"none"}', '{}')],
    ['sub twice', signer.raw('{"alg":"RS256"}', '{"sub":"good","sub":"evil"}')],
  ])('ID21, ID22: %s', async (_name, compact) => {
    expect(await thrown(() => decodeIdToken(compact, {}, undefined))).toMatchObject({
      code: 'OAUTH_ID_TOKEN_MALFORMED',
      reference: 'RFC 7515 §7.1',
    })
  })
})
