import { describe, expect, test } from 'vitest'
import { answer, json, play } from '../../test/answers.js'
import { testEnvironment } from '../../test/environment.js'
import { CLAIMS, client, ISSUER, server as published } from '../../test/parties.js'
import { createSigner } from '../../test/signer.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import { finishAuthorization, startAuthorization } from './authorization-code.js'
import { createCache } from './cache.js'
import { introspect } from './introspect.js'
import { refreshToken } from './refresh-token.js'
import { userinfo } from './userinfo.js'
import { verifyIdToken } from './verify-id-token.js'
import { verifyLogoutToken } from './verify-logout-token.js'

const signer = createSigner('RS256')
const stranger = createSigner('RS256')
const environment = testEnvironment()
const { jwks_uri, ...withoutAddress } = published
const server: ServerMetadata = { ...withoutAddress, introspection_endpoint: `${ISSUER}/introspect`, jwks: { keys: [signer.jwk] } }

const jwt = (body: string, type: string) => answer(200, body, { 'content-type': type })
const { nonce: _nonce, ...claims } = CLAIMS
const logout = { ...claims, jti: 'jti', sid: 'S1', events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }

/** Each way in which a signature reaches us: the requests that it takes, and what comes of it. */
const ways: Readonly<Record<string, (by: typeof signer) => ReturnType<typeof play<unknown>>>> = {
  'a login': async (by) => {
    const start = startAuthorization(server, client, { environment, redirectUri: 'https://app.example/cb', scope: 'openid' })
    const { value } = await play(start)
    if (value === undefined) throw new Error('the login did not start')
    const { transaction } = value
    const response = `https://app.example/cb?code=the-code&state=${transaction.state}`
    const id_token = by.sign({ ...CLAIMS, nonce: transaction.nonce })
    const flow = finishAuthorization(server, client, { environment, keyCache: createCache(), transaction, response })
    return play(flow, json({ access_token: 'A', token_type: 'Bearer', id_token }))
  },
  'a login without "openid", whose ID token comes unasked': async (by) => {
    const start = startAuthorization(server, client, { environment, redirectUri: 'https://app.example/cb' })
    const { value } = await play(start)
    if (value === undefined) throw new Error('the login did not start')
    const response = `https://app.example/cb?code=the-code&state=${value.transaction.state}`
    const flow = finishAuthorization(server, client, { environment, keyCache: createCache(), transaction: value.transaction, response })
    return play(flow, json({ access_token: 'A', token_type: 'Bearer', id_token: by.sign(claims) }))
  },
  'a signed UserInfo answer': (by) =>
    play(
      userinfo(
        server,
        { ...client, userinfo_signed_response_alg: 'RS256' },
        { environment, keyCache: createCache(), accessToken: 'A', subject: 'alice' },
      ),
      jwt(by.sign({ iss: ISSUER, aud: 'client', sub: 'alice' }), 'application/jwt'),
    ),
  'a signed introspection answer': (by) =>
    play(
      introspect(server, { ...client, introspection_signed_response_alg: 'RS256' }, { environment, keyCache: createCache(), token: 'T' }),
      jwt(
        by.sign({ ...claims, token_introspection: { active: true, sub: 'alice' } }, { typ: 'token-introspection+jwt' }),
        'application/token-introspection+jwt',
      ),
    ),
  'a logout token': (by) => play(verifyLogoutToken(by.sign(logout), server, client, { environment, keyCache: createCache() })),
  'an ID token from elsewhere': (by) =>
    play(verifyIdToken(by.sign(claims), server, client, { environment, keyCache: createCache(), nonce: undefined })),
}

describe('B2, B16: a JWK Set in the metadata is the keys of a server without jwks_uri', () => {
  test.each(Object.entries(ways))('%s is verified with them; nothing is fetched', async (_way, play) => {
    const { error, requests } = await play(signer)
    expect(error).toBeUndefined()
    expect(requests.filter(({ endpoint }) => endpoint === 'jwks')).toEqual([])
    expect(await play(stranger)).toMatchObject({ error: { code: expect.stringMatching(/_SIG$/) } })
  })

  test('a renewed ID token is verified with them, and one that nobody of them signed ends the session', async () => {
    const token = { access_token: 'A1', token_type: 'Bearer', refresh_token: 'R1', id_token: signer.sign(claims) }
    const renewed = (by: typeof signer) =>
      play(
        refreshToken(server, client, { environment, token, keyCache: createCache() }),
        json({ access_token: 'A2', token_type: 'Bearer', id_token: by.sign(claims) }),
      )
    expect(await renewed(signer)).toMatchObject({ requests: [{ endpoint: 'token' }], value: { claims: { sub: 'alice' } } })
    expect(await renewed(stranger)).toMatchObject({ error: { code: 'OAUTH_ID_TOKEN_SIG' } })
  })

  test('a key that is not among them is not looked for: there is nowhere to ask', async () => {
    const other = createSigner('RS256', { kid: 'other' })
    expect(await ways['a logout token']?.(other)).toMatchObject({ requests: [], error: { code: 'OAUTH_KEY_NOT_FOUND' } })
  })

  test('where there is an address too, the keys there count', async () => {
    const both = { ...server, jwks_uri, jwks: { keys: [stranger.jwk] } } as ServerMetadata
    const flow = verifyIdToken(signer.sign(claims), both, client, { environment, keyCache: createCache(), nonce: undefined })
    expect(await play(flow, json({ keys: [signer.jwk] }))).toMatchObject({ requests: [{ endpoint: 'jwks' }], value: { sub: 'alice' } })
  })

  test('RFC 7517 §5: what is no JWK Set holds no key', async () => {
    const flow = verifyIdToken(signer.sign(claims), { ...server, jwks: 'keys' as never }, client, {
      environment,
      keyCache: createCache(),
      nonce: undefined,
    })
    expect(await play(flow)).toMatchObject({ requests: [], error: { code: 'OAUTH_KEY_NOT_FOUND' } })
  })
})
