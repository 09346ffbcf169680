import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createSigner } from '../../test/signer.js'
import { formDecode } from '../http/form.js'
import type { AuthorizationUrlOptions } from './authorization-url.js'
import { memoryStore } from './memory-store.js'
import type { OAuth2Session } from './oauth2-session.js'
import type { SessionOptions } from './session-options.js'
import { type Answer, API, AS, type Call, json, NOW, server, sessionOver, testClock, type Wire, wire } from './testing/fixture.js'
import { slowStore } from './testing/stores.js'
import type { TokenRecord, TokenStore } from './token-record.js'

const CALLBACK = 'https://app.example/callback'
const granted: Answer = () =>
  json({
    access_token: 'granted',
    refresh_token: 'refresh',
    token_type: 'Bearer',
    expires_in: 600,
  })
const ID_TOKEN_PARAMETERS = {
  issuer: AS,
  id_token_signing_alg_values_supported: ['ES256'],
}

describe('fetchToken: the code of a login', () => {
  it('S6/S16/S30: what createAuthorizationUrl returned is all that another process needs', async () => {
    const line = wire(granted)
    const options = {
      redirectUri: CALLBACK,
      scope: 'read',
    }
    const { url, state, transaction } = await sessionOver(line, options).createAuthorizationUrl({ prompt: 'consent' })
    const kept = JSON.parse(JSON.stringify(transaction))
    const token = await sessionOver(line, options).fetchToken({
      authorizationResponse: `${CALLBACK}?code=c&state=${state}`,
      transaction: kept,
    })
    expect(token).toMatchObject({ access_token: 'granted' })
    expect(Object.fromEntries(new URL(url).searchParams)).toMatchObject({
      client_id: 'client',
      scope: 'read',
      prompt: 'consent',
      code_challenge_method: 'S256',
    })
    expect(line.tokenRequests()).toEqual([
      {
        grant_type: 'authorization_code',
        code: 'c',
        redirect_uri: CALLBACK,
        code_verifier: kept.code_verifier,
      },
    ])
  })

  it('S30: the state alone will do, kept by hand: in the call or at construction', async () => {
    const line = wire(granted)
    const response = `${CALLBACK}?code=c&state=mine`
    await sessionOver(line, { redirectUri: CALLBACK }).fetchToken({
      authorizationResponse: response,
      state: 'mine',
      codeVerifier: 'v'.repeat(43),
    })
    await sessionOver(line, {
      redirectUri: CALLBACK,
      state: 'mine',
    }).fetchToken({ authorizationResponse: response })
    expect(line.tokenRequests()[0]).toEqual({
      grant_type: 'authorization_code',
      code: 'c',
      redirect_uri: CALLBACK,
      code_verifier: 'v'.repeat(43),
    })
    expect(line.tokenRequests()).toHaveLength(2)
  })

  it.each([
    ['C11/AR03: another state', `${CALLBACK}?code=c&state=other`, 'mine', 'OAUTH_STATE_MISMATCH'],
    ['C11/AR04: no state', `${CALLBACK}?code=c`, 'mine', 'OAUTH_STATE_MISSING'],
    ['AR17: a token beside the code', `${CALLBACK}?code=c&state=mine&access_token=x`, 'mine', 'OAUTH_UNEXPECTED_TOKEN'],
    ['AR14: two codes', `${CALLBACK}?code=c&code=d&state=mine`, 'mine', 'OAUTH_DUPLICATE_PARAM'],
    ['C4: error_code is no code', `${CALLBACK}?error_code=1&state=mine`, 'mine', 'OAUTH_NO_CODE'],
    ['AR09: another issuer', `${CALLBACK}?code=c&state=mine&iss=https%3A%2F%2Fevil.example`, 'mine', 'OAUTH_ISS_MISMATCH'],
  ])('%s is refused before anything is sent', async (_name, authorizationResponse, state, code) => {
    const line = wire(granted)
    await expect(
      sessionOver(line).fetchToken({
        authorizationResponse,
        state,
      }),
    ).rejects.toMatchObject({ code })
    expect(line.requests).toHaveLength(0)
  })

  it.each([undefined, ''])('C11: no state known (%j) is a UsageError, not a check that is left out', async (state) => {
    const line = wire(granted)
    await expect(
      sessionOver(line).fetchToken({
        authorizationResponse: `${CALLBACK}?code=c&state=x`,
        state,
      }),
    ).rejects.toMatchObject({ code: 'OAUTH_USAGE' })
    expect(line.requests).toHaveLength(0)
  })

  it('C1: an error of the authorization server is told; no token of another grant is fetched instead', async () => {
    const line = wire(granted)
    const session = sessionOver(line)
    const response = `${CALLBACK}?error=access_denied&error_description=no&state=mine`
    await expect(
      session.fetchToken({
        authorizationResponse: response,
        state: 'mine',
      }),
    ).rejects.toMatchObject({
      code: 'OAUTH_AUTHORIZATION_RESPONSE',
      error: 'access_denied',
    })
    expect(line.requests).toHaveLength(0)
    expect(session.token).toBeUndefined()
  })

  it('C3: a fragment that the browser adds does no harm', async () => {
    const line = wire(granted)
    await sessionOver(line).fetchToken({
      authorizationResponse: `${CALLBACK}?code=c&state=mine#_=_`,
      state: 'mine',
    })
    expect(line.tokenRequests()[0]).toMatchObject({ code: 'c' })
  })

  it.each([
    ['a URL', new URL(`${CALLBACK}?code=c&state=mine`)],
    ['a query', 'code=c&state=mine'],
    [
      'a form',
      [
        ['code', 'c'],
        ['state', 'mine'],
      ] as const,
    ],
  ])('the answer may be %s', async (_name, authorizationResponse) => {
    const line = wire(granted)
    await sessionOver(line).fetchToken({
      authorizationResponse,
      state: 'mine',
    })
    expect(line.tokenRequests()).toHaveLength(1)
  })

  it.each([{ username: 'u', password: 'p' }, { username: 'u' }, { password: 'p' }])(
    'S19: the grant client_credentials with %j is refused, and nothing sent',
    async (given) => {
      const line = wire(granted)
      const call = sessionOver(line).fetchToken({ grantType: 'client_credentials', ...given } as never)
      await expect(call).rejects.toMatchObject({
        name: 'UsageError',
        message: expect.stringContaining('takes no "username" and "password"'),
      })
      expect(line.requests).toHaveLength(0)
    },
  )

  it('S3: a scope that is no text is refused, and nothing sent', async () => {
    const line = wire(granted)
    await expect(sessionOver(line).fetchToken({ scope: 1 } as never)).rejects.toMatchObject({ name: 'UsageError' })
    await expect(sessionOver(line).createAuthorizationUrl({ scope: 1 } as never)).rejects.toMatchObject({ name: 'UsageError' })
    expect(line.requests).toHaveLength(0)
  })

  it('the whole answer is wanted, not its code', async () => {
    await expect(sessionOver(wire(granted)).fetchToken({ code: 'c' } as never)).rejects.toThrow('whole "authorizationResponse"')
  })

  it('options are wanted, not the address of the endpoint first', async () => {
    await expect(sessionOver(wire(granted)).fetchToken('https://as.example/token' as never)).rejects.toThrow(
      'fetchToken: an options object',
    )
  })

  it('a refused login leaves the token that was there', async () => {
    const session = sessionOver(wire(granted))
    await session.setToken({ access_token: 'before' })
    await expect(
      session.fetchToken({
        authorizationResponse: `${CALLBACK}?code=c&state=x`,
        state: 'y',
      }),
    ).rejects.toThrow()
    expect(session.token?.access_token).toBe('before')
    expect(await session.http(`${API}/me`)).toBe(200)
  })

  it('S65/C8: with openid the ID token is verified, issuer and nonce included, and its claims are there', async () => {
    const signer = createSigner('ES256')
    const claims = {
      iss: AS,
      sub: 'alice',
      aud: 'client',
      iat: NOW,
      exp: NOW + 60,
    }
    const context: { idToken?: string } = {}
    const line = wire(({ endpoint }) =>
      endpoint === 'jwks'
        ? json({ keys: [signer.jwk] })
        : json({
            access_token: 'a',
            token_type: 'Bearer',
            id_token: context.idToken,
          }),
    )
    const session = sessionOver(line, {
      environment: testClock(),
      server: {
        ...server,
        ...ID_TOKEN_PARAMETERS,
      },
      scope: 'openid',
      redirectUri: CALLBACK,
    })
    const begun = await session.createAuthorizationUrl()
    const fetch = (idToken: string) => {
      context.idToken = idToken
      return session.fetchToken({
        authorizationResponse: `${CALLBACK}?code=c&state=${begun.state}&iss=${encodeURIComponent(AS)}`,
        transaction: begun.transaction,
      })
    }
    const { nonce } = begun.transaction
    await expect(
      fetch(
        signer.sign({
          ...claims,
          nonce: 'other',
        }),
      ),
    ).rejects.toMatchObject({ code: 'OAUTH_ID_TOKEN_NONCE' })
    await expect(
      fetch(
        signer.sign({
          ...claims,
          nonce,
          iss: 'https://evil.example',
        }),
      ),
    ).rejects.toMatchObject({ code: 'OAUTH_ID_TOKEN_ISS' })
    expect(session.token).toBeUndefined()
    await fetch(
      signer.sign({
        ...claims,
        nonce,
      }),
    )
    expect(session.claims).toMatchObject({ sub: 'alice' })
  })
})

