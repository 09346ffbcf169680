import type { Client } from '../client-authentication/client.js'
import { explain } from '../error/explain.js'
import { ProtocolError } from '../error/protocol-error.js'
import { toForm } from '../http/form.js'
import {
  type AuthorizationRequest,
  type AuthorizationRequestOptions,
  authorizationRequest,
  hasScope,
} from '../message/authorization-request.js'
import { authorizationResponse } from '../message/authorization-response.js'
import type { IdTokenClaims } from '../message/id-token.js'
import { type AuthorizationResponseInput, responseParameters } from '../message/response-parameters.js'
import type { TokenSet } from '../message/token-set.js'
import { endpointUrl, type ServerMetadata, serverIdentity } from '../metadata/server-metadata.js'
import { type AuthorizationTransaction, assertAuthorizationTransaction, assertInTime } from '../transaction/authorization-transaction.js'
import type { Flow } from './flow.js'
import { assertIdTokenAlgorithm, isIdTokenVerifiable, verifyIdToken } from './id-token.js'
import { assertKeyCache, type JwkSetOptions } from './jwk-set.js'
import { type GrantOptions, tokenGrant } from './token.js'

/** What a finished login brought. */
export interface AuthorizationResult {
  readonly token: TokenSet
  /** Verified; absent when the server issued no ID token and none was asked for. */
  readonly claims?: IdTokenClaims
}

/** Options of {@link finishAuthorization}. */
export interface FinishOptions extends GrantOptions, Omit<JwkSetOptions, 'environment'> {
  /** What the browser brought back: the whole URL, its query, or the form of a `form_post`. */
  readonly response: AuthorizationResponseInput
  /** What {@link startAuthorization} returned, kept since. */
  readonly transaction: AuthorizationTransaction
  readonly clockTolerance?: number | undefined
}

/**
 * Begins a login: where to send the browser, and the transaction to keep. Sends nothing by itself today; it is a flow so that a pushed
 * request (RFC 9126) can be one of its steps.
 */
// biome-ignore lint/correctness/useYield: a flow that needs no request yet
export async function* startAuthorization(
  server: ServerMetadata,
  client: Client,
  options: AuthorizationRequestOptions,
): Flow<AuthorizationRequest> {
  return authorizationRequest(server, client, options)
}

/**
 * Finishes a login: checks the answer, redeems the code once, verifies the ID token.
 *
 * With `openid` among the scopes an ID token has to come. One that comes unasked is verified all the same where the server has keys.
 *
 * @throws {@link ProtocolError} the answer, or the ID token, does not belong to this login.
 * @throws {@link AuthorizationResponseError} the server, or the person, said no.
 * @throws {@link EndpointError} the code was refused.
 * @throws {@link UsageError} an option is missing or something else; nothing was sent.
 * @see RFC 6749 §4.1.3 https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3
 */
export async function* finishAuthorization(server: ServerMetadata, client: Client, options: FinishOptions): Flow<AuthorizationResult> {
  const { environment, response, transaction, keyCache, clockTolerance } = options
  assertAuthorizationTransaction(transaction)
  assertKeyCache(keyCache)
  assertIdTokenAlgorithm(client)
  assertCurrent(transaction, server, client, environment.now())
  const { code } = authorizationResponse(responseParameters(response), transaction, server)
  const { redirect_uri, code_verifier, nonce, max_age: maxAge, scope, resource } = transaction
  const grant = toForm({ grant_type: 'authorization_code', code, redirect_uri, code_verifier, resource })
  const answer = yield* tokenGrant(server, client, { ...options, grant })
  const token = scope === undefined || answer.scope !== undefined ? answer : { ...answer, scope }

  if (token.id_token === undefined) {
    if (hasScope(scope, 'openid')) {
      throw new ProtocolError(
        'OAUTH_ID_TOKEN_MISSING',
        explain && 'The token answer has no ID token though the scope "openid" was asked for',
        {
          reference: 'OpenID Connect Core §3.1.3.3',
        },
      )
    }
    return { token }
  }
  if (!hasScope(scope, 'openid') && !isIdTokenVerifiable(server, client)) return { token }
  const claims = yield* verifyIdToken(token.id_token, server, client, {
    environment,
    keyCache,
    nonce,
    maxAge,
    accessToken: token.access_token,
    clockTolerance,
  })
  return { token, claims }
}

/** The login must end where it began: same server, same token endpoint, same client, and in time. */
function assertCurrent(transaction: AuthorizationTransaction, server: ServerMetadata, client: Client, now: number): void {
  assertInTime(transaction, now)
  if (transaction.issuer !== serverIdentity(server) || transaction.client_id !== client.client_id) {
    throw new ProtocolError(
      'OAUTH_PROVIDER_MISMATCH',
      explain && 'The login was started at another provider or by another client. Start it again',
      {
        reference: 'RFC 9700 §4.4.2',
      },
    )
  }
  if (transaction.token_endpoint !== endpointUrl(server, 'token_endpoint')) {
    throw new ProtocolError(
      'OAUTH_ENDPOINT_CHANGED',
      explain && "The server's token endpoint changed while the login was under way, so the code was not sent. Start it again",
      { reference: 'RFC 9700 §4.4.2' },
    )
  }
}
