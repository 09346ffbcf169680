import { describe, expect, test } from 'vitest'
import { json, play } from '../../test/answers.js'
import { NOW, testEnvironment } from '../../test/environment.js'
import { CLAIMS, cacheWith, client, ISSUER, server } from '../../test/parties.js'
import { createSigner } from '../../test/signer.js'
import { formDecode } from '../http/form.js'
import { halfHash } from '../jose/half-hash.js'
import type { AuthorizationRequestOptions } from '../message/authorization-request.js'
import { type FinishOptions, finishAuthorization, startAuthorization } from './authorization-code.js'
import { createCache } from './cache.js'
import { finishFrontChannel } from './front-channel.js'

const environment = testEnvironment()
const signer = createSigner('RS256')
const redirectUri = 'https://app.example/cb'
const hash = (text: string) => halfHash(environment, 'RS256', text)

type Parts = Readonly<Record<string, string | undefined>>

/** A login of a response type, and what an honest server answers to it; a test may vary each part. */
async function login(responseType: string, start: Partial<AuthorizationRequestOptions> = {}) {
  const scope = responseType.includes('id_token') ? 'openid profile' : 'profile'
  const { value } = await play(startAuthorization(server, client, { environment, redirectUri, responseType, scope, ...start }))
  if (value === undefined) throw new Error('the login did not start')
  const { transaction } = value
  const words = responseType.split(' ')

  /** An ID token of this login, as it comes with the browser. */
  const idToken = async (claims: object = {}) =>
    signer.sign({
      ...CLAIMS,
      nonce: transaction.nonce,
      ...(words.includes('code') ? { c_hash: await hash('the-code') } : {}),
      ...(words.includes('token') ? { at_hash: await hash('front') } : {}),
      ...claims,
    })

  /** The parameters of the answer; `undefined` takes one away. */
  const parameters = async (different: Parts = {}, claims: object = {}): Promise<string> => {
    const honest: Parts = {
      state: transaction.state,
      ...(words.includes('code') ? { code: 'the-code' } : {}),
      ...(words.includes('token') ? { access_token: 'front', token_type: 'bearer', expires_in: '3600' } : {}),
      ...(words.includes('id_token') ? { id_token: await idToken(claims) } : {}),
      ...different,
    }
    return new URLSearchParams(Object.entries(honest).filter((pair): pair is [string, string] => pair[1] !== undefined)).toString()
  }

  const finish = (response: FinishOptions['response'], options: Partial<FinishOptions> = {}, metadata: object = {}) =>
    finishFrontChannel({ ...server, ...metadata }, client, {
      environment,
      keyCache: cacheWith([signer.jwk]),
      transaction,
      response,
      ...options,
    })

  /** The login, finished with an answer in the fragment whose parts differ, and then with a token answer. */
  const answered = async (different: Parts = {}, claims: object = {}, ...answers: Parameters<typeof json>[0][]) =>
    play(finish(`${redirectUri}#${await parameters(different, claims)}`), ...answers.map((body) => json(body)))

  /** What the token endpoint answers. */
  const tokens = (claims: object = {}, members: object = {}) => ({
    access_token: 'back',
    token_type: 'Bearer',
    refresh_token: 'refresh',
    ...(words.includes('id_token') ? { id_token: signer.sign({ ...CLAIMS, nonce: transaction.nonce, ...claims }) } : {}),
    ...members,
  })

  return { transaction, idToken, parameters, finish, answered, tokens }
}

const problem = (code: string) => ({ requests: [], error: { name: 'ProtocolError', code } })

