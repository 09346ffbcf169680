import { describe, expect, test } from 'vitest'
import { thrown } from '../../test/answers.js'
import { browserEnvironment, NOW, testEnvironment } from '../../test/environment.js'
import { client, ISSUER, server } from '../../test/parties.js'
import { isAuthorizationTransaction } from '../transaction/authorization-transaction.js'
import { type AuthorizationRequestOptions, authorizationRequest, hasScope, scopeText } from './authorization-request.js'

const environment = testEnvironment()
const VERIFIER = 'v'.repeat(43)
const CHALLENGE = '7w_YNF9DSfIdPf_pRjSq646_kPr-2-o9NAl16JGghdM'

const start = (options: Partial<AuthorizationRequestOptions> = {}, metadata: object = {}) =>
  authorizationRequest({ ...server, ...metadata }, client, { environment, ...options })

async function query(
  options: Partial<AuthorizationRequestOptions> = {},
  metadata: object = {},
): Promise<readonly (readonly [string, string])[]> {
  return [...new URL((await start(options, metadata)).url).searchParams]
}

/** Values of one parameter, in order. */
async function sent(name: string, options: Partial<AuthorizationRequestOptions> = {}, metadata: object = {}): Promise<readonly string[]> {
  return (await query(options, metadata)).filter((pair) => pair[0] === name).map(([, value]) => value)
}

test('RFC 9126 §5: a server that takes pushed requests alone is told apart before the browser is sent there in vain', async () => {
  expect(await thrown(() => start({}, { require_pushed_authorization_requests: true }))).toMatchObject({
    code: 'OAUTH_USAGE',
    message: expect.stringMatching(/require_pushed_authorization_requests.*not offered yet/),
  })
  expect(await sent('client_id', {}, { require_pushed_authorization_requests: false })).toEqual(['client'])
})

test("S8, S9: order and encoding: the endpoint's own query, the protocol's parameters, further ones; the fragment stays at the end", async () => {
  const { url } = await start(
    {
      redirectUri: 'https://app.example/cb?x=1',
      scope: ['openid', 'user:email'],
      state: 'the state',
      nonce: 'n',
      codeVerifier: VERIFIER,
      responseMode: 'form_post',
      parameters: { prompt: 'consent', login_hint: 'a@b' },
    },
    { authorization_endpoint: 'https://as.example/authorize?tenant=a+b&blank=#top' },
  )
  expect(url).toBe(
    'https://as.example/authorize?tenant=a+b&blank=&response_type=code&client_id=client&redirect_uri=https%3A%2F%2Fapp.example%2Fcb%3Fx%3D1' +
      `&scope=openid+user%3Aemail&state=the+state&response_mode=form_post&nonce=n&code_challenge=${CHALLENGE}&code_challenge_method=S256` +
      '&prompt=consent&login_hint=a%40b#top',
  )
})

describe('S3: scope', () => {
  test.each([
    ['a b', 'a b'],
    [['a', 'b'], 'a b'],
    [undefined, undefined],
    ['', undefined],
    [[], undefined],
  ])('%j is %j', async (scope, text) => {
    expect(scopeText(scope)).toBe(text)
    expect(await sent('scope', { scope })).toEqual(text === undefined ? [] : [text])
  })

  test.each([1, true, { read: true }, ['a', 1], [undefined]])('%j is refused', (scope) => {
    const refusal = expect.objectContaining({ name: 'UsageError', message: expect.stringContaining('Option "scope"') })
    expect(() => scopeText(scope as never)).toThrow(refusal)
  })

  test('one scope is found among others, and not as a part of another', () => {
    expect(hasScope('email openid', 'openid')).toBe(true)
    expect(hasScope('openid2 xopenid', 'openid')).toBe(false)
    expect(hasScope(undefined, 'openid')).toBe(false)
  })
})

test('S4: the redirect URI goes into the URL and is kept for the token request', async () => {
  const { url, transaction } = await start({ redirectUri: 'https://app.example/cb' })
  expect(new URL(url).searchParams.get('redirect_uri')).toBe('https://app.example/cb')
  expect(transaction.redirect_uri).toBe('https://app.example/cb')
})

test.each([undefined, ''])('S10: a redirect URI of %j is left out', async (redirectUri) => {
  expect(await sent('redirect_uri', { redirectUri })).toEqual([])
  expect((await start({ redirectUri })).transaction).not.toHaveProperty('redirect_uri')
})

