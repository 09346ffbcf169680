import type { Client } from '../client-authentication/client.js'
import { explain } from '../error/explain.js'
import { ProtocolError } from '../error/protocol-error.js'
import { UsageError } from '../error/usage-error.js'
import { assertCurrent } from '../message/assert-current.js'
import { checkFrontChannelHashes } from '../message/front-channel-hashes.js'
import { frontChannelParameters } from '../message/front-channel-parameters.js'
import { type FrontChannelResponse, frontChannelResponse } from '../message/front-channel-response.js'
import type { IdTokenClaims } from '../message/id-token.js'
import { promises } from '../message/response-type.js'
import type { TokenSet } from '../message/token-set.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import { assertAuthorizationTransaction } from '../transaction/authorization-transaction.js'
import type { FinishOptions } from './authorization-code.js'
import type { Flow } from './flow.js'
import { assertIdTokenAlgorithm, verifyIdToken } from './id-token.js'
import { assertKeyCache } from './jwk-set.js'
import { redeemCode } from './redeem-code.js'

/** What a finished login brought, of what its response type promises. */
export interface FrontChannelResult {
  /** From the token endpoint where there was a code, else from the answer itself. Absent for the response type `id_token`, which brings none. */
  readonly token?: TokenSet
  /** Verified. */
  readonly claims?: IdTokenClaims
}

/**
 * Finishes a login of any response type: implicit, hybrid, or a plain code. Nothing is sent for a plain access token; an ID token that came with
 * the browser is verified, with all that binds it to the rest of the answer, before a code is redeemed.
 *
 * @throws {@link ProtocolError} the answer, or an ID token, does not belong to this login.
 * @throws {@link AuthorizationResponseError} the server, or the person, said no.
 * @throws {@link EndpointError} the code was refused.
 * @throws {@link UsageError} an option is missing or something else; nothing was sent.
 * @see RFC 6749 §4.2 https://www.rfc-editor.org/rfc/rfc6749#section-4.2
 * @see OpenID Connect Core §3.2.2.8, §3.3.2.8 https://openid.net/specs/openid-connect-core-1_0.html#HybridFlowAuth
 */
export async function* finishFrontChannel(server: ServerMetadata, client: Client, options: FinishOptions): Flow<FrontChannelResult> {
  const { environment, response, transaction, keyCache } = options
  assertAuthorizationTransaction(transaction)
  assertKeyCache(keyCache)
  assertIdTokenAlgorithm(client)
  if (promises(transaction.response_type, 'id_token') && transaction.nonce === undefined) {
    throw new UsageError(
      explain &&
        `The nonce of the login is missing. With the response type "${transaction.response_type}" one has to be sent and kept (OpenID Connect Core §3.2.2.1): keep the whole transaction, or give the nonce too.`,
    )
  }
  const now = environment.now()
  assertCurrent(transaction, { server, client, now })
  const answer = frontChannelResponse(frontChannelParameters(response, transaction), transaction, { server, now })
  const { code, idToken, token } = answer
  const claims =
    idToken === undefined ? undefined : yield* frontChannelClaims(server, client, { ...options, answer: { ...answer, idToken } })
  const front = { ...(token && { token: idToken === undefined ? token : { ...token, id_token: idToken } }), ...(claims && { claims }) }
  if (code === undefined) return front

  const redeemed = yield* redeemCode(server, client, { ...options, code })
  if (claims === undefined || idToken === undefined) return redeemed
  if (redeemed.claims !== undefined) {
    assertSamePerson(claims, redeemed.claims)
    return redeemed
  }
  return { token: { id_token: idToken, ...redeemed.token }, claims }
}

/** Verifies the ID token that came with the browser, and that it belongs to what came along with it. */
function frontChannelClaims(
  server: ServerMetadata,
  client: Client,
  options: FinishOptions & { readonly answer: FrontChannelResponse & { readonly idToken: string } },
): Flow<IdTokenClaims> {
  const { environment, keyCache, clockTolerance, transaction, answer } = options
  const { nonce, max_age: maxAge, claims, state } = transaction
  const accessToken = answer.token?.access_token
  // Here the nonce is all that binds the token to this browser (OpenID Connect Core §3.2.2.11): that a server forgets it is no excuse.
  const quirks = { ...client.quirks, nonceNotReturned: false }
  return verifyIdToken(answer.idToken, server, client.quirks === undefined ? client : { ...client, quirks }, {
    environment,
    keyCache,
    nonce,
    maxAge,
    accessToken,
    claims: claims?.id_token,
    clockTolerance,
    alsoCheck: (jws) => checkFrontChannelHashes(environment, jws, { accessToken, code: answer.code?.code, state }),
  })
}

/** Both are about one login: whose, must not differ. Where it does, the tokens are not used, though they were issued. */
function assertSamePerson(front: IdTokenClaims, back: IdTokenClaims): void {
  const claim = (['iss', 'sub'] as const).find((name) => front[name] !== back[name])
  if (claim === undefined) return
  throw new ProtocolError(
    claim === 'iss' ? 'OAUTH_ID_TOKEN_ISS' : 'OAUTH_ID_TOKEN_SUB',
    explain &&
      `The ID token of the token endpoint has another "${claim}" than the one that came with the browser. The tokens were not used`,
    { reference: 'OpenID Connect Core §3.3.3.6' },
  )
}
