import { describe, expect, it } from 'vitest'
import { createSigner } from '../../test/signer.js'
import { halfHash } from '../jose/half-hash.js'
import { memoryStore } from './memory-store.js'
import { API, AS, json, NOW, server, sessionOver, testClock, wire } from './testing/fixture.js'
import type { TokenRecord } from './token-record.js'

const CALLBACK = 'https://app.example/callback'
const clock = () => testClock()
const signer = createSigner('ES256')
const metadata = { ...server, id_token_signing_alg_values_supported: ['ES256'] }
const nothing = () => wire(() => json({ error: 'not asked' }, 400))

describe('fetchToken: the implicit grant', () => {
  it('S31: the token is in the fragment; nothing is sent, and the session has it', async () => {
    const line = nothing()
    const session = sessionOver(line, { environment: clock(), responseType: 'token', scope: 'read', redirectUri: CALLBACK })
    const { state, transaction, url } = await session.createAuthorizationUrl()
    expect(Object.fromEntries(new URL(url).searchParams)).toEqual({
      response_type: 'token',
      client_id: 'client',
      redirect_uri: CALLBACK,
      scope: 'read',
      state,
    })
    const token = await session.fetchToken({
      authorizationResponse: `${CALLBACK}#access_token=front&token_type=Bearer&expires_in=60&state=${state}`,
      transaction: JSON.parse(JSON.stringify(transaction)),
    })
    expect(token).toEqual({ access_token: 'front', token_type: 'Bearer', expires_in: 60, expires_at: NOW + 60, scope: 'read' })
    expect(session.token).toEqual(token)
    expect(await session.http(`${API}/me`)).toBe(200)
    expect([line.requests, line.sent]).toEqual([[], [{ url: `${API}/me`, authorization: 'Bearer front' }]])
  })

  it('S31: by the pieces kept by hand the response type is the session’s', async () => {
    const line = nothing()
    const authorizationResponse = `${CALLBACK}#access_token=front&token_type=Bearer&state=mine`
    const token = await sessionOver(line, { responseType: 'token' }).fetchToken({ authorizationResponse, state: 'mine' })
    expect(token).toMatchObject({ access_token: 'front' })
    await expect(sessionOver(line).fetchToken({ authorizationResponse, state: 'mine' })).rejects.toMatchObject({
      code: 'OAUTH_MODE_MISMATCH',
      message: expect.stringContaining('responseType'),
    })
    expect(line.requests).toEqual([])
  })

  it.each([
    ['C2, S32: an error is told', '#error=access_denied&state=mine', { code: 'OAUTH_AUTHORIZATION_RESPONSE', error: 'access_denied' }],
    ['S32: no token', '#state=mine', { code: 'OAUTH_NO_TOKEN' }],
    ['S32: no token type', '#access_token=a&state=mine', { code: 'OAUTH_TOKEN_TYPE' }],
    ['S32: another state', '#access_token=a&token_type=Bearer&state=other', { code: 'OAUTH_STATE_MISMATCH' }],
    ['S33: a code, where a token was asked for', '?code=c&state=mine#_=_', { code: 'OAUTH_MODE_MISMATCH' }],
  ])('%s; the token that was there stays', async (_what, answer, error) => {
    const session = sessionOver(nothing(), { responseType: 'token' })
    await session.setToken({ access_token: 'before' })
    await expect(session.fetchToken({ authorizationResponse: `${CALLBACK}${answer}`, state: 'mine' })).rejects.toMatchObject(error)
    expect(session.token?.access_token).toBe('before')
  })

  it('RFC 6749 §4.2.2: quirks of token answers are for the token endpoint; here the answer is taken by the letter', async () => {
    const quirks = { missingTokenType: true, bearerTokenTypes: ['bot'], expiresInMember: 'expires' }
    const session = sessionOver(nothing(), { responseType: 'token', quirks })
    for (const type of ['', '&token_type=bot']) {
      const authorizationResponse = `${CALLBACK}#access_token=front&state=mine${type}`
      await expect(session.fetchToken({ authorizationResponse, state: 'mine' })).rejects.toMatchObject({ code: 'OAUTH_TOKEN_TYPE' })
    }
    const authorizationResponse = `${CALLBACK}#access_token=front&token_type=bearer&expires=60&state=mine`
    expect(await session.fetchToken({ authorizationResponse, state: 'mine' })).not.toHaveProperty('expires_in')
  })

  it('RFC 6749 §4.2.2: there is nothing to renew it with, and no request tries', async () => {
    const environment = clock()
    const line = nothing()
    const store = memoryStore<TokenRecord>()
    const session = sessionOver(line, { environment, store, key: 'alice', responseType: 'token' })
    const authorizationResponse = `${CALLBACK}#access_token=front&token_type=Bearer&expires_in=60&state=mine`
    await session.fetchToken({ authorizationResponse, state: 'mine' })
    expect((await store.get('alice'))?.value).toMatchObject({ grant: { type: 'implicit' }, token: { access_token: 'front' } })
    environment.time += 120
    for (const use of [() => session.refreshToken(), () => session.http(`${API}/me`)])
      await expect(use()).rejects.toMatchObject({ code: 'OAUTH_REFRESH_TERMINAL', reason: 'no_refresh_token' })
    expect(line.requests).toEqual([])
  })

  it('S65: an ID token beside it is verified, and its claims are there; by pieces with the nonce', async () => {
    const environment = clock()
    const line = wire(() => json({ keys: [signer.jwk] }))
    const session = sessionOver(line, { environment, server: metadata, responseType: 'id_token token', scope: 'openid' })
    const claims = { iss: AS, sub: 'alice', aud: 'client', iat: NOW, exp: NOW + 60, nonce: 'the-nonce' }
    const at_hash = await halfHash(environment, 'ES256', 'front')
    const answer = (idToken: string) => ({
      authorizationResponse: `#access_token=front&token_type=Bearer&id_token=${idToken}&state=mine`,
      state: 'mine',
    })
    await expect(session.fetchToken(answer(signer.sign({ ...claims, at_hash })))).rejects.toThrow('nonce')
    const fetch = (members: object) => session.fetchToken({ ...answer(signer.sign({ ...claims, ...members })), nonce: 'the-nonce' })
    await expect(fetch({})).rejects.toMatchObject({ code: 'OAUTH_ID_TOKEN_AT_HASH' })
    expect(session.claims).toBeUndefined()
    await fetch({ at_hash })
    expect(session.claims).toMatchObject({ sub: 'alice' })
    expect(line.requests.map(({ endpoint }) => endpoint)).toEqual(['jwks'])
  })

  it('a server of nothing but the implicit grant needs no token endpoint', async () => {
    const { token_endpoint: _none, ...implicit } = server
    const session = sessionOver(nothing(), { server: implicit, responseType: 'token' })
    const { state, transaction } = await session.createAuthorizationUrl()
    const authorizationResponse = `#access_token=front&token_type=Bearer&state=${state}`
    expect(await session.fetchToken({ authorizationResponse, transaction })).toMatchObject({ access_token: 'front' })
  })

  it('OpenID Connect Core §3.2: an ID token alone says who logged in, by finishLogin; it is no token for a session', async () => {
    const line = wire(() => json({ keys: [signer.jwk] }))
    const session = sessionOver(line, { environment: clock(), server: metadata, responseType: 'id_token', scope: 'openid' })
    const { transaction, state } = await session.createAuthorizationUrl()
    const { nonce } = transaction
    const idToken = signer.sign({ iss: AS, sub: 'alice', aud: 'client', iat: NOW, exp: NOW + 60, nonce })
    const authorizationResponse = `#id_token=${idToken}&state=${state}`
    await expect(session.fetchToken({ authorizationResponse, transaction })).rejects.toMatchObject({
      code: 'OAUTH_USAGE',
      message: expect.stringContaining('finishLogin'),
    })
    await session.setToken({ access_token: 'before' })
    const { token, claims } = await session.finishLogin({ authorizationResponse, transaction })
    expect([token, claims?.sub, session.token?.access_token]).toEqual([undefined, 'alice', 'before'])
  })
})