describe('RFC 6749 §4.2.2: the implicit grant', () => {
  test('S31: an access token alone is read from the fragment, and nothing is sent', async () => {
    const { answered } = await login('token')
    expect(await answered({ scope: 'email', session_state: 'x' })).toEqual({
      requests: [],
      value: {
        token: {
          access_token: 'front',
          token_type: 'bearer',
          expires_in: 3600,
          expires_at: NOW + 3600,
          scope: 'email',
          session_state: 'x',
        },
      },
    })
  })

  test('RFC 6749 §4.2.2: without a scope, what was asked for was granted; without a lifetime none is known', async () => {
    const { answered } = await login('token')
    expect((await answered({ expires_in: undefined })).value).toEqual({
      token: { access_token: 'front', token_type: 'bearer', scope: 'profile' },
    })
  })

  test('TR05: a parameter that would reach into prototypes is left out, as a member of JSON would be', async () => {
    const { parameters, finish } = await login('token')
    const { value } = await play(finish(`#${await parameters()}&__proto__=x&constructor=y&prototype=z&own=1`))
    expect(Object.getOwnPropertyNames(value?.token)).toEqual(['own', 'access_token', 'token_type', 'scope', 'expires_in', 'expires_at'])
  })

  test('a server without keys and token endpoint will do, where no ID token comes', async () => {
    const manual = { issuer: ISSUER, authorization_endpoint: `${ISSUER}/a` }
    const { value } = await play(startAuthorization(manual, client, { environment, responseType: 'token' }))
    if (value === undefined) throw new Error('the login did not start')
    const response = `#access_token=A&token_type=Bearer&state=${value.state}`
    const flow = finishFrontChannel(manual, client, { environment, keyCache: createCache(), transaction: value.transaction, response })
    expect(await play(flow)).toMatchObject({ requests: [], value: { token: { access_token: 'A' } } })
  })

  test('OpenID Connect Core §3.2.2.8: with an ID token, that is verified; only its keys are asked for', async () => {
    const { finish, parameters, transaction } = await login('id_token token')
    const flow = finish(`#${await parameters()}`, { keyCache: createCache() })
    const { requests, value } = await play(flow, json({ keys: [signer.jwk] }))
    expect(requests.map(({ endpoint }) => endpoint)).toEqual(['jwks'])
    expect(value).toMatchObject({
      token: { access_token: 'front', id_token: expect.stringContaining('.') },
      claims: { sub: 'alice', nonce: transaction.nonce },
    })
  })

  test('OpenID Connect Core §3.2.2.5: an ID token alone brings claims and no token', async () => {
    const { answered } = await login('id_token')
    expect(await answered()).toEqual({ requests: [], value: { claims: expect.objectContaining({ sub: 'alice' }) } })
  })

  test('the words of the type may stand in any order', async () => {
    const { answered } = await login('token id_token')
    expect(await answered()).toMatchObject({ value: { token: { access_token: 'front' }, claims: { sub: 'alice' } } })
  })
})