describe('S18, B14: fetchToken: other grants', () => {
  it.each([
    [
      'S35: nothing: client credentials',
      {},
      {
        grant_type: 'client_credentials',
        scope: 'read',
      },
    ],
    [
      'S34: user name and password',
      {
        username: 'u',
        password: 'p',
      },
      {
        grant_type: 'password',
        username: 'u',
        password: 'p',
        scope: 'read',
      },
    ],
    [
      'another scope',
      { scope: ['a', 'b'] },
      {
        grant_type: 'client_credentials',
        scope: 'a b',
      },
    ],
    [
      'S36: any other, with its parameters',
      {
        grantType: 'urn:x',
        parameters: { token: 't' },
      },
      {
        grant_type: 'urn:x',
        scope: 'read',
        token: 't',
      },
    ],
    [
      'S36, RFC 7523 §2.1: a JWT bearer assertion',
      {
        grantType: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        parameters: { assertion: 'a.b.c' },
      },
      {
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        scope: 'read',
        assertion: 'a.b.c',
      },
    ],
  ])('%s', async (_name, options, form) => {
    const line = wire(granted)
    await sessionOver(line, { scope: 'read' }).fetchToken(options)
    expect(line.tokenRequests()).toEqual([form])
  })

  it('C5 S19: what was guessed once is not remembered for the next call', async () => {
    const line = wire(granted)
    const session = sessionOver(line)
    await session.fetchToken()
    await session.fetchToken({
      username: 'u',
      password: 'p',
    })
    await session.fetchToken({
      authorizationResponse: `${CALLBACK}?code=c&state=s`,
      state: 's',
    })
    await session.fetchToken()
    expect(line.tokenRequests().map(({ grant_type }) => grant_type)).toEqual([
      'client_credentials',
      'password',
      'authorization_code',
      'client_credentials',
    ])
  })

  it.each([
    [
      {
        grantType: 'password',
        username: 'u',
      },
      '"username" and "password"',
    ],
    [{ grantType: 'authorization_code' }, '"authorizationResponse"'],
    [{ userName: 'u' }, 'userName'],
  ])('%j does not make a grant, and says why', async (options, text) => {
    const line = wire(granted)
    await expect(sessionOver(line).fetchToken(options as never)).rejects.toThrow(text)
    expect(line.requests).toHaveLength(0)
  })

  it('the endpoint, headers and further parameters of one call', async () => {
    const line = wire(granted)
    await sessionOver(line).fetchToken({
      endpoint: `${AS}/other`,
      headers: { 'x-a': '1' },
      parameters: { resource: ['r1', 'r2'] },
    })
    expect(line.requests[0]).toMatchObject({
      url: `${AS}/other`,
      headers: { 'x-a': '1' },
    })
    expect(line.requests[0]?.body).toContain('resource=r1&resource=r2')
  })
})