test('S6: nothing is stored or changed; the transaction is what finishes the login, also after JSON', async () => {
  const options = Object.freeze({
    environment,
    scope: 'openid',
    provider: 'google',
    returnTo: '/deep',
    parameters: Object.freeze({ max_age: 0, acr_values: 'high', resource: Object.freeze(['https://a.example', 'https://b.example']) }),
  })
  const { transaction, state } = await authorizationRequest(Object.freeze({ ...server }), Object.freeze({ ...client }), options)
  expect(isAuthorizationTransaction(JSON.parse(JSON.stringify(transaction)))).toBe(true)
  expect(JSON.parse(JSON.stringify(transaction))).toEqual({
    v: 1,
    type: 'authorization',
    id: state.slice(0, 16),
    provider: 'google',
    issuer: ISSUER,
    token_endpoint: server.token_endpoint,
    client_id: 'client',
    response_type: 'code',
    state,
    nonce: expect.stringMatching(/^[\w-]{43}$/),
    code_verifier: expect.stringMatching(/^[\w-]{43}$/),
    scope: 'openid',
    resource: ['https://a.example', 'https://b.example'],
    max_age: 0,
    acr_values: 'high',
    returnTo: '/deep',
    createdAt: NOW,
  })
})

test('S7: a state is made unless given; an empty one is refused, where it would be dropped silently', async () => {
  expect((await start()).state).toMatch(/^[\w-]{43}$/)
  expect(await start({ state: 'own' })).toMatchObject({
    state: 'own',
    transaction: { state: 'own' },
    url: expect.stringContaining('state=own'),
  })
  expect(await thrown(() => start({ state: '' }))).toMatchObject({ code: 'OAUTH_USAGE' })
  expect(await thrown(() => start({ nonce: '' }))).toMatchObject({ code: 'OAUTH_USAGE' })
})

test('S10: undefined and null are dropped, 0 and "" kept, lists repeated', async () => {
  const parameters = { max_age: 0, empty: '', gone: undefined, nil: null, resource: ['a', null, 'b'] }
  expect((await query({ codeChallengeMethod: false, state: 's', parameters })).slice(3)).toEqual([
    ['max_age', '0'],
    ['empty', ''],
    ['resource', 'a'],
    ['resource', 'b'],
  ])
})

const WITH_CODE = ['code', 'code id_token', 'code token', 'code id_token token', 'token id_token code']
const WITHOUT_CODE = ['token', 'id_token', 'id_token token', 'token id_token']

describe('S11: response types', () => {
  test.each([...WITH_CODE, ...WITHOUT_CODE])('%j is sent as it is given, and kept in the transaction', async (responseType) => {
    expect(await sent('response_type', { responseType })).toEqual([responseType])
    const { transaction } = await start({ responseType })
    expect(transaction.response_type).toBe(responseType)
    expect(isAuthorizationTransaction(JSON.parse(JSON.stringify(transaction)))).toBe(true)
  })

  test.each(['none', '', 'code none', 'code code', 'code  token', 'Code', 'code\ttoken', 'device', ['code', 'token'], null])(
    '%j is refused, with those that are offered',
    async (responseType) => {
      expect(await thrown(() => start({ responseType: responseType as string }))).toMatchObject({
        code: 'OAUTH_USAGE',
        message: expect.stringMatching(/not offered.*code, id_token, token/),
      })
    },
  )

  test.each(['fragment', 'form_post'] as const)('response mode %j is sent, and kept in the transaction', async (responseMode) => {
    expect(await sent('response_mode', { responseType: 'code token', responseMode })).toEqual([responseMode])
    expect((await start({ responseType: 'code token', responseMode })).transaction.response_mode).toBe(responseMode)
  })

  test.each([...WITH_CODE, ...WITHOUT_CODE].filter((type) => type !== 'code'))(
    'OAuth 2.0 Multiple Response Types §5: %j is not to be answered in the query; unless told the server answers in the fragment',
    async (responseType) => {
      expect(await thrown(() => start({ responseType, responseMode: 'query' }))).toMatchObject({
        code: 'OAUTH_USAGE',
        message: expect.stringMatching(/must not be in a query.*"fragment" or "form_post"/),
      })
      expect(await sent('response_mode', { responseType })).toEqual([])
    },
  )

  test.each(['jwt', 'web_message', ''])('response mode %j is not offered', async (responseMode) => {
    expect(await thrown(() => start({ responseMode: responseMode as 'query' }))).toMatchObject({ code: 'OAUTH_USAGE' })
  })

  test('OpenID Connect Discovery §3: a server of nothing but the implicit grant has no token endpoint, and needs none', async () => {
    const metadata = { token_endpoint: undefined }
    expect((await start({ responseType: 'id_token token' }, metadata)).transaction.token_endpoint).toBe('')
    expect(await thrown(() => start({ responseType: 'code token' }, metadata))).toMatchObject({ code: 'OAUTH_ENDPOINT_MISSING' })
  })
})

