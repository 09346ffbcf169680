import type { Client } from '../client-authentication/client.js'
import { explain } from '../error/explain.js'
import { type KeysOption, keySource } from '../jose/given-keys.js'
import type { IdTokenClaims } from '../message/id-token.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import { createCache } from './cache.js'
import type { Flow } from './flow.js'
import { type IdTokenOptions, verifyIdToken as verifyWithPublishedKeys } from './id-token.js'

/** What an ID token is checked against, and the keys to do it with: those given, else those that the server publishes. */
export interface VerificationOptions extends Omit<IdTokenOptions, 'keyCache' | 'keySource'>, Partial<Pick<IdTokenOptions, 'keyCache'>> {
  /**
   * A JWK Set, a JWK, PEM, a `CryptoKey`, a `KeyObject`, a list of them, or a function of header and payload. Nothing is fetched then. Keys for
   * `HS*` are not among them: that is the client secret, where the client is registered so.
   */
  readonly keys?: KeysOption | undefined
}

/**
 * Verifies an ID token: algorithm, signature, then every claim. There is no way to skip the signature.
 *
 * A key that is not known is looked for once at the server, so a rotated key is found. An encrypted token is decrypted first, with the
 * client's `decryption`.
 *
 * @throws {@link ProtocolError} `OAUTH_ID_TOKEN_…` or `OAUTH_KEY_NOT_FOUND`.
 * @throws {@link UsageError} for keys that are none, or neither `keys` nor `keyCache`.
 * @see OpenID Connect Core §3.1.3.7 https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation
 */
export async function* verifyIdToken(
  idToken: string,
  server: ServerMetadata,
  client: Client,
  { keys, ...options }: VerificationOptions,
): Flow<IdTokenClaims> {
  const { keyCache } = options
  if (keys === undefined) return yield* verifyWithPublishedKeys(idToken, server, client, { ...options, keyCache: keyCache as never })
  const source = keySource(keys, explain && 'verifyIdToken: option "keys"')
  return yield* verifyWithPublishedKeys(idToken, server, client, { ...options, keyCache: keyCache ?? createCache(), keySource: source })
}
