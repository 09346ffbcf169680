import type { Client } from '../client-authentication/client.js'
import { UsageError } from '../error/usage-error.js'
import { endpointUrl, type ServerMetadata, serverIdentity } from '../metadata/server-metadata.js'
import type { AuthorizationTransaction } from '../transaction/authorization-transaction.js'

/** What an application keeps of a login when it does not keep the transaction. */
export interface LoginPieces {
  readonly state?: string | undefined
  readonly codeVerifier?: string | undefined
  readonly nonce?: string | undefined
  readonly redirectUri?: string | undefined
  readonly scope?: string | undefined
  /** Seconds since the epoch. */
  readonly now: number
}

/**
 * Puts the pieces of a login back together. Its age is not known, so it counts as just begun.
 *
 * @throws {@link UsageError} without a state: the answer could then be anybody's.
 */
export function loginTransaction(server: ServerMetadata, client: Client, pieces: LoginPieces): AuthorizationTransaction {
  const { state, codeVerifier, nonce, redirectUri, scope, now } = pieces
  if (state === undefined || state === '') {
    throw new UsageError(
      'fetchToken: give the "transaction" that createAuthorizationUrl returned, or at least its "state". Without it the answer could belong to anybody (RFC 6749 §10.12).',
    )
  }
  return {
    v: 1,
    type: 'authorization',
    id: state.slice(0, 16),
    issuer: serverIdentity(server),
    token_endpoint: endpointUrl(server, 'token_endpoint'),
    client_id: client.client_id,
    response_type: 'code',
    state,
    createdAt: Math.floor(now),
    ...(nonce === undefined ? {} : { nonce }),
    ...(codeVerifier === undefined ? {} : { code_verifier: codeVerifier }),
    ...(redirectUri === undefined ? {} : { redirect_uri: redirectUri }),
    ...(scope === undefined ? {} : { scope }),
  }
}
