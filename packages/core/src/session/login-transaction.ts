import type { Client } from '../client-authentication/client.js'
import { explain } from '../error/explain.js'
import { UsageError } from '../error/usage-error.js'
import { startTransaction } from '../message/start-transaction.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import type { AuthorizationTransaction } from '../transaction/authorization-transaction.js'

/** What an application keeps of a login when it does not keep the transaction. */
export interface LoginPieces {
  readonly state?: string | undefined
  readonly codeVerifier?: string | undefined
  readonly nonce?: string | undefined
  readonly redirectUri?: string | undefined
  readonly scope?: string | undefined
  /** `code` unless told. */
  readonly responseType?: string | undefined
  readonly responseMode?: string | undefined
  /** Seconds since the epoch. */
  readonly now: number
}

/**
 * Puts the pieces of a login back together. Its age is not known, so it counts as just begun.
 *
 * @throws {@link UsageError} without a state: the answer could then be anybody's.
 */
export function loginTransaction(server: ServerMetadata, client: Client, pieces: LoginPieces): AuthorizationTransaction {
  const { state, codeVerifier, nonce, redirectUri, scope, responseType, responseMode, now } = pieces
  if (state === undefined || state === '') {
    throw new UsageError(
      explain &&
        'fetchToken: give the "transaction" that createAuthorizationUrl returned, or at least its "state". Without it the answer could belong to anybody (RFC 6749 §10.12).',
    )
  }
  return startTransaction(server, client, {
    state,
    now,
    nonce,
    code_verifier: codeVerifier,
    redirect_uri: redirectUri,
    scope,
    response_type: responseType,
    response_mode: responseMode,
  })
}
