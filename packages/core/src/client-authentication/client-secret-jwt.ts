import { explain } from '../error/explain.js'
import { UsageError } from '../error/usage-error.js'
import { utf8Bytes } from '../jose/encoding.js'
import { hmacBits } from '../jose/hmac-algorithm.js'
import { type JwtSignerOptions, jwtSigner } from '../jose/sign-jwt.js'
import type { ClientAuthentication } from './client.js'
import { assertAssertionOptions, type ClientAssertionOptions, withAssertion } from './client-assertion.js'

/** Options of {@link clientSecretJwt}. `HS256` unless told. */
export interface ClientSecretJwtOptions extends ClientAssertionOptions, Omit<JwtSignerOptions, 'key'> {}

/**
 * Client authentication by an assertion that is signed with the client secret, which itself never travels.
 *
 * @example
 * const tokenEndpointAuthMethod = clientSecretJwt({ alg: 'HS512' })
 * @see OpenID Connect Core §9 https://openid.net/specs/openid-connect-core-1_0.html#ClientAuthentication
 */
export function clientSecretJwt(options: ClientSecretJwtOptions = {}): ClientAuthentication {
  const where = 'clientSecretJwt'
  assertAssertionOptions(options, where)
  const alg = options.alg ?? options.header?.['alg'] ?? 'HS256'
  if (typeof alg !== 'string' || hmacBits(alg) === undefined) {
    throw new UsageError(
      explain &&
        `${where}: a client secret signs by HS256, HS384 or HS512, and option "alg" is another one. privateKeyJwt signs with private keys.`,
    )
  }
  return (request, context) => {
    const { client_secret: key } = context.client
    if (key === undefined) {
      throw new UsageError(explain && `${where}: the client has no "client_secret" to sign with. Is an environment variable unset?`)
    }
    // Bytes: a secret that looks like PEM or JSON is a secret all the same.
    return withAssertion(request, context, { ...options, sign: jwtSigner(where, { ...options, key: utf8Bytes(key) }) })
  }
}
