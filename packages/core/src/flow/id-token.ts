import type { Client } from '../client-authentication/client.js'
import type { Environment } from '../environment.js'
import { explain } from '../error/explain.js'
import { hmacBits } from '../jose/hmac-algorithm.js'
import { openJwt } from '../message/encrypted-jwt.js'
import { type IdTokenClaims, type IdTokenExpectation, validateIdToken } from '../message/id-token.js'
import { decodeIdToken } from '../message/id-token-header.js'
import { expectationOf } from '../message/id-token-quirks.js'
import type { JwtRefusal } from '../message/jwt-refusal.js'
import { idTokenRefusal } from '../message/refuse-id-token.js'
import { assertResponseAlgorithm } from '../message/response-algorithm.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import type { Flow } from './flow.js'
import { type SignatureOptions, verifySignature } from './signature.js'

/** What an ID token is checked against. */
export interface IdTokenOptions
  extends SignatureOptions,
    Pick<IdTokenExpectation, 'nonce' | 'maxAge' | 'accessToken' | 'claims' | 'alsoCheck' | 'clockTolerance'> {
  readonly environment: Environment
}

/**
 * Verifies an ID token: algorithm, signature, then every claim. There is no way to skip the signature.
 *
 * A key that is not known is looked for once at the server, so a rotated key is found. An encrypted one is decrypted first, with the
 * client's `decryption`.
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
  assertIdTokenAlgorithm(client)
  const jws = decodeIdToken(await openIdToken(idToken, client), server, client.id_token_signed_response_alg)
  yield* verifySignature(jws, { server, client, refusal: idTokenRefusal }, options)
  const { quirks } = client
  const login = { issuer: server.issuer, nonce }
  return validateIdToken(environment, jws, {
    ...(quirks === undefined ? login : expectationOf(jws.payload, login, { quirks, environment })),
    clientId: client.client_id,
    trustedAudiences: client.trusted_audiences,
    now: environment.now(),
    maxAge,
    accessToken,
    claims,
    alsoCheck,
    clockTolerance,
  })
}

/** @throws {@link UsageError} for an algorithm that ID tokens cannot be verified by. Asked before a code or a refresh token is spent. */
export function assertIdTokenAlgorithm(client: Client): void {
  assertResponseAlgorithm(explain && 'idTokenSignedResponseAlg', client.id_token_signed_response_alg, client)
}

/** Tells whether an ID token of this server can be verified at all: there is an issuer to compare, and keys are published, given or agreed. */
export function isIdTokenVerifiable(
  { issuer, jwks_uri, jwks }: ServerMetadata,
  { keys, id_token_signed_response_alg: alg = '' }: Client,
): boolean {
  return issuer !== undefined && (jwks_uri ?? jwks ?? keys ?? hmacBits(alg)) !== undefined
}

/** The signed ID token in an encrypted one; or another token that is encrypted as ID tokens are. */
export function openIdToken(idToken: string, client: Client, refusal: JwtRefusal = idTokenRefusal): Promise<string> {
  const { decryption, id_token_encrypted_response_alg: alg } = client
  const onlyOthers = client.userinfo_encrypted_response_alg ?? client.introspection_encrypted_response_alg
  const isRequired = alg !== undefined || (decryption !== undefined && onlyOthers === undefined)
  return openJwt(idToken, { decryption, alg, isRequired, refusal })
}
