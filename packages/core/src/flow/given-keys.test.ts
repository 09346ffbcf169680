import { describe, expect, test } from 'vitest'
import { answer, json, play, thrown } from '../../test/answers.js'
import { testEnvironment } from '../../test/environment.js'
import { CLAIMS, ISSUER, client as plain, server as published } from '../../test/parties.js'
import { createSigner, signHs256 } from '../../test/signer.js'
import type { Client } from '../client-authentication/client.js'
import { type KeysOption, publicKeys } from '../jose/given-keys.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import { finishAuthorization, startAuthorization } from './authorization-code.js'
import { createCache } from './cache.js'
import { introspect } from './introspect.js'
import { refreshToken } from './refresh-token.js'
import { userinfo } from './userinfo.js'
import { type VerificationOptions, verifyIdToken } from './verify-id-token.js'
import { verifyLogoutToken } from './verify-logout-token.js'

const signer = createSigner('RS256')
const stranger = createSigner('RS256')
const environment = testEnvironment()
const { jwks_uri, ...withoutAddress } = published
const endpoints = { ...withoutAddress, introspection_endpoint: `${ISSUER}/introspect` }

interface Parties {
  readonly server: ServerMetadata
  readonly client: Client
}
const withJwks: Parties = { server: { ...endpoints, jwks: { keys: [signer.jwk] } }, client: plain }
const withKeys: Parties = { server: endpoints, client: { ...plain, keys: publicKeys({ keys: [signer.jwk] }) } }
const given: readonly (readonly [name: string, Parties])[] = [
  ['a JWK Set in the metadata of a server without jwks_uri', withJwks],
  ['keys of the client', withKeys],
  [
    'keys of the client, where the server publishes others',
    { ...withKeys, server: { ...endpoints, jwks_uri, jwks: { keys: [stranger.jwk] } } as ServerMetadata },
  ],
]

const jwt = (body: string, type: string) => answer(200, body, { 'content-type': type })
const { nonce: _nonce, ...claims } = CLAIMS
const logout = { ...claims, jti: 'jti', sid: 'S1', events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }

/** Each way in which a signature reaches us: the requests that it takes, and what comes of it. */
const ways: Readonly<Record<string, (by: typeof signer, parties: Parties) => ReturnType<typeof play<unknown>>>> = {
  'a login': async (by, { server, client }) => {
    const start = startAuthorization(server, client, { environment, redirectUri: 'https://app.example/cb', scope: 'openid' })
    const { value } = await play(start)
    if (value === undefined) throw new Error('the login did not start')
    const { transaction } = value
    const response = `https://app.example/cb?code=the-code&state=${transaction.state}`
    const id_token = by.sign({ ...CLAIMS, nonce: transaction.nonce })
    const flow = finishAuthorization(server, client, { environment, keyCache: createCache(), transaction, response })
    return play(flow, json({ access_token: 'A', token_type: 'Bearer', id_token }))
  },
  'a login without "openid", whose ID token comes unasked': async (by, { server, client }) => {
    const start = startAuthorization(server, client, { environment, redirectUri: 'https://app.example/cb' })
    const { value } = await play(start)
    if (value === undefined) throw new Error('the login did not start')
    const response = `https://app.example/cb?code=the-code&state=${value.transaction.state}`
    const flow = finishAuthorization(server, client, { environment, keyCache: createCache(), transaction: value.transaction, response })
    return play(flow, json({ access_token: 'A', token_type: 'Bearer', id_token: by.sign(claims) }))
  },
  'a signed UserInfo answer': (by, { server, client }) =>
    play(
      userinfo(
        server,
        { ...client, userinfo_signed_response_alg: 'RS256' },
        { environment, keyCache: createCache(), accessToken: 'A', subject: 'alice' },
      ),
      jwt(by.sign({ iss: ISSUER, aud: 'client', sub: 'alice' }), 'application/jwt'),
    ),
  'a signed introspection answer': (by, { server, client }) =>
    play(
      introspect(server, { ...client, introspection_signed_response_alg: 'RS256' }, { environment, keyCache: createCache(), token: 'T' }),
      jwt(
        by.sign({ ...claims, token_introspection: { active: true, sub: 'alice' } }, { typ: 'token-introspection+jwt' }),
        'application/token-introspection+jwt',
      ),
    ),
  'a logout token': (by, { server, client }) =>
    play(verifyLogoutToken(by.sign(logout), server, client, { environment, keyCache: createCache() })),
  'an ID token from elsewhere': (by, { server, client }) =>
    play(verifyIdToken(by.sign(claims), server, client, { environment, keyCache: createCache(), nonce: undefined })),
}