describe('finishLogin', () => {
  it('tells the token, which is the session’s then, and takes nothing but answers to logins', async () => {
    const session = sessionOver(nothing(), { responseType: 'token' })
    const authorizationResponse = '#access_token=front&token_type=Bearer&state=mine'
    expect(await session.finishLogin({ authorizationResponse, state: 'mine' })).toMatchObject({ token: { access_token: 'front' } })
    expect(session.token?.access_token).toBe('front')
    await expect(session.finishLogin({} as never)).rejects.toMatchObject({ code: 'OAUTH_USAGE' })
  })
})

describe('fetchToken: the hybrid flow', () => {
  it('OpenID Connect Core §3.3: the code is redeemed with PKCE, and the token can be renewed', async () => {
    const environment = clock()
    const claims = { iss: AS, sub: 'alice', aud: 'client', iat: NOW, exp: NOW + 60 }
    const kept: { nonce?: string | undefined } = {}
    const line = wire(({ endpoint }) =>
      endpoint === 'jwks'
        ? json({ keys: [signer.jwk] })
        : json({ access_token: 'back', token_type: 'Bearer', refresh_token: 'r', id_token: signer.sign({ ...claims, nonce: kept.nonce }) }),
    )
    const session = sessionOver(line, { environment, server: metadata, responseType: 'code id_token', scope: 'openid' })
    const { transaction, state } = await session.createAuthorizationUrl()
    kept.nonce = transaction.nonce
    const front = (c_hash: string | undefined) => signer.sign({ ...claims, nonce: transaction.nonce, c_hash })
    const fetch = (idToken: string) =>
      session.fetchToken({ authorizationResponse: `${CALLBACK}#code=c&id_token=${idToken}&state=${state}`, transaction })
    await expect(fetch(front(undefined))).rejects.toMatchObject({ code: 'OAUTH_ID_TOKEN_C_HASH' })
    expect(line.tokenRequests()).toEqual([])
    await fetch(front(await halfHash(environment, 'ES256', 'c')))
    expect(line.tokenRequests()).toEqual([{ grant_type: 'authorization_code', code: 'c', code_verifier: transaction.code_verifier }])
    expect(session.token).toMatchObject({ access_token: 'back' })
    await session.refreshToken()
    expect(line.tokenRequests().at(-1)).toMatchObject({ grant_type: 'refresh_token', refresh_token: 'r' })
  })
})

describe('codeChallengeMethod: false, for servers that refuse PKCE', () => {
  it.each(['code', 'code token'])('S14: %s is asked for and redeemed without it', async (responseType) => {
    const line = wire(() => json({ access_token: 'back', token_type: 'Bearer' }))
    const session = sessionOver(line, { responseType, codeChallengeMethod: false })
    const { url, state, transaction } = await session.createAuthorizationUrl()
    expect([...new URL(url).searchParams.keys()].filter((name) => name.startsWith('code_'))).toEqual([])
    const pairs = [
      ['code', 'c'],
      ['state', state],
      ...(responseType === 'code'
        ? []
        : [
            ['access_token', 'a'],
            ['token_type', 'bearer'],
          ]),
    ]
    await session.fetchToken({ authorizationResponse: pairs as [string, string][], transaction })
    expect(line.tokenRequests()).toEqual([{ grant_type: 'authorization_code', code: 'c' }])
    await expect(session.createAuthorizationUrl({ codeVerifier: 'v'.repeat(43) })).rejects.toMatchObject({ code: 'OAUTH_USAGE' })
  })
})
