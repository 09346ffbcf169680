import type { Client } from '../client-authentication/client.js'
import type { Environment } from '../environment.js'
import { decodeLogoutToken, type LogoutTokenClaims, logoutTokenRefusal, validateLogoutToken } from '../message/logout-token.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import type { Flow } from './flow.js'
import { assertIdTokenAlgorithm, openIdToken } from './id-token.js'
import type { JwkSetOptions } from './jwk-set.js'
import { verifySignature } from './signature.js'

/** What a logout token is checked with. */
export interface LogoutTokenOptions extends JwkSetOptions {
  readonly environment: Environment
  readonly clockTolerance?: number | undefined
}

/**
 * Verifies a logout token, that a provider posts when a session has ended there: algorithm, signature and keys as those of an ID token, then every
 * claim. One that comes twice is taken twice: end what was begun before its `iat`, and the second has no effect.
 *
 * @throws {@link ProtocolError} `OAUTH_LOGOUT_TOKEN_…` or `OAUTH_KEY_NOT_FOUND`.
 * @see OpenID Connect Back-Channel Logout §2.6 https://openid.net/specs/openid-connect-backchannel-1_0.html#Validation
 */
export async function* verifyLogoutToken(
  logoutToken: string,
  server: ServerMetadata,
  client: Client,
  options: LogoutTokenOptions,
): Flow<LogoutTokenClaims> {
  assertIdTokenAlgorithm(client)
  const refusal = logoutTokenRefusal
  const jws = decodeLogoutToken(await openIdToken(logoutToken, client, refusal), server, client.id_token_signed_response_alg)
  yield* verifySignature(jws, { server, client, refusal }, options)
  return validateLogoutToken(jws, {
    issuer: server.issuer,
    clientId: client.client_id,
    trustedAudiences: client.trusted_audiences,
    now: options.environment.now(),
    clockTolerance: options.clockTolerance,
  })
}