describe('OpenID Connect Core §5.5: claims', () => {
  const claims = { userinfo: { email: null }, id_token: { acr: { essential: true, values: ['high'] } } }

  test('are sent as JSON and kept in the transaction', async () => {
    expect(await sent('claims', { claims })).toEqual([JSON.stringify(claims)])
    expect((await start({ claims })).transaction.claims).toEqual(claims)
    expect((await start()).transaction).not.toHaveProperty('claims')
  })

  test('have one way in: among the parameters they would be sent and never checked', async () => {
    expect(await thrown(() => start({ parameters: { claims: JSON.stringify(claims) } }))).toMatchObject({
      code: 'OAUTH_USAGE',
      message: expect.stringContaining('option "claims"'),
    })
  })
})

test.each(['id_token', 'id_token token', 'code id_token', 'code id_token token'])(
  'OpenID Connect Core §3.2.2.1, §3.3.2.1: a nonce is made for %j, whatever the scope',
  async (responseType) => {
    expect(await sent('nonce', { responseType })).toEqual([expect.stringMatching(/^[\w-]{43}$/)])
  },
)

test('S12, S65: a nonce is made for openid, kept when given, and left out otherwise', async () => {
  expect(await sent('nonce', { scope: 'openid' })).toEqual([expect.stringMatching(/^[\w-]{43}$/)])
  expect(await sent('nonce', { scope: 'openid', nonce: 'own' })).toEqual(['own'])
  expect(await sent('nonce', { scope: 'profile' })).toEqual([])
})

describe('S14: PKCE is never left out by accident', () => {
  test('S15, S16: a given verifier is hashed for the URL and kept for the token request', async () => {
    const { transaction } = await start({ codeVerifier: VERIFIER })
    expect(await sent('code_challenge', { codeVerifier: VERIFIER })).toEqual([CHALLENGE])
    expect(await sent('code_challenge', { codeVerifier: VERIFIER, environment: browserEnvironment() })).toEqual([CHALLENGE])
    expect(transaction.code_verifier).toBe(VERIFIER)
  })

  test('false leaves it out; a verifier beside it, "plain", and a short verifier are refused', async () => {
    expect((await query({ codeChallengeMethod: false })).filter(([name]) => name.startsWith('code_'))).toEqual([])
    expect((await start({ codeChallengeMethod: false })).transaction).not.toHaveProperty('code_verifier')
    expect(await thrown(() => start({ codeChallengeMethod: false, codeVerifier: VERIFIER }))).toMatchObject({ code: 'OAUTH_USAGE' })
    expect(await thrown(() => start({ codeChallengeMethod: 'plain' as 'S256' }))).toMatchObject({ code: 'OAUTH_USAGE' })
    expect(await thrown(() => start({ codeVerifier: 'short' }))).toMatchObject({ code: 'OAUTH_USAGE' })
  })

  test.each(WITH_CODE)('applies to %j too', async (responseType) => {
    const { transaction } = await start({ responseType, codeVerifier: VERIFIER })
    expect(transaction.code_verifier).toBe(VERIFIER)
    expect(await sent('code_challenge', { responseType, codeVerifier: VERIFIER })).toEqual([CHALLENGE])
  })

  test.each(WITHOUT_CODE)('%j has no code to protect; a verifier given for it is refused, not dropped', async (responseType) => {
    expect((await query({ responseType })).filter(([name]) => name.startsWith('code_'))).toEqual([])
    expect((await start({ responseType })).transaction).not.toHaveProperty('code_verifier')
    expect(await thrown(() => start({ responseType, codeVerifier: VERIFIER }))).toMatchObject({
      code: 'OAUTH_USAGE',
      message: expect.stringContaining('the response type has no code'),
    })
  })

  test.each([[['plain']], [[]], [undefined]])(
    'AR24: PKCE downgrade: with code_challenge_methods_supported %j S256 is sent',
    async (supported) => {
      const metadata = supported === undefined ? {} : { code_challenge_methods_supported: supported }
      expect(await sent('code_challenge_method', {}, metadata)).toEqual(['S256'])
      expect(await sent('state', {}, metadata)).toHaveLength(1)
      expect(await sent('nonce', { scope: 'openid' }, metadata)).toHaveLength(1)
    },
  )
})