describe('S20: parameters are for the server, options for this library', () => {
  it.each(['timeout', 'headers', 'verify', 'audience'])('"%s" among parameters is a field of the form', async (name) => {
    const line = wire(granted)
    await sessionOver(line).fetchToken({ parameters: { [name]: 1 } })
    expect(line.tokenRequests()).toEqual([{ grant_type: 'client_credentials', [name]: '1' }])
  })

  it.each(['timeout', 'verify', 'audience'])('"%s" among options is refused by name, and nothing is sent', async (name) => {
    const line = wire(granted)
    await expect(sessionOver(line).fetchToken({ [name]: 1 } as never)).rejects.toMatchObject({
      code: 'OAUTH_USAGE',
      message: expect.stringContaining(`"${name}"`),
    })
    expect(line.requests).toHaveLength(0)
  })
})

describe('RFC 6749 §3.2: a parameter of a request is there once', () => {
  it.each([
    ['grant_type', 'grantType'],
    ['scope', 'option "scope"'],
    ['client_id', 'clientId'],
    ['client_secret', 'clientSecret'],
  ])('"%s" is refused in fetchToken with the option to use, before anything is sent', async (name, option) => {
    const line = wire(granted)
    const fetching = sessionOver(line).fetchToken({
      grantType: 'client_credentials',
      parameters: { [name]: 'canary' },
    })
    await expect(fetching).rejects.toMatchObject({
      code: 'OAUTH_USAGE',
      message: expect.stringContaining(option),
    })
    await expect(fetching).rejects.not.toThrow('canary')
    expect(line.requests).toHaveLength(0)
  })

  it.each(['code', 'redirect_uri', 'code_verifier'])('"%s" is refused beside a login', async (name) => {
    const line = wire(granted)
    const fetching = sessionOver(line, { redirectUri: CALLBACK }).fetchToken({
      authorizationResponse: `${CALLBACK}?code=c&state=mine`,
      state: 'mine',
      codeVerifier: 'v'.repeat(43),
      parameters: { [name]: 'x' },
    })
    await expect(fetching).rejects.toThrow(`"${name}" cannot be among the further parameters`)
    expect(line.requests).toHaveLength(0)
  })

  it.each(['grant_type', 'refresh_token'])('"%s" is refused beside a refresh token, which stays', async (name) => {
    const line = wire(granted)
    const session = sessionOver(line)
    await session.setToken({
      access_token: 'a',
      refresh_token: 'r',
    })
    await expect(session.refreshToken({ parameters: { [name]: 'x' } })).rejects.toThrow(`"${name}"`)
    expect(line.requests).toHaveLength(0)
    await session.refreshToken()
    expect(line.tokenRequests()[0]).toMatchObject({ refresh_token: 'r' })
  })
})