describe('OpenID Connect Core §3.3: the hybrid flow', () => {
  test.each(['code id_token', 'code id_token token', 'token code id_token'])(
    '%s: the ID token is verified, then the code redeemed; what the token endpoint gave is kept',
    async (type) => {
      const { answered, tokens, transaction } = await login(type)
      const { requests, value } = await answered({}, {}, tokens({ email: 'a@b.example' }, { scope: 'openid' }))
      expect(requests.map(({ endpoint }) => endpoint)).toEqual(['token'])
      expect(Object.fromEntries(formDecode(requests[0]?.body ?? ''))).toEqual({
        grant_type: 'authorization_code',
        code: 'the-code',
        redirect_uri: redirectUri,
        code_verifier: transaction.code_verifier,
      })
      expect(value).toMatchObject({
        token: { access_token: 'back', refresh_token: 'refresh', scope: 'openid' },
        claims: { sub: 'alice', email: 'a@b.example' },
      })
    },
  )

  test('code token: both access tokens are the client’s, and the one of the token endpoint is kept', async () => {
    const { answered, tokens } = await login('code token')
    expect(await answered({}, {}, tokens())).toMatchObject({ value: { token: { access_token: 'back', scope: 'profile' } } })
  })

  test('where the token endpoint gives no ID token and the scope asked for none, the first one stays', async () => {
    const { answered, idToken, tokens } = await login('code id_token', { scope: 'profile' })
    const first = await idToken()
    const { value } = await answered({ id_token: first }, {}, { ...tokens(), id_token: undefined })
    expect(value).toMatchObject({ token: { access_token: 'back', id_token: first }, claims: { sub: 'alice' } })
  })

  test('OpenID Connect Core §3.3.3.3: with the scope openid the token endpoint has to give one, too', async () => {
    const { answered, tokens } = await login('code id_token')
    expect(await answered({}, {}, { ...tokens(), id_token: undefined })).toMatchObject({ error: { code: 'OAUTH_ID_TOKEN_MISSING' } })
  })

  test.each([
    ['another person', { sub: 'mallory' }, 'OAUTH_ID_TOKEN_SUB'],
    ['another issuer', { iss: 'https://evil.example' }, 'OAUTH_ID_TOKEN_ISS'],
    ['another nonce', { nonce: 'other' }, 'OAUTH_ID_TOKEN_NONCE'],
    ['no nonce', { nonce: undefined }, 'OAUTH_ID_TOKEN_NONCE'],
    ['an at_hash of the other access token', { at_hash: 'front' }, 'OAUTH_ID_TOKEN_AT_HASH'],
  ])('OpenID Connect Core §3.3.3.6: the ID token of the token endpoint with %s is refused', async (_what, claims, code) => {
    const { answered, tokens } = await login('code id_token token')
    const hashed = 'at_hash' in claims ? { at_hash: await hash('front') } : claims
    expect(await answered({}, {}, tokens(hashed))).toMatchObject({ error: { name: 'ProtocolError', code } })
  })
})

