import type { Client } from '../client-authentication/client.js'
import type { Environment } from '../environment.js'
import { explain } from '../error/explain.js'
import { ProtocolError } from '../error/protocol-error.js'
import { candidateKeys, type VerificationKey } from '../jose/jwk-set.js'
import { type DecodedJws, verifyJws } from '../jose/jws.js'
import { type IdTokenClaims, validateIdToken } from '../message/id-token.js'
import { decodeIdToken } from '../message/id-token-header.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import type { RequestedClaims } from '../transaction/claims-request.js'
import type { Flow } from './flow.js'
import { type JwkSetOptions, jwkSet } from './jwk-set.js'

/** What an ID token is checked against. */
export interface IdTokenOptions extends JwkSetOptions {
  readonly environment: Environment
  readonly nonce: string | undefined
  readonly maxAge?: number | undefined
  readonly accessToken?: string | undefined
  /** The claims that were asked for (`id_token` of the `claims` parameter). */
  readonly claims?: RequestedClaims | undefined
  /** What else there is to check of this one token, when all the rest has held. */
  readonly alsoCheck?: ((jws: DecodedJws) => Promise<void>) | undefined
  readonly clockTolerance?: number | undefined
}

/** Keys without a matching `kid` that are tried for one signature. */
const MAX_TRIES = 5

/**
 * Verifies an ID token: algorithm, signature, then every claim. There is no way to skip the signature.
 *
 * A key that is not known is looked for once at the server, so a rotated key is found.
 *
 * @throws {@link ProtocolError} `OAUTH_ID_TOKEN_…` or `OAUTH_KEY_NOT_FOUND`.
 * @see OpenID Connect Core §3.1.3.7 https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation
 */
export async function* verifyIdToken(
  idToken: string,
  server: ServerMetadata,
  client: Client,
  options: IdTokenOptions,
): Flow<IdTokenClaims> {
  const { environment, nonce, maxAge, accessToken, claims, alsoCheck, clockTolerance } = options
  const jws = decodeIdToken(idToken, server, client.id_token_signed_response_alg)
  const known = await signatureHolds(jws, yield* jwkSet(server, options))
  const holds = known === 'key-not-found' ? await signatureHolds(jws, yield* jwkSet(server, options, true)) : known
  if (holds === 'key-not-found') {
    throw new ProtocolError('OAUTH_KEY_NOT_FOUND', explain && 'ID token refused: the server publishes no key that could have signed it', {
      reference: 'OpenID Connect Core §10.1.1',
    })
  }
  if (!holds) {
    throw new ProtocolError('OAUTH_ID_TOKEN_SIG', explain && 'ID token refused: its signature does not hold', {
      reference: 'OpenID Connect Core §3.1.3.7 step 6',
    })
  }
  const { issuer } = server
  return validateIdToken(environment, jws, {
    issuer,
    clientId: client.client_id,
    trustedAudiences: client.trusted_audiences,
    now: environment.now(),
    nonce,
    maxAge,
    accessToken,
    claims,
    alsoCheck,
    clockTolerance,
  })
}

/** Without a `kid` the candidates are tried in turn; when none fits, the key may be new, as with an unknown `kid`. */
async function signatureHolds(jws: DecodedJws, keys: readonly VerificationKey[]): Promise<boolean | 'key-not-found'> {
  const { alg, kid } = jws.header
  const named = typeof kid === 'string'
  const candidates = candidateKeys(keys, alg, named ? kid : undefined)
  for (const key of candidates.slice(0, MAX_TRIES)) {
    if (await verifyJws(jws, key)) return true
  }
  return named && candidates.length > 0 ? false : 'key-not-found'
}