describe('client authentication', () => {
  const authorizationOf = (line: Wire) => line.requests.at(-1)?.headers['authorization']
  it('S37: basic with a secret, none without', async () => {
    const line = wire(granted)
    await sessionOver(line).fetchToken()
    expect(authorizationOf(line)).toBe(`Basic ${btoa('client:the-client-secret')}`)
    await sessionOver(line, { clientSecret: undefined, tokenEndpointAuthMethod: 'none' }).fetchToken()
    expect(authorizationOf(line)).toBeUndefined()
    expect(line.tokenRequests()[1]).toMatchObject({ client_id: 'client' })
  })

  it('S41: another one for one call only', async () => {
    const line = wire(granted)
    const session = sessionOver(line)
    await session.fetchToken({ clientAuthentication: 'client_secret_post' })
    expect(line.tokenRequests()[0]).toMatchObject({
      client_id: 'client',
      client_secret: 'the-client-secret',
    })
    await session.fetchToken({
      clientAuthentication: (request) => ({
        ...request,
        headers: {
          ...request.headers,
          authorization: 'Custom x',
        },
      }),
    })
    expect(authorizationOf(line)).toBe('Custom x')
    await session.fetchToken()
    expect(authorizationOf(line)).toMatch(/^Basic /)
  })

  it.each([[['own', () => undefined]], ['own'], ['own', 'client_secret_basic']])(
    'S42: registerClientAuthMethod(%j, …) takes a name and a function, not a pair',
    (...given) => {
      const session = sessionOver(wire(granted))
      const register = session.registerClientAuthMethod.bind(session) as (...all: unknown[]) => void
      expect(() => register(...given)).toThrow(
        expect.objectContaining({ name: 'UsageError', message: expect.stringContaining('takes a name and a function') }),
      )
    },
  )

  it('S42/S44: a registered one, by name; asynchronous; for token, refresh and revocation alike', async () => {
    const line = wire(({ endpoint }) =>
      endpoint === 'revocation'
        ? json({})
        : json({
            access_token: 'a',
            refresh_token: 'r',
            token_type: 'Bearer',
          }),
    )
    const session = sessionOver(line, { tokenEndpointAuthMethod: 'client_secret_uri' })
    session.registerClientAuthMethod('client_secret_uri', async (request, { client }) => ({
      ...request,
      url: `${request.url}?client_id=${client.client_id}&client_secret=${client.client_secret}&${request.body}`,
      body: '',
    }))
    await session.fetchToken()
    await session.refreshToken()
    await session.revokeToken()
    expect(line.requests.map(({ endpoint }) => endpoint)).toEqual(['token', 'token', 'revocation'])
    for (const { url, body } of line.requests) {
      expect(url).toContain('client_id=client&client_secret=the-client-secret&')
      expect(body).toBe('')
    }
  })

  it('S42: a registered one may shadow a built-in one, in its own session alone', async () => {
    const line = wire(granted)
    const session = sessionOver(line)
    session.registerClientAuthMethod('client_secret_basic', (request) => ({
      ...request,
      headers: {
        ...request.headers,
        authorization: 'Mine',
      },
    }))
    await session.fetchToken()
    expect(authorizationOf(line)).toBe('Mine')
    await sessionOver(line).fetchToken()
    expect(authorizationOf(line)).toMatch(/^Basic /)
  })

  it('C14: an unknown one is said so, with those that are known', async () => {
    const line = wire(granted)
    await expect(sessionOver(line, { tokenEndpointAuthMethod: 'made_up' }).fetchToken()).rejects.toThrow(
      /"made_up" is not known. Known: client_secret_basic/,
    )
    expect(line.requests).toHaveLength(0)
  })
})

