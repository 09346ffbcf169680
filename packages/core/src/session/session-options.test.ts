import { describe, expect, it } from 'vitest'
import { UsageError } from '../error/usage-error.js'
import { memoryStore } from './memory-store.js'
import { OAuth2Session } from './oauth2-session.js'
import { server, wire } from './testing/fixture.js'

const GOOD = { server, clientId: 'client', clientSecret: 'the-client-secret' }
function make(options: object): () => unknown {
  const { client } = wire(() => {
    throw new Error('a constructor sends nothing')
  })
  return () => new OAuth2Session({ ...GOOD, ...options } as never, client)
}

describe('S2: options of a session', () => {
  it('are all there is to it: construction sends nothing', () => {
    expect(make({})).not.toThrow()
    expect(
      make({
        issuer: 'https://as.example',
        server: undefined,
      }),
    ).not.toThrow()
  })

  it.each(['none', () => undefined])('CA07: with the method %s a secret that is undefined is none', (tokenEndpointAuthMethod) => {
    expect(make({ clientSecret: undefined, tokenEndpointAuthMethod })).not.toThrow()
  })

  it.each(['clientid', 'client_id', 'redirectURI', 'token_updater', 'tokenEndpoint', 'scopes'])(
    'S5: "%s" is refused, and named',
    (name) => {
      expect(make({ [name]: 'x' })).toThrow(UsageError)
      expect(make({ [name]: 'x' })).toThrow(new RegExp(`no option "${name}".*Known options:.*clientId`))
    },
  )
  it.each([
    ['CA07: an empty client id', { clientId: '' }, 'clientId'],
    ['CA07: the text of a missing one', { clientId: 'undefined' }, 'clientId'],
    ['CA07: none', { clientId: undefined }, 'clientId'],
    ['CA07: an empty secret', { clientSecret: '' }, 'clientSecret'],
    ['CA07: the text of a missing one', { clientSecret: 'undefined' }, 'clientSecret'],
    ['CA07: one that is not set', { clientSecret: undefined }, 'environment variable unset'],
    ['CA07: a public client with a secret', { tokenEndpointAuthMethod: 'none' }, 'contradict'],
    [
      'CA07: basic without a secret',
      {
        clientSecret: undefined,
        tokenEndpointAuthMethod: 'client_secret_basic',
      },
      'contradict',
    ],
    [
      'CA07: revocation by basic without a secret',
      { clientSecret: undefined, revocationEndpointAuthMethod: 'client_secret_basic' },
      '"revocationEndpointAuthMethod"',
    ],
    ['CA07: revocation as a public client with a secret', { revocationEndpointAuthMethod: 'none' }, '"revocationEndpointAuthMethod"'],
    ['S3: a scope that is no text', { scope: 1 }, '"scope" must be a text'],
    ['an unknown quirk', { quirks: { anyContenttype: true } }, 'no quirk "anyContenttype"'],
    ['quirks that are none', { quirks: true }, '"quirks"'],
    ['neither issuer nor server', { server: undefined }, '"issuer" is missing'],
    ['both issuer and server', { issuer: 'https://as.example' }, 'contradict'],
    [
      'an issuer over http',
      {
        issuer: 'http://as.example',
        server: undefined,
      },
      'https',
    ],
    [
      'an issuer that is no URL',
      {
        issuer: 'as.example',
        server: undefined,
      },
      'issuer',
    ],
    ['S13: a given endpoint over http', { server: { token_endpoint: 'http://as.example/token' } }, '"server": "token_endpoint"'],
    ['given metadata that is none', { server: 'https://as.example' }, '"server"'],
    ['an issuer that is no text', { issuer: ['https://as.example'], server: undefined }, '"issuer"'],
    ['given metadata in camelCase', { server: { tokenEndpoint: 'https://as.example/token' } }, '"token_endpoint"'],
    ['a redirect URI that is not absolute', { redirectUri: '/callback' }, '"redirectUri" is not an absolute URI'],
    ['a store that cannot compare and set', { store: new Map(), key: 'alice' }, '"store" has no function "compareAndSet"'],
    ['a store that is none', { store: null, key: 'alice' }, '"store" has no function "get"'],
    ['an empty key', { store: memoryStore(), key: '' }, 'one person or one token, and it is empty'],
    ['a key that is null', { store: memoryStore(), key: null }, 'one person or one token, and it is no text'],
    ['a key that is a number', { store: memoryStore(), key: 5 }, 'one person or one token, and it is no text'],
    ['a key that is an object', { store: memoryStore(), key: { id: 1 } }, 'one person or one token, and it is no text'],
    ['a key without a store', { key: 'alice' }, '"key"'],
    [
      'a token for a store without a key',
      {
        store: memoryStore(),
        token: { access_token: 'a' },
      },
      'contradict',
    ],
    ['a leeway below 0', { leeway: -1 }, '"leeway"'],
    ['a leeway that is no number', { leeway: Number.NaN }, '"leeway"'],
    ['S11: the response type none', { responseType: 'none' }, 'response type "none"'],
    ['tokens in the query', { responseType: 'token', responseMode: 'query' }, 'must not be in a query'],
    ['a response mode that is not offered', { responseMode: 'jwt' }, 'response mode "jwt"'],
    ['S14: plain PKCE', { codeChallengeMethod: 'plain' }, '"codeChallengeMethod"'],
    ['C14: an unknown placement of the token', { tokenPlacement: 'cookie' }, '"tokenPlacement"'],
    ['an updateToken that is no function', { updateToken: true }, '"updateToken"'],
    ['a clock tolerance beyond a minute', { clockTolerance: 61 }, '"clockTolerance"'],
    ['an ID token algorithm that no public key verifies', { idTokenSignedResponseAlg: 'HS256' }, '"idTokenSignedResponseAlg"'],
    ['trusted audiences that are no list', { trustedAudiences: 'account' }, '"trustedAudiences"'],
    ['a trusted audience that is empty', { trustedAudiences: ['account', ''] }, '"trustedAudiences"'],
    ['a trusted audience that is no text', { trustedAudiences: [undefined] }, '"trustedAudiences"'],
    ['an origin that is none', { allowedOrigins: ['api.example'] }, '"allowedOrigins"'],
    ['a token that is none', { token: {} }, 'access_token'],
  ])('%s is refused at construction', (_name, options, text) => {
    expect(make(options)).toThrow(UsageError)
    expect(make(options)).toThrow(text)
  })

  it.each([
    ['none', undefined],
    ['null', null],
    ['fetch itself', fetch],
    ['an object without functions', {}],
    ['a transport alone', { transport: () => undefined }],
  ])('C14: an HTTP client that is %s is refused with the names of those that are', (_name, client) => {
    const attempt = () => new OAuth2Session(GOOD, client as never)
    expect(attempt).toThrow(UsageError)
    expect(attempt).toThrow(/gotClient\(got\).*fetchClient\(\)/)
  })

  it.each([undefined, null, 'https://as.example', 7, true, [], [GOOD]].map((options) => [options]))(
    '%j is no options: a usage error, not an error of JavaScript',
    (options) => {
      const { client } = wire(() => {
        throw new Error('a constructor sends nothing')
      })
      expect(() => new OAuth2Session(options as never, client)).toThrow(UsageError)
      expect(() => new OAuth2Session(options as never, client)).toThrow(/^OAuth2Session: an options object is needed.*clientId/)
    },
  )

  it('errors of construction show no secret', () => {
    expect(make({ tokenEndpointAuthMethod: 'none' })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('the-client-secret') }),
    )
  })
})