describe('ID19: what binds the ID token to the rest of the answer; the code is not redeemed', () => {
  test.each([
    ['code id_token', 'c_hash', 'OAUTH_ID_TOKEN_C_HASH'],
    ['code id_token token', 'c_hash', 'OAUTH_ID_TOKEN_C_HASH'],
    ['code id_token token', 'at_hash', 'OAUTH_ID_TOKEN_AT_HASH'],
    ['id_token token', 'at_hash', 'OAUTH_ID_TOKEN_AT_HASH'],
  ])('OpenID Connect Core §3.2.2.10, §3.3.2.11: %s without %s, and with a wrong one', async (type, claim, code) => {
    const { answered } = await login(type)
    for (const wrong of [undefined, null, '', 7, ['x'], await hash('other'), 'x'.repeat(22)])
      expect(await answered({}, { [claim]: wrong })).toMatchObject(problem(code))
  })

  test('neither is needed for what did not come: no at_hash with code id_token, no c_hash with id_token token', async () => {
    const hybrid = await login('code id_token')
    expect(await hybrid.answered({}, {}, hybrid.tokens())).toHaveProperty('value')
    const implicit = await login('id_token token')
    expect(await implicit.answered()).toHaveProperty('value')
  })

  test('FAPI 1.0 Part 2 §5.2.3.1: an s_hash is optional, and has to be right', async () => {
    const { answered, tokens, transaction } = await login('code id_token')
    expect(await answered({}, { s_hash: await hash(transaction.state) }, tokens())).toHaveProperty('value')
    for (const wrong of [await hash('other state'), 7, 'x'])
      expect(await answered({}, { s_hash: wrong })).toMatchObject(problem('OAUTH_ID_TOKEN_S_HASH'))
  })

  test.each([
    ['ES384', '6jN8cc0x0FY1ayrBcBsrBf2txOCCEzyZ'],
    ['EdDSA', 'HTTObVykerqRZD2qVRD3DIW1cfDyzZK4eg4cFUGoB1M'],
    ['RS256', '61RCcFlp3I2l36yPlljcaA'],
  ] as const)('B21: hashes are those of the algorithm of the ID token: %s of "AT" is %s', async (alg, right) => {
    const other = createSigner(alg)
    const { finish, parameters, transaction, tokens } = await login('code id_token token')
    const at = async (at_hash: string, c_hash: string) =>
      play(
        finish(
          `#${await parameters({ access_token: 'AT', code: 'AT', id_token: other.sign({ ...CLAIMS, nonce: transaction.nonce, at_hash, c_hash }) })}`,
          { keyCache: cacheWith([other.jwk]) },
          { id_token_signing_alg_values_supported: [alg] },
        ),
        json(tokens({}, { id_token: other.sign({ ...CLAIMS, nonce: transaction.nonce }) })),
      )
    expect(await at(right, right)).toHaveProperty('value')
    expect(await at(right, `_${right.slice(1)}`)).toMatchObject(problem('OAUTH_ID_TOKEN_C_HASH'))
    expect(await at(`_${right.slice(1)}`, right)).toMatchObject(problem('OAUTH_ID_TOKEN_AT_HASH'))
  })

  test.each([
    ['a wrong nonce', { nonce: 'other' }, 'OAUTH_ID_TOKEN_NONCE'],
    ['no nonce', { nonce: undefined }, 'OAUTH_ID_TOKEN_NONCE'],
    ['another issuer', { iss: 'https://evil.example' }, 'OAUTH_ID_TOKEN_ISS'],
    ['another audience', { aud: 'other' }, 'OAUTH_ID_TOKEN_AUD'],
    ['an age', { exp: NOW - 11 }, 'OAUTH_ID_TOKEN_EXP'],
  ])('%s', async (_what, claims, code) => {
    for (const type of ['id_token', 'id_token token', 'code id_token', 'code id_token token'])
      expect(await (await login(type)).answered({}, claims)).toMatchObject(problem(code))
  })

  test('a signature of another key', async () => {
    const { answered, transaction } = await login('code id_token')
    const forged = createSigner('RS256').sign({ ...CLAIMS, nonce: transaction.nonce, c_hash: await hash('the-code') })
    expect(await answered({ id_token: forged })).toMatchObject(problem('OAUTH_ID_TOKEN_SIG'))
  })

  test('ID17, ID18: max_age and an essential acr are asked of the first ID token too', async () => {
    const aged = await login('code id_token', { parameters: { max_age: 60 } })
    expect(await aged.answered({}, { auth_time: NOW - 80 })).toMatchObject(problem('OAUTH_ID_TOKEN_AUTH_TIME'))
    const strong = await login('code id_token', { claims: { id_token: { acr: { essential: true, value: 'high' } } } })
    expect(await strong.answered({}, { acr: 'low' })).toMatchObject(problem('OAUTH_ID_TOKEN_ACR'))
    expect(await strong.answered({}, { acr: 'high' }, strong.tokens({ acr: 'high' }))).toHaveProperty('value')
  })

  test('OpenID Connect Core §3.2.2.1: a nonce that was not kept is missed before anything is read', async () => {
    const { finish, parameters, transaction } = await login('id_token token')
    const { nonce: _lost, ...without } = transaction
    expect(await play(finish(`#${await parameters({}, { nonce: undefined })}`, { transaction: without }))).toMatchObject({
      requests: [],
      error: { name: 'UsageError', message: expect.stringContaining('nonce') },
    })
  })
})