describe('the token of a session', () => {
  it('S50: a token from elsewhere: expires_at as it is, else expires_in from now; the type is Bearer unless told', async () => {
    const clock = testClock()
    const session = sessionOver(wire(granted), { environment: clock })
    await session.setToken({
      access_token: 'a',
      expires_in: '600',
      extra: { a: 1 },
    })
    expect(session.token).toEqual({
      access_token: 'a',
      token_type: 'Bearer',
      expires_in: '600',
      expires_at: NOW + 600,
      extra: { a: 1 },
    })
    await session.setToken({
      access_token: 'a',
      expires_at: '123',
      expires_in: 600,
    })
    expect(session.token?.expires_at).toBe(123)
  })

  it.each([
    ['no access token', { refresh_token: 'r' }],
    ['an empty one', { access_token: '' }],
    ['one that is no text', { access_token: 1 }],
    [
      'another token type',
      {
        access_token: 'a',
        token_type: 'mac',
      },
    ],
    [
      'no token type that is a text',
      {
        access_token: 'a',
        token_type: null,
      },
    ],
  ])('C19: %s is refused with a sentence, at once', async (_name, token) => {
    const session = sessionOver(wire(granted))
    await expect(session.setToken(token as never)).rejects.toMatchObject({ name: 'UsageError' })
    expect(() => {
      session.token = token as never
    }).toThrow(/access_token|token_type/)
  })

  it('an assigned token is used by all calls that follow, however many and however slow the store', async () => {
    const clock = testClock()
    const line = wire(granted)
    const session = sessionOver(line, {
      environment: clock,
      store: slowStore(clock.now),
      key: 'alice',
    })
    session.token = { access_token: 'assigned' }
    expect(session.token?.access_token).toBe('assigned')
    await Promise.all([session.http(`${API}/1`), session.http(`${API}/2`), session.http(`${API}/3`)])
    expect(line.sent.map(({ authorization }) => authorization)).toEqual(Array(3).fill('Bearer assigned'))
  })

  it('the one assigned last wins, also over one that is still on its way', async () => {
    const clock = testClock()
    const store = slowStore(clock.now)
    const session = sessionOver(wire(granted), {
      environment: clock,
      store,
      key: 'alice',
    })
    session.token = { access_token: 'first' }
    session.token = { access_token: 'second' }
    await session.setToken({ access_token: 'third' })
    expect(store.peek('alice')?.token.access_token).toBe('third')
    expect(store.writes.map(({ token }) => token.access_token)).toEqual(['first', 'second', 'third'])
  })

  it('also when the store takes its time over the first', async () => {
    const clock = testClock()
    const store = slowStore(clock.now)
    const session = sessionOver(wire(granted), { environment: clock, store, key: 'alice' })
    const held = store.holdWrite()
    session.token = { access_token: 'first' }
    await held.reached
    const second = session.setToken({ access_token: 'second' })
    // Time for the second to overtake the first, and for the first to come back over it, were it so.
    await new Promise((resolve) => setTimeout(resolve, 10))
    held.release()
    await second
    await new Promise((resolve) => setTimeout(resolve, 10))
    expect(store.peek('alice')?.token.access_token).toBe('second')
    expect(session.token?.access_token).toBe('second')
  })

  it('an assignment that fails is told at the next use, and is no unhandled rejection', async () => {
    const clock = testClock()
    const store = slowStore(clock.now)
    const session = sessionOver(wire(granted), {
      environment: clock,
      store,
      key: 'alice',
    })
    store.failWrites(2)
    session.token = { access_token: 'assigned' }
    await expect(session.http(`${API}/me`)).rejects.toMatchObject({ code: 'OAUTH_PERSIST' })
    await expect(session.http(`${API}/me`)).rejects.toMatchObject({ code: 'OAUTH_PERSIST' })
    expect(await session.http(`${API}/me`)).toBe(200)
    expect(store.peek('alice')?.token.access_token).toBe('assigned')
  })

  it('is a snapshot: it follows renewals, and a logout elsewhere once that is seen', async () => {
    const clock = testClock()
    const store = slowStore(clock.now)
    const session = sessionOver(wire(granted), {
      environment: clock,
      store,
      key: 'alice',
    })
    await session.setToken({
      access_token: 'a',
      refresh_token: 'r',
      expires_at: 1,
    })
    await session.ensureActiveToken()
    expect(session.token?.access_token).toBe('granted')
    await store.delete('alice')
    expect(await session.ensureActiveToken()).toBe(false)
    expect(session.token).toBeUndefined()
  })

  it('stays as long as the session when it has no store of its own: also past the time that stores are told', async () => {
    const clock = testClock()
    const session = sessionOver(wire(granted), {
      environment: clock,
      token: { access_token: 'for-ever' },
    })
    clock.time += 10 * 31536e3
    expect(await session.http(`${API}/me`)).toBe(200)
  })

  it('works without any endpoint: a token that was made by hand', async () => {
    const line = wire(granted)
    const session = sessionOver(line, {
      server: {},
      token: { access_token: 'by-hand' },
    })
    expect(await session.http(`${API}/me`)).toBe(200)
    expect(line.sent[0]?.authorization).toBe('Bearer by-hand')
  })

  it('fresh and in memory, it authorises without a promise', async () => {
    const session = sessionOver(wire(granted))
    await session.setToken({
      access_token: 'a',
      expires_in: 3600,
    })
    const authorised = session.authoriser().authorise(
      {
        method: 'GET',
        url: API,
        headers: {},
        replayable: true,
      },
      1,
    )
    expect(authorised).not.toBeInstanceOf(Promise)
    expect(authorised).toEqual({
      url: API,
      headers: { authorization: 'Bearer a' },
      tokenHash: expect.stringMatching(/^[\w-]{22}$/),
    })
  })
})

