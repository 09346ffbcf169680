import { type JwtSignerOptions, jwtSigner } from '../jose/sign-jwt.js'
import type { ClientAuthentication } from './client.js'
import { assertAssertionOptions, type ClientAssertionOptions, withAssertion } from './client-assertion.js'

/** Options of {@link privateKeyJwt}. The key: PEM (PKCS#8), a private JWK, a `CryptoKey` or a `KeyObject`. */
export interface PrivateKeyJwtOptions extends ClientAssertionOptions, JwtSignerOptions {}

/**
 * Client authentication by an assertion that is signed with the client's private key. Each request gets a new one; the key is imported once.
 *
 * @example
 * const tokenEndpointAuthMethod = privateKeyJwt({ key: process.env.CLIENT_KEY, kid: '2026-01' })
 * @throws {@link UsageError} for unknown options, and for a key that cannot sign.
 * @see OpenID Connect Core §9 https://openid.net/specs/openid-connect-core-1_0.html#ClientAuthentication
 */
export function privateKeyJwt(options: PrivateKeyJwtOptions): ClientAuthentication {
  const where = 'privateKeyJwt'
  assertAssertionOptions(options, where, ['key'])
  const sign = jwtSigner(where, options, 'private key')
  return (request, context) => withAssertion(request, context, { ...options, sign })
}