describe('B23: exactly what the response type promises', () => {
  const TYPES = ['token', 'id_token', 'id_token token', 'code id_token', 'code token', 'code id_token token']
  const MISSING = { code: 'OAUTH_NO_CODE', access_token: 'OAUTH_NO_TOKEN', id_token: 'OAUTH_ID_TOKEN_MISSING' } as const
  const WORDS = { code: 'code', access_token: 'token', id_token: 'id_token' } as const
  const cases = TYPES.flatMap((type) => (Object.keys(MISSING) as (keyof typeof MISSING)[]).map((name) => [type, name] as const))

  test.each(cases.filter(([type, name]) => type.split(' ').includes(WORDS[name])))('AR16: %s without %s', async (type, name) => {
    const { answered } = await login(type)
    expect(await answered({ [name]: undefined })).toMatchObject(problem(MISSING[name]))
    expect(await answered({ [name]: '' })).toMatchObject(problem(MISSING[name]))
  })

  test.each(cases.filter(([type, name]) => !type.split(' ').includes(WORDS[name])))('AR17: %s with a %s too', async (type, name) => {
    expect(await (await login(type)).answered({ [name]: 'a.b.c' })).toMatchObject(problem('OAUTH_UNEXPECTED_TOKEN'))
  })

  test.each(TYPES)('RFC 6749 §4.2.2: %s with a refresh token', async (type) => {
    expect(await (await login(type)).answered({ refresh_token: 'r' })).toMatchObject(problem('OAUTH_UNEXPECTED_TOKEN'))
  })

  test.each([
    ['S32: no token_type', { token_type: undefined }, 'OAUTH_TOKEN_TYPE'],
    ['RFC 6749 §7.1: another token_type', { token_type: 'mac' }, 'OAUTH_TOKEN_TYPE'],
    ['a lifetime that is no number', { expires_in: 'soon' }, 'OAUTH_TOKEN_MALFORMED'],
    ['a negative lifetime', { expires_in: '-1' }, 'OAUTH_TOKEN_MALFORMED'],
    ['an access token that would break a header', { access_token: 'a\r\nb' }, 'OAUTH_TOKEN_MALFORMED'],
  ])('%s', async (_what, different, code) => {
    for (const type of ['token', 'code token']) expect(await (await login(type)).answered(different)).toMatchObject(problem(code))
  })

  test('what a URL says of its own expiry is not kept', async () => {
    const { value } = await (await login('token')).answered({ expires_in: undefined, expires_at: String(NOW + 1e9) })
    expect(value?.token).not.toHaveProperty('expires_at')
  })
})

describe('S32: duplicates, state, iss, error, in this order', () => {
  test.each(['state', 'access_token', 'id_token', 'token_type', 'expires_in', 'scope', 'error'])('AR14: %s twice', async (name) => {
    const { finish, parameters } = await login('id_token token')
    const response = `#${await parameters({ scope: 'a' })}&${name}=a&${name}=b`
    expect(await play(finish(response))).toMatchObject(problem('OAUTH_DUPLICATE_PARAM'))
  })

  test('AR03, AR04: another state, and none', async () => {
    const { answered } = await login('token')
    expect(await answered({ state: 'other' })).toMatchObject(problem('OAUTH_STATE_MISMATCH'))
    expect(await answered({ state: undefined })).toMatchObject(problem('OAUTH_STATE_MISSING'))
    expect(await answered({ state: undefined, error: 'access_denied' })).toMatchObject(problem('OAUTH_STATE_MISSING'))
  })

  test('AR09, AR10: another issuer; none where one was announced', async () => {
    const { answered, finish, parameters } = await login('code token')
    expect(await answered({ iss: 'https://evil.example' })).toMatchObject(problem('OAUTH_ISS_MISMATCH'))
    const announcing = finish(`#${await parameters()}`, {}, { authorization_response_iss_parameter_supported: true })
    expect(await play(announcing)).toMatchObject(problem('OAUTH_ISS_MISSING'))
  })

  test('RFC 9207 §1: beside an ID token, which names the issuer, "iss" may be missing; a wrong one is refused, and so is an empty ID token', async () => {
    const announced = { authorization_response_iss_parameter_supported: true }
    const { finish, parameters } = await login('id_token token')
    expect(await play(finish(`#${await parameters()}`, {}, announced))).toMatchObject({ value: { claims: { sub: 'alice' } } })
    const evil = { iss: 'https://evil.example' }
    expect(await play(finish(`#${await parameters(evil)}`, {}, announced))).toMatchObject(problem('OAUTH_ISS_MISMATCH'))
    expect(await play(finish(`#${await parameters({ id_token: '' })}`, {}, announced))).toMatchObject(problem('OAUTH_ISS_MISSING'))
    const error = { error: 'access_denied', id_token: undefined }
    expect(await play(finish(`#${await parameters(error)}`, {}, announced))).toMatchObject(problem('OAUTH_ISS_MISSING'))
  })

  test('C2: an error in the fragment is that error, whatever else is missing; its text shows no token', async () => {
    const { transaction, finish } = await login('id_token token')
    const error = `#error=access_denied&error_description=no+${transaction.nonce}&state=${transaction.state}`
    const { requests, error: thrown } = await play(finish(`${redirectUri}${error}`))
    expect(requests).toEqual([])
    expect(thrown).toMatchObject({ name: 'AuthorizationResponseError', error: 'access_denied', error_description: 'no [redacted]' })
  })

  test('AR15: an error beside tokens is the error; nothing is used', async () => {
    expect(await (await login('code token')).answered({ error: 'login_required' })).toMatchObject({
      requests: [],
      error: { name: 'AuthorizationResponseError', error: 'login_required' },
    })
  })

  test('AR06: after ten minutes', async () => {
    const { finish, parameters } = await login('token')
    const late = testEnvironment()
    late.time += 601
    expect(await play(finish(`#${await parameters()}`, { environment: late }))).toMatchObject(problem('OAUTH_TRANSACTION_EXPIRED'))
  })
})

