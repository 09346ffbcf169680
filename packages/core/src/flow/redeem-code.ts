import type { Client } from '../client-authentication/client.js'
import { explain } from '../error/explain.js'
import { ProtocolError } from '../error/protocol-error.js'
import { toForm } from '../http/form.js'
import { hasScope } from '../message/authorization-request.js'
import type { AuthorizationCode } from '../message/authorization-response.js'
import type { IdTokenClaims } from '../message/id-token.js'
import type { TokenSet } from '../message/token-set.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import type { AuthorizationTransaction } from '../transaction/authorization-transaction.js'
import type { Flow } from './flow.js'
import { isIdTokenVerifiable, verifyIdToken } from './id-token.js'
import type { JwkSetOptions } from './jwk-set.js'
import { type GrantOptions, tokenGrant } from './token.js'

/** What a finished login brought. */
export interface AuthorizationResult {
  readonly token: TokenSet
  /** Verified; absent when the server issued no ID token and none was asked for. */
  readonly claims?: IdTokenClaims
}

/** Options of {@link redeemCode}, apart from the code. */
export interface RedeemOptions extends GrantOptions, Omit<JwkSetOptions, 'environment'> {
  /** What `startAuthorization` returned, kept since. */
  readonly transaction: AuthorizationTransaction
  readonly clockTolerance?: number | undefined
}

/**
 * Redeems the code of a checked answer once, and verifies the ID token that it brings.
 *
 * @see RFC 6749 §4.1.3 https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3
 */
export async function* redeemCode(
  server: ServerMetadata,
  client: Client,
  { code: { code }, ...options }: RedeemOptions & { readonly code: AuthorizationCode },
): Flow<AuthorizationResult> {
  const { environment, transaction, keyCache, clockTolerance } = options
  const { redirect_uri, code_verifier, nonce, max_age: maxAge, scope, resource, claims: requested } = transaction
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
    claims: requested?.id_token,
    clockTolerance,
  })
  return { token, claims }
}
