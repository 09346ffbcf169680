import { createHash, randomBytes } from 'node:crypto'
import { OAuth2Session } from '@oauth/node-got'
import * as arctic from 'arctic'
import * as oauth4webapi from 'oauth4webapi'
import * as openid from 'openid-client'
import type { Comparison } from './compare.ts'

const issuer = 'https://as.example'
const authorization_endpoint = `${issuer}/authorize`
const token_endpoint = `${issuer}/token`
const client_id = 'client'
const redirect_uri = 'https://app.example/callback'
const scope = 'read write'

/** The URL that starts a login, with PKCE and state, and what has to be kept until the browser comes back. */
export async function* authorizationUrl(): AsyncGenerator<Comparison, void> {
  const session = new OAuth2Session({
    server: { issuer, authorization_endpoint, token_endpoint },
    clientId: client_id,
    redirectUri: redirect_uri,
    scope,
  })
  yield {
    job: 'createAuthorizationUrl with PKCE, state and transaction',
    ours: () => session.createAuthorizationUrl(),
    peers: {
      'by hand with node:crypto': { run: byHand, atMost: 2 },
      'openid-client': { run: openidClient(), atMost: 1 },
      oauth4webapi: { run: withOauth4webapi, atMost: 1 },
      arctic: { run: withArctic(), atMost: 1 },
    },
    plan: { rounds: 101, operations: 1000 },
  }
}

function byHand() {
  const state = randomBytes(32).toString('base64url')
  const code_verifier = randomBytes(32).toString('base64url')
  const url = new URL(authorization_endpoint)
  url.searchParams.set('response_type', 'code')
  url.searchParams.set('client_id', client_id)
  url.searchParams.set('redirect_uri', redirect_uri)
  url.searchParams.set('scope', scope)
  url.searchParams.set('state', state)
  url.searchParams.set('code_challenge', createHash('sha256').update(code_verifier).digest('base64url'))
  url.searchParams.set('code_challenge_method', 'S256')
  return { url: url.href, state, transaction: kept(state, code_verifier) }
}

function openidClient() {
  const configuration = new openid.Configuration({ issuer, authorization_endpoint, token_endpoint }, client_id)
  return async () => {
    const code_verifier = openid.randomPKCECodeVerifier()
    const state = openid.randomState()
    const code_challenge = await openid.calculatePKCECodeChallenge(code_verifier)
    const parameters = { redirect_uri, scope, state, code_challenge, code_challenge_method: 'S256' }
    const url = openid.buildAuthorizationUrl(configuration, parameters)
    return { url: url.href, state, transaction: kept(state, code_verifier) }
  }
}

/** It has no function for the URL: its examples build it with `URL`. */
async function withOauth4webapi() {
  const code_verifier = oauth4webapi.generateRandomCodeVerifier()
  const state = oauth4webapi.generateRandomState()
  const url = new URL(authorization_endpoint)
  url.searchParams.set('client_id', client_id)
  url.searchParams.set('redirect_uri', redirect_uri)
  url.searchParams.set('response_type', 'code')
  url.searchParams.set('scope', scope)
  url.searchParams.set('code_challenge', await oauth4webapi.calculatePKCECodeChallenge(code_verifier))
  url.searchParams.set('code_challenge_method', 'S256')
  url.searchParams.set('state', state)
  return { url: url.href, state, transaction: kept(state, code_verifier) }
}

function withArctic() {
  const client = new arctic.OAuth2Client(client_id, null, redirect_uri)
  return () => {
    const state = arctic.generateState()
    const code_verifier = arctic.generateCodeVerifier()
    const url = client.createAuthorizationURLWithPKCE(
      authorization_endpoint,
      state,
      arctic.CodeChallengeMethod.S256,
      code_verifier,
      scope.split(' '),
    )
    return { url: url.href, state, transaction: kept(state, code_verifier) }
  }
}

/** What somebody who does it by hand keeps: enough to check the answer and to redeem the code. */
function kept(state: string, code_verifier: string) {
  return { issuer, token_endpoint, client_id, redirect_uri, scope, state, code_verifier, createdAt: Math.floor(Date.now() / 1000) }
}