describe('where the answer is', () => {
  test.each<[string, (parameters: string) => FinishOptions['response']]>([
    ['the whole URL', (parameters) => `${redirectUri}?tenant=a#${parameters}`],
    ['a URL', (parameters) => new URL(`${redirectUri}#${parameters}`)],
    ['a path', (parameters) => `/cb#${parameters}`],
    ['S31: the fragment', (parameters) => `#${parameters}`],
    ['the fragment without its sign', (parameters) => parameters],
    ['search parameters', (parameters) => new URLSearchParams(parameters)],
    ['pairs', (parameters) => formDecode(parameters)],
  ])('%s will do', async (_what, response) => {
    const { finish, parameters } = await login('token')
    expect(await play(finish(response(await parameters())))).toMatchObject({ value: { token: { access_token: 'front' } } })
  })

  test.each<[string, (parameters: string) => FinishOptions['response']]>([
    ['pairs', (parameters) => formDecode(parameters)],
    ['the body', (parameters) => parameters],
  ])('a form_post: %s will do', async (_what, response) => {
    const { finish, parameters, tokens } = await login('code id_token', { responseMode: 'form_post' })
    expect(await play(finish(response(await parameters())), json(tokens()))).toMatchObject({ value: { token: { access_token: 'back' } } })
  })

  test.each<[string, 'query' | 'fragment' | 'form_post' | undefined, string, (parameters: string) => string]>([
    ['tokens in the query', undefined, 'token', (parameters) => `${redirectUri}?${parameters}`],
    ['tokens in the query, an error in the fragment', undefined, 'token', (parameters) => `${redirectUri}?${parameters}#error=x&state=y`],
    ['tokens in the query where a form was asked for', 'form_post', 'token', (parameters) => `${redirectUri}?${parameters}`],
    ['tokens in the fragment where a form was asked for', 'form_post', 'token', (parameters) => `${redirectUri}#${parameters}`],
    ['a code in the fragment', undefined, 'code', (parameters) => `${redirectUri}#${parameters}`],
    ['a code in the query where the fragment was asked for', 'fragment', 'code', (parameters) => `${redirectUri}?${parameters}`],
    ['a second answer in the fragment', undefined, 'code', (parameters) => `${redirectUri}?${parameters}#access_token=x`],
    ['a second answer after bare parameters', undefined, 'code', (parameters) => `${parameters}#code=x`],
  ])('AR18: %s is another mode than was asked for', async (_what, responseMode, type, response) => {
    const { finish, parameters } = await login(type, { responseMode })
    expect(await play(finish(response(await parameters())))).toMatchObject(problem('OAUTH_MODE_MISMATCH'))
  })

  test.each<[string, 'query' | 'fragment' | 'form_post' | undefined, string, string]>([
    ['the query where the fragment was asked for', undefined, 'token', '?'],
    ['the query where a form was asked for', 'form_post', 'token', '?'],
    ['the fragment where the query was asked for', undefined, 'code', '#'],
  ])('RFC 6749 §4.2.2.1: an error alone in %s is the server’s own, once its state is checked', async (_what, responseMode, type, sign) => {
    const { finish, transaction } = await login(type, { responseMode })
    const answered = (state: string) => `${redirectUri}${sign}${new URLSearchParams({ error: 'unauthorized_client', state })}`
    expect(await play(finish(answered(transaction.state)))).toMatchObject({
      error: { name: 'AuthorizationResponseError', error: 'unauthorized_client' },
    })
    expect(await play(finish(answered('another')))).toMatchObject(problem('OAUTH_STATE_MISMATCH'))
    for (const more of ['code=x', 'access_token=x', 'id_token=x'])
      expect(await play(finish(`${answered(transaction.state)}&${more}`))).toMatchObject(problem('OAUTH_MODE_MISMATCH'))
  })

  test.each<[string, 'form_post' | undefined, string]>([
    ['a URL without a fragment', undefined, `${redirectUri}?tenant=a`],
    ['a URL with an empty one', undefined, `${redirectUri}#`],
    ['nothing', undefined, ''],
    ['a URL for a form', 'form_post', redirectUri],
  ])('%s is no answer, and says where it is to be had', async (_what, responseMode, response) => {
    const { finish } = await login('token', { responseMode })
    expect(await play(finish(response))).toMatchObject({
      requests: [],
      error: { name: 'UsageError', message: expect.stringMatching(responseMode === undefined ? /location\.href/ : /pairs of the form/) },
    })
  })

  test.each([undefined, null, { access_token: 'x' }, 7])('%j is none either', async (response) => {
    const { finish } = await login('token')
    expect(await play(finish(response as never))).toMatchObject({ requests: [], error: { name: 'UsageError' } })
  })
})

