import {
  type AuthorizationResult,
  type Client,
  createCache,
  discover,
  type Environment,
  finishAuthorization,
  run,
  startAuthorization,
  verifyIdToken,
} from '@oauth/core'
import { fetchTransport } from '@oauth/core/fetch'
import { assert, equal, failure } from './assert.ts'
import type { Algorithm, Case, Context } from './case.ts'
import { ENVIRONMENTS, portableEnvironment } from './environments.ts'

const ALGORITHMS: readonly Algorithm[] = ['RS256', 'PS256', 'ES256', 'EdDSA']

export const AUTHORIZATION_CASES: readonly Case[] = [
  ...Object.entries(ENVIRONMENTS).map(([cryptography, environment]) => ({
    title: `RFC 7636 §4.2: the challenge in the authorization URL is the hash of the verifier, by ${cryptography}`,
    run: (context: Context) => challengeIsHash(context, environment()),
  })),
  ...ALGORITHMS.map((alg) => ({
    title: `OpenID Connect Core §3.1: a login with PKCE ends with a verified ${alg} ID token`,
    async run(context: Context) {
      const { token, claims } = await login(context, context.clients[alg], portableEnvironment())
      equal([claims?.sub, claims?.iss], ['alice', context.issuer])
      equal(JSON.parse(atob(token.id_token?.split('.')[0] ?? '')).alg, alg)
    },
  })),
  ...ALGORITHMS.map((alg) => ({
    title: `OpenID Connect Core §3.1.3.7: an ${alg} ID token with another payload is refused`,
    run: (context: Context) => forgedIsRefused(context, context.clients[alg]),
  })),
]

async function challengeIsHash({ issuer, baseUrl, clients }: Context, environment: Environment): Promise<void> {
  const server = await run(discover(issuer, { environment }), fetchTransport())
  const start = startAuthorization(server, clients.RS256, { environment, redirectUri: `${baseUrl}/callback`, scope: 'openid' })
  const { url, state, transaction } = await run(start, fetchTransport())
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(transaction.code_verifier))
  const challenge = btoa(String.fromCharCode(...new Uint8Array(hash)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
  const { searchParams, origin } = new URL(url)
  equal([origin, searchParams.get('code_challenge'), searchParams.get('code_challenge_method')], [issuer, challenge, 'S256'])
  equal([searchParams.get('state'), searchParams.get('nonce')], [state, transaction.nonce])
}

async function forgedIsRefused(context: Context, client: Client): Promise<void> {
  const environment = portableEnvironment()
  const { token } = await login(context, client, environment)
  const [header, payload, signature] = token.id_token?.split('.') ?? []
  const claims = JSON.parse(atob((payload ?? '').replaceAll('-', '+').replaceAll('_', '/')))
  const forged = btoa(JSON.stringify({ ...claims, sub: 'mallory' })).replaceAll('=', '')
  const server = await run(discover(context.issuer, { environment }), fetchTransport())
  const verify = verifyIdToken([header, forged, signature].join('.'), server, client, {
    environment,
    keyCache: createCache(),
    nonce: claims.nonce,
  })
  const error = await failure(run(verify, fetchTransport()))
  assert(error.code === 'OAUTH_ID_TOKEN_SIG', error.code)
}

async function login(context: Context, client: Client, environment: Environment): Promise<AuthorizationResult> {
  const transport = fetchTransport()
  const server = await run(discover(context.issuer, { environment }), transport)
  const options = { environment, redirectUri: `${context.baseUrl}/callback`, scope: 'openid email' }
  const { url, transaction } = await run(startAuthorization(server, client, options), transport)
  const response = await context.login(url)
  return run(finishAuthorization(server, client, { environment, response, transaction, keyCache: createCache() }), transport)
}