describe('stores and keys', () => {
  it('two processes with one store and key share the token', async () => {
    const clock = testClock()
    const store = slowStore(clock.now)
    const line = wire(granted)
    await sessionOver(line, {
      environment: clock,
      store,
      key: 'alice',
    }).fetchToken({
      username: 'u',
      password: 'p',
    })
    expect(
      await sessionOver(line, {
        environment: clock,
        store,
        key: 'alice',
      }).http(`${API}/me`),
    ).toBe(200)
    await expect(
      sessionOver(line, {
        environment: clock,
        store,
        key: 'bob',
      }).http(`${API}/me`),
    ).rejects.toMatchObject({ code: 'OAUTH_MISSING_TOKEN' })
  })

  it('client credentials name themselves by issuer, client, scope and resource', async () => {
    const store = memoryStore<TokenRecord>()
    const keys: string[] = []
    const recording: TokenStore = {
      ...store,
      compareAndSet(key, ...rest) {
        keys.push(key)
        return store.compareAndSet(key, ...rest)
      },
    }
    const line = wire(granted)
    const fetch = (options: Partial<SessionOptions>) =>
      sessionOver(line, {
        store: recording,
        ...options,
      }).fetchToken()
    await fetch({})
    await fetch({})
    await fetch({ scope: 'a' })
    await fetch({ resource: 'https://a.example' })
    await fetch({ resource: ['https://a.example'] })
    await fetch({ resource: ['https://a.example', 'https://b.example'] })
    await fetch({ clientId: 'other' })
    await fetch({
      server: {
        ...server,
        issuer: 'https://other.example',
      },
    })
    expect(keys[0]).toBe(keys[1])
    expect(keys[3]).toBe(keys[4])
    expect(new Set(keys).size).toBe(6)
    for (const key of keys) expect(key).toMatch(/^cc:[\w-]{43}$/)
  })

  it('RFC 8707 §2.2: the resource is asked for with each token request, and again at a renewal; a call’s own replaces it', async () => {
    const line = wire(() => json({ access_token: 'a', token_type: 'Bearer', expires_in: 3600 }))
    const resources = () => formDecode(line.requests.at(-1)?.body ?? '').filter(([name]) => name === 'resource')
    const session = sessionOver(line, { resource: ['https://a.example', 'https://b.example'] })
    const both = [
      ['resource', 'https://a.example'],
      ['resource', 'https://b.example'],
    ]
    await session.fetchToken({ grantType: 'client_credentials' })
    expect(resources()).toEqual(both)
    await session.refreshToken()
    expect(resources()).toEqual(both)
    await session.fetchToken({ grantType: 'client_credentials', parameters: { resource: 'https://c.example' } })
    expect(resources()).toEqual([['resource', 'https://c.example']])
    await session.refreshToken()
    expect(resources()).toEqual([['resource', 'https://c.example']])
  })

  it('RFC 8707 §2.1: the resource is asked for with a login, unless that has its own', async () => {
    const session = sessionOver(wire(granted), { resource: 'https://a.example', redirectUri: CALLBACK })
    const asked = async (options: AuthorizationUrlOptions) =>
      new URL((await session.createAuthorizationUrl(options)).url).searchParams.getAll('resource')
    expect(await asked({})).toEqual(['https://a.example'])
    expect(await asked({ resource: 'https://b.example' })).toEqual(['https://b.example'])
  })

  it.each(['', 'api', 'https://a.example/#x', ['https://a.example', 7], null])('RFC 8707 §2: resource %j is refused', (resource) => {
    expect(() => sessionOver(wire(granted), { resource: resource as string })).toThrow(/Option "resource" must be an absolute URI/)
  })

  it('a user’s token in a store needs a key, and that is said before the code or password is spent', async () => {
    const line = wire(granted)
    const session = sessionOver(line, { store: memoryStore() })
    await expect(
      session.fetchToken({
        username: 'u',
        password: 'p',
      }),
    ).rejects.toThrow('"key" is missing')
    await expect(
      session.fetchToken({
        authorizationResponse: `${CALLBACK}?code=c&state=s`,
        state: 's',
      }),
    ).rejects.toThrow('"key" is missing')
    await expect(session.setToken({ access_token: 'a' })).rejects.toThrow('"key" is missing')
    expect(line.requests).toHaveLength(0)
  })

  it('a user’s token in a store needs a key, and that is said before the person is sent to log in', async () => {
    const line = wire(granted)
    const options = { redirectUri: CALLBACK }
    const session = sessionOver(line, { ...options, store: memoryStore() })
    await expect(session.createAuthorizationUrl()).rejects.toThrow('"key" is missing')
    await expect(sessionOver(line, { ...options, store: memoryStore(), key: 'ada' }).createAuthorizationUrl()).resolves.toBeDefined()
    await expect(sessionOver(line, options).createAuthorizationUrl()).resolves.toBeDefined()
    expect(line.requests).toHaveLength(0)
  })

  it('where a store has no token and the session no key, a request says that this may be why', async () => {
    const request = { method: 'GET', url: 'https://api.example/', headers: {}, replayable: true }
    const refused = (options: object) => async () => sessionOver(wire(granted), options).authoriser().authorise(request, 1)
    await expect(refused({ store: memoryStore() })).rejects.toMatchObject({
      code: 'OAUTH_MISSING_TOKEN',
      message: expect.stringContaining('the option "key", and this session has none'),
    })
    for (const options of [{}, { store: memoryStore(), key: 'ada' }]) {
      await expect(refused(options)).rejects.toMatchObject({
        code: 'OAUTH_MISSING_TOKEN',
        message: expect.not.stringContaining('"key"'),
      })
    }
  })
})

