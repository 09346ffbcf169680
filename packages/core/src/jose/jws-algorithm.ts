import type { DigestAlgorithm } from '../environment.js'

/** Signature algorithms with a public key that are accepted (RFC 7518 §3.1, RFC 8037, RFC 9864), and the key each needs. */
const KEYS: Readonly<Record<string, { readonly kty: string; readonly crv?: string }>> = {
  RS256: { kty: 'RSA' },
  RS384: { kty: 'RSA' },
  RS512: { kty: 'RSA' },
  PS256: { kty: 'RSA' },
  PS384: { kty: 'RSA' },
  PS512: { kty: 'RSA' },
  ES256: { kty: 'EC', crv: 'P-256' },
  ES384: { kty: 'EC', crv: 'P-384' },
  ES512: { kty: 'EC', crv: 'P-521' },
  EdDSA: { kty: 'OKP', crv: 'Ed25519' },
  Ed25519: { kty: 'OKP', crv: 'Ed25519' },
}

/** The key that an algorithm needs; `undefined` for an algorithm that is not accepted (`none` and `HS*` among them). */
export function keyFor(alg: string): { readonly kty: string; readonly crv?: string } | undefined {
  return Object.hasOwn(KEYS, alg) ? KEYS[alg] : undefined
}

/** Tells whether signatures of this algorithm can be checked with a published key. */
export function isSignatureAlgorithm(alg: string): boolean {
  return keyFor(alg) !== undefined
}

/**
 * The hash that `at_hash` uses with an algorithm; `undefined` when unknown, which callers treat as a mismatch.
 *
 * @see OpenID Connect Core §3.1.3.6 https://openid.net/specs/openid-connect-core-1_0.html#CodeIDToken
 */
export function hashOf(alg: string): DigestAlgorithm | undefined {
  if (alg === 'EdDSA' || alg === 'Ed25519') return 'SHA-512'
  switch (alg.slice(-3)) {
    case '256':
      return 'SHA-256'
    case '384':
      return 'SHA-384'
    case '512':
      return 'SHA-512'
    default:
      return undefined
  }
}