test('OpenID Connect Core §3.2.2.11: without a nonce no ID token of the browser is taken, whatever the quirks', async () => {
  const { parameters, transaction } = await login('id_token')
  const quirks = { nonceNotReturned: true }
  const finish = async (claims: object) =>
    finishFrontChannel(
      server,
      { ...client, quirks },
      { environment, keyCache: cacheWith([signer.jwk]), transaction, response: `${redirectUri}#${await parameters({}, claims)}` },
    )
  expect(await play(await finish({ nonce: undefined }))).toMatchObject({ error: { code: 'OAUTH_ID_TOKEN_NONCE' } })
  expect(await play(await finish({}))).toMatchObject({ value: { claims: { sub: 'alice' } } })
})

describe('a plain code', () => {
  test('S33, C3: is redeemed; "#_=_" after it does no harm', async () => {
    const { finish, parameters, tokens } = await login('code')
    for (const response of [`${redirectUri}?${await parameters()}#_=_`, `${await parameters()}#_=_`, formDecode(await parameters())])
      expect(await play(finish(response), json(tokens()))).toMatchObject({ value: { token: { access_token: 'back' } } })
  })

  test('C4: error_code is no code, and no error', async () => {
    const { finish, transaction } = await login('code')
    expect(await play(finish(`${redirectUri}?error_code=1&state=${transaction.state}`))).toMatchObject(problem('OAUTH_NO_CODE'))
  })

  test('in the fragment, where that was asked for', async () => {
    const { answered, tokens } = await login('code', { responseMode: 'fragment' })
    expect(await answered({}, {}, tokens())).toMatchObject({ value: { token: { access_token: 'back' } } })
  })
})

test.each(['token', 'code id_token', 'code token'])('finishAuthorization does not finish %s, and names what does', async (type) => {
  const { transaction, parameters } = await login(type)
  const response = `${redirectUri}?${await parameters()}`
  const flow = finishAuthorization(server, client, { environment, keyCache: createCache(), transaction, response })
  expect(await play(flow)).toMatchObject({
    requests: [],
    error: { name: 'UsageError', message: expect.stringContaining('finishFrontChannel') },
  })
})
