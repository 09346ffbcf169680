import type { Client } from '../client-authentication/client.js'
import { explain } from '../error/explain.js'
import { UsageError } from '../error/usage-error.js'
import { assertCurrent } from '../message/assert-current.js'
import { type AuthorizationRequest, type AuthorizationRequestOptions, authorizationRequest } from '../message/authorization-request.js'
import { authorizationResponse } from '../message/authorization-response.js'
import { type AuthorizationResponseInput, responseParameters } from '../message/response-parameters.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import { assertAuthorizationTransaction } from '../transaction/authorization-transaction.js'
import type { Flow } from './flow.js'
import { assertIdTokenAlgorithm } from './id-token.js'
import { assertKeyCache } from './jwk-set.js'
import { type AuthorizationResult, type RedeemOptions, redeemCode } from './redeem-code.js'

/** Options of {@link finishAuthorization}. */
export interface FinishOptions extends RedeemOptions {
  /** What the browser brought back: the whole URL, its query, or the form of a `form_post`. */
  readonly response: AuthorizationResponseInput
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
 * Finishes a login: checks the answer, redeems the code once, verifies the ID token. For the response type `code`; the answers of all others
 * are finished by {@link finishFrontChannel}.
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
  const { environment, response, transaction, keyCache } = options
  assertAuthorizationTransaction(transaction)
  assertKeyCache(keyCache)
  assertIdTokenAlgorithm(client)
  if (transaction.response_type !== 'code') {
    throw new UsageError(
      explain && `The login asked for the response type "${transaction.response_type}". Its answer is finished by finishFrontChannel.`,
    )
  }
  assertCurrent(transaction, { server, client, now: environment.now() })
  const code = authorizationResponse(responseParameters(response), transaction, server)
  return yield* redeemCode(server, client, { ...options, code })
}