describe('revocation and logout', () => {
  it('S60/C15: the refresh token first, else the access token; authenticated as at the token endpoint; nothing to revoke is said so', async () => {
    const line = wire(() => json({}))
    const session = sessionOver(line)
    await expect(session.revokeToken()).rejects.toMatchObject({ code: 'OAUTH_MISSING_TOKEN' })
    await session.setToken({
      access_token: 'a',
      refresh_token: 'r',
    })
    await session.revokeToken()
    await session.setToken({ access_token: 'a' })
    await session.revokeToken()
    await session.revokeToken({
      token: 'x',
      tokenTypeHint: 'access_token',
    })
    expect(line.requests.map(({ body }) => body)).toEqual([
      'token=r&token_type_hint=refresh_token',
      'token=a',
      'token=x&token_type_hint=access_token',
    ])
    for (const { headers } of line.requests) expect(headers['authorization']).toMatch(/^Basic /)
  })

  it('a store that cannot be read is a StoreError here too', async () => {
    const clock = testClock()
    const store = slowStore(clock.now)
    const session = sessionOver(wire(granted), {
      environment: clock,
      store,
      key: 'alice',
    })
    store.failReads(1)
    await expect(session.revokeToken()).rejects.toMatchObject({ code: 'OAUTH_STORE' })
  })
})

describe('LG03: a session keeps its secrets when it is printed', () => {
  it.each([
    ['with the token in memory', {}],
    [
      'with a store',
      {
        store: memoryStore<TokenRecord>(),
        key: 'alice',
      },
    ],
  ])('%s', async (_name, options) => {
    const session: OAuth2Session<Call> = sessionOver(wire(granted), {
      ...options,
      token: undefined,
    })
    await session.setToken({
      access_token: 'canary-access',
      refresh_token: 'canary-refresh',
      id_token: 'canary-id',
    })
    await session.http(`${API}/me`)
    const printed =
      inspect(session, {
        depth: null,
        showHidden: true,
        getters: false,
      }) +
      JSON.stringify(session) +
      JSON.stringify(Object.entries(session))
    expect(printed).not.toMatch(/canary-|the-client-secret|granted/)
  })
})