test('AR25: constant secrets: 1000 logins, each state, nonce and verifier new, 256 bit, and none of the others', async () => {
  const secrets = new Set<string>()
  for (let login = 0; login < 1000; login++) {
    const { transaction, state } = await start({ scope: 'openid' })
    for (const secret of [state, transaction.nonce, transaction.code_verifier]) {
      expect(secret).toMatch(/^[\w-]{43}$/)
      secrets.add(secret ?? '')
    }
  }
  expect(secrets.size).toBe(3000)
})

describe('AR28: reserved parameter override', () => {
  test.each([
    'response_type',
    'response_mode',
    'client_id',
    'client_secret',
    'redirect_uri',
    'scope',
    'state',
    'nonce',
    'code_challenge',
    'code_challenge_method',
    'code_verifier',
    'request',
    'request_uri',
  ])('%s cannot be among the further parameters', async (name) => {
    const refusal = { code: 'OAUTH_USAGE', message: expect.stringContaining(`"${name}"`) }
    expect(await thrown(() => start({ parameters: { [name]: 'https://evil.example' } }))).toMatchObject(refusal)
    expect(await thrown(() => start({ parameters: [[name, 'x']] }))).toMatchObject(refusal)
  })
})

describe('AR29: the endpoint carries parameters', () => {
  const authorization_endpoint =
    'https://as.example/authorize?client_id=evil&redirect_uri=https://evil.example&state=s&response_type=token&nonce=n&code_challenge=c&code_challenge_method=plain&scope=admin&request_uri=https://evil.example&prompt=none&tenant=a'

  test('no parameter of the protocol is sent twice, and ours is the one that is', async () => {
    const options = { redirectUri: 'https://app.example/cb', scope: 'openid', parameters: { prompt: 'login' } }
    const pairs = await query(options, { authorization_endpoint })
    const names = pairs.map(([name]) => name)
    expect(names).toEqual([...new Set(names)])
    expect(Object.fromEntries(pairs)).toMatchObject({
      tenant: 'a',
      client_id: 'client',
      redirect_uri: 'https://app.example/cb',
      response_type: 'code',
      scope: 'openid',
      code_challenge_method: 'S256',
      prompt: 'login',
    })
    expect(names).not.toContain('request_uri')
  })

  test('what this request leaves out is not taken from the endpoint either', async () => {
    const names = (await query({}, { authorization_endpoint })).map(([name]) => name)
    expect(names).not.toContain('redirect_uri')
    expect(names).not.toContain('scope')
    expect(names).not.toContain('nonce')
    expect(names).toContain('prompt')
  })
})

test('OpenID Connect Core §3.1.2.1: max_age is a whole number of seconds', async () => {
  for (const max_age of ['soon', '-1', '1.5', ''])
    expect(await thrown(() => start({ parameters: { max_age } }))).toMatchObject({ code: 'OAUTH_USAGE' })
  expect((await start({ parameters: { max_age: 300 } })).transaction.max_age).toBe(300)
})

test('CA08: the client secret is not in the URL', async () => {
  expect((await start({ scope: 'openid' })).url).not.toContain(client.client_secret)
})

test('S17: a server without an authorization endpoint is a typed error', async () => {
  expect(await thrown(() => start({}, { authorization_endpoint: undefined }))).toMatchObject({ code: 'OAUTH_ENDPOINT_MISSING' })
})

test.each(['/callback', 'app.example/callback', 'localhost:3000/callback', new URL('https://app.example/cb')])(
  'RFC 6749 §3.1.2: a redirect URI of "%s" is not an absolute one',
  async (redirectUri) => {
    const starting = authorizationRequest(server, client, { environment: testEnvironment(), redirectUri: redirectUri as string })
    await expect(starting).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringMatching(/"redirectUri".*not an absolute URI/),
    })
  },
)

test.each(['https://app.example/cb', 'com.example.app:/cb', 'urn:ietf:wg:oauth:2.0:oob', 'http://localhost:3000/cb'])(
  'RFC 6749 §3.1.2, RFC 8252 §7.1: "%s" is one',
  async (redirectUri) => {
    const { url } = await authorizationRequest(server, client, { environment: testEnvironment(), redirectUri })
    expect(new URL(url).searchParams.get('redirect_uri')).toBe(redirectUri)
  },
)

test('CA07: a client without a client_id is refused', async () => {
  const starting = authorizationRequest(server, { clientId: 'client' } as never, { environment: testEnvironment() })
  await expect(starting).rejects.toMatchObject({ name: 'UsageError', message: expect.stringContaining('no "client_id"') })
})