describe.each(given)('B2, B16: %s', (_given, parties) => {
  test.each(Object.entries(ways))('%s is verified with them; nothing is fetched', async (_way, play) => {
    const { error, requests } = await play(signer, parties)
    expect(error).toBeUndefined()
    expect(requests.filter(({ endpoint }) => endpoint === 'jwks')).toEqual([])
    expect(await play(stranger, parties)).toMatchObject({ error: { code: expect.stringMatching(/_SIG$/) } })
  })

  test('a renewed ID token is verified with them, and one that none of them signed is nobody’s', async () => {
    const token = { access_token: 'A1', token_type: 'Bearer', refresh_token: 'R1', id_token: signer.sign(claims) }
    const renewed = (by: typeof signer) =>
      play(
        refreshToken(parties.server, parties.client, { environment, token, keyCache: createCache() }),
        json({ access_token: 'A2', token_type: 'Bearer', id_token: by.sign(claims) }),
      )
    expect(await renewed(signer)).toMatchObject({ requests: [{ endpoint: 'token' }], value: { claims: { sub: 'alice' } } })
    expect(await renewed(stranger)).toMatchObject({ error: { code: 'OAUTH_ID_TOKEN_SIG' } })
  })

  test('a key that is not among them is not looked for', async () => {
    const other = createSigner('RS256', { kid: 'other' })
    expect(await ways['a logout token']?.(other, parties)).toMatchObject({ requests: [], error: { code: 'OAUTH_KEY_NOT_FOUND' } })
  })
})

const verify = (server: ServerMetadata, client: Client, options: Partial<VerificationOptions> = {}) =>
  verifyIdToken(signer.sign(claims), server, client, { environment, keyCache: createCache(), nonce: undefined, ...options })

describe('B16: keys that cannot be got when a token is renewed', () => {
  test.each<[string, KeysOption]>([
    ['their function rejects', () => Promise.reject(new Error('the key service is down'))],
    ['they are no keys', 'no PEM'],
  ])('%s: the new tokens are not given up, for the old ones may be spent; the ID token is left out', async (_why, keys) => {
    const id_token = signer.sign(claims)
    const token = { access_token: 'A1', token_type: 'Bearer', refresh_token: 'R1', id_token }
    const client = { ...plain, keys: publicKeys(keys) }
    const flow = refreshToken(endpoints, client, { environment, token, keyCache: createCache() })
    const { value } = await play(
      flow,
      json({ access_token: 'A2', token_type: 'Bearer', refresh_token: 'R2', id_token: signer.sign({ ...claims, exp: claims.exp + 1 }) }),
    )
    expect(value).toEqual({ token: expect.objectContaining({ access_token: 'A2', refresh_token: 'R2', id_token }) })
  })
})

describe('B16: which keys count', () => {
  test('those at jwks_uri, where there is a JWK Set beside it', async () => {
    const both = { ...endpoints, jwks_uri, jwks: { keys: [stranger.jwk] } } as ServerMetadata
    expect(await play(verify(both, plain), json({ keys: [signer.jwk] }))).toMatchObject({
      requests: [{ endpoint: 'jwks' }],
      value: { sub: 'alice' },
    })
  })

  test('those of the call, before those of the client', async () => {
    const client = { ...plain, keys: publicKeys(stranger.jwk) }
    expect(await play(verify(endpoints, client, { keys: signer.jwk }))).toMatchObject({ requests: [], value: { sub: 'alice' } })
    expect(await play(verify(endpoints, client))).toMatchObject({ error: { code: 'OAUTH_ID_TOKEN_SIG' } })
  })

  test('under HS256 the client secret, whatever keys there are', async () => {
    const client = {
      ...plain,
      client_secret: 'a client secret of thirty-two bytes',
      id_token_signed_response_alg: 'HS256',
      keys: publicKeys(signer.jwk),
    }
    const idToken = signHs256(client.client_secret, claims)
    const flow = verifyIdToken(idToken, endpoints, client, { environment, keyCache: createCache(), nonce: undefined })
    expect(await play(flow)).toMatchObject({ requests: [], value: { sub: 'alice' } })
  })

  test('RFC 7517 §5: none, where the metadata has something that is no JWK Set', async () => {
    expect(await play(verify({ ...endpoints, jwks: 'keys' as never }, plain))).toMatchObject({
      requests: [],
      error: { code: 'OAUTH_KEY_NOT_FOUND' },
    })
  })
})

test.each([undefined, null, '', [], [undefined], ['']])('B16: publicKeys(%j): an environment variable that is not set', async (keys) => {
  expect(await thrown(() => publicKeys(keys as never))).toMatchObject({
    name: 'UsageError',
    message: expect.stringContaining('missing or empty'),
  })
})
