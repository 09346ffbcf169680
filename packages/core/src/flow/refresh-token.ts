import type { Client } from '../client-authentication/client.js'
import { isOAuthError } from '../error/any-oauth-error.js'
import type { IdTokenProblem } from '../error/error-code.js'
import { type Explanation, explain } from '../error/explain.js'
import { ProtocolError } from '../error/protocol-error.js'
import { decodeJws } from '../jose/jws.js'
import type { IdTokenClaims } from '../message/id-token.js'
import type { TokenSet } from '../message/token-set.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import type { Flow } from './flow.js'
import { assertIdTokenAlgorithm, isIdTokenVerifiable, openIdToken, verifyIdToken } from './id-token.js'
import { assertKeyCache, type JwkSetOptions } from './jwk-set.js'
import { type RefreshAccessTokenOptions, refreshGrant } from './refresh-access-token.js'

/** Options of {@link refreshToken}. */
export interface RefreshOptions extends RefreshAccessTokenOptions, Omit<JwkSetOptions, 'environment'> {
  /** The token to renew. Its refresh token is sent; its ID token is what a new one has to agree with. */
  readonly token: TokenSet & { readonly refresh_token: string }
  readonly clockTolerance?: number | undefined
}

/** Renewed tokens; `claims` when the server sent a new ID token. */
export interface RefreshResult {
  readonly token: TokenSet
  readonly claims?: IdTokenClaims
}

/**
 * Renews a token. The old refresh token stays when the server sends none, and so do the old ID token and scope. A new ID token is
 * verified, and must be for the same issuer, subject and audience as the old one. One that cannot be judged, because no key for it can be got
 * or the clocks differ, is left out: the old one stays, and the new tokens are not given up, for the old ones may be spent.
 *
 * @throws {@link EndpointError} `invalid_grant` when the refresh token is no longer taken.
 * @see RFC 6749 §6 https://www.rfc-editor.org/rfc/rfc6749#section-6
 * @see OpenID Connect Core §12.2 https://openid.net/specs/openid-connect-core-1_0.html#RefreshTokenResponse
 */
export async function* refreshToken(server: ServerMetadata, client: Client, options: RefreshOptions): Flow<RefreshResult> {
  const { environment, token: old, keyCache, clockTolerance } = options
  assertKeyCache(keyCache)
  assertIdTokenAlgorithm(client)
  const answer = yield* refreshGrant(server, client, options)
  const token: TokenSet = { ...(old.id_token === undefined ? {} : { id_token: old.id_token }), ...answer }
  if (answer.id_token === undefined) return { token }
  // What was stored may have come before encryption was agreed, or the keys changed since: then there may be nothing to compare with.
  const before = old.id_token && (await openIdToken(old.id_token, client).catch(() => old.id_token))
  const after = await openIdToken(answer.id_token, client)
  assertSamePerson(before, after, client)
  if (!isIdTokenVerifiable(server, client)) return { token }
  try {
    const claims = yield* verifyIdToken(answer.id_token, server, client, {
      environment,
      keyCache,
      nonce: expectedNonce(before, after),
      accessToken: token.access_token,
      clockTolerance,
    })
    return { token, claims }
  } catch (error) {
    if (!isNotJudged(error)) throw error
    const { id_token: _unverified, ...rest } = token
    return { token: old.id_token === undefined ? rest : { ...rest, id_token: old.id_token } }
  }
}

/** What says nothing of whose the ID token is: keys that are out of reach, not published yet or no keys at all, and clocks that differ. */
const NOT_JUDGED: ReadonlySet<string> = new Set([
  'OAUTH_KEY_NOT_FOUND',
  'OAUTH_USAGE',
  'OAUTH_ID_TOKEN_EXP',
  'OAUTH_ID_TOKEN_IAT',
  'OAUTH_ID_TOKEN_NBF',
  'OAUTH_ID_TOKEN_AUTH_TIME',
])

function isNotJudged(error: unknown): boolean {
  // The application's own function has failed to find keys.
  if (!isOAuthError(error)) return true
  return NOT_JUDGED.has(error.code) || ('endpoint' in error && error.endpoint === 'jwks')
}

/** Asked of every renewed ID token, before it is known whether its signature can be checked at all. */
function assertSamePerson(before: string | undefined, after: string, { client_id }: Client): void {
  const old = before === undefined ? undefined : decodeJws(before)?.payload
  const renewed = decodeJws(after)?.payload
  if (old === undefined || renewed === undefined) return
  if (old['iss'] !== renewed['iss']) refuse('OAUTH_ID_TOKEN_ISS', explain && 'has another "iss" than the one before')
  if (old['sub'] !== renewed['sub'])
    refuse('OAUTH_ID_TOKEN_SUB', explain && 'has another "sub" than the one before, so it is about somebody else')
  if (![renewed['aud']].flat().includes(client_id))
    refuse('OAUTH_ID_TOKEN_AUD', explain && 'is not for this client: "aud" does not contain the client id')
}

function refuse(code: IdTokenProblem, found: Explanation): never {
  throw new ProtocolError(code, explain && `The renewed ID token ${found}. The new tokens were not used`, {
    reference: 'OpenID Connect Core §12.2',
  })
}

/** A nonce may be left out on refresh; when it is there it has to be the one of the first ID token (§12.2). */
function expectedNonce(before: string | undefined, after: string): string | undefined {
  const nonce = decodeJws(after)?.payload['nonce']
  if (nonce === undefined || nonce === null || nonce === '') return undefined
  const known = before === undefined ? nonce : decodeJws(before)?.payload['nonce']
  return typeof known === 'string' ? known : undefined
}
