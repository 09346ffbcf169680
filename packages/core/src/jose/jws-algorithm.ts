import type { DigestAlgorithm } from '../environment.js'

/** The key that a signature algorithm needs, as a JWK spells it. */
export interface SignatureKey {
  readonly kty: string
  readonly crv?: string
}

/** How WebCrypto names a signature algorithm: to import a key for it, and to verify with that. */
export interface WebCryptoAlgorithm {
  readonly name: string
  readonly hash: string
  readonly namedCurve?: string | undefined
  /** In bytes: that of the hash (RFC 7518 §3.5). */
  readonly saltLength: number
}

const EC_CURVES: Readonly<Record<string, string>> = { '256': 'P-256', '384': 'P-384', '512': 'P-521' }
const NAMES: Readonly<Record<string, string>> = { RS: 'RSASSA-PKCS1-v1_5', PS: 'RSA-PSS', ES: 'ECDSA', HS: 'HMAC' }

/**
 * The key that an algorithm with a public key needs; `undefined` for one that is not accepted (`none` and `HS*` among them).
 *
 * @see RFC 7518 §3.1, RFC 8037 §3.1, RFC 9864 §2.2
 */
export function keyFor(alg: string): SignatureKey | undefined {
  if (isEdwards(alg)) return { kty: 'OKP', crv: 'Ed25519' }
  const [, family, bits = ''] = /^([PR]S|ES)(256|384|512)$/.exec(alg) ?? []
  const crv = EC_CURVES[bits]
  if (family === undefined || crv === undefined) return undefined
  return family === 'ES' ? { kty: 'EC', crv } : { kty: 'RSA' }
}

/** Tells whether signatures of this algorithm can be checked with a published key. */
export function isSignatureAlgorithm(alg: string): boolean {
  return keyFor(alg) !== undefined
}

/** What WebCrypto calls an algorithm that is accepted, `HS*` included. The same object each time. */
export function webCryptoAlgorithm(alg: string): WebCryptoAlgorithm {
  return ALGORITHMS.get(alg) ?? ED25519
}

const ED25519: WebCryptoAlgorithm = { name: 'Ed25519', hash: 'SHA-512', saltLength: 64 }

/** Made once: Node makes a prototype of each object that it is given, which takes a tenth of the time of a signature. */
const ALGORITHMS: ReadonlyMap<string, WebCryptoAlgorithm> = /* @__PURE__ */ new Map(
  /* @__PURE__ */ Object.entries(NAMES).flatMap(([family, name]) =>
    Object.entries(EC_CURVES).map(([bits, namedCurve]) => [
      family + bits,
      { name, hash: `SHA-${bits}`, namedCurve, saltLength: Number(bits) / 8 },
    ]),
  ),
)

/**
 * The hash that `at_hash` uses with an algorithm; `undefined` when unknown, which callers treat as a mismatch.
 *
 * @see OpenID Connect Core §3.1.3.6 https://openid.net/specs/openid-connect-core-1_0.html#CodeIDToken
 */
export function hashOf(alg: string): DigestAlgorithm | undefined {
  if (isEdwards(alg)) return 'SHA-512'
  const bits = /(256|384|512)$/.exec(alg)?.[0]
  return bits === undefined ? undefined : (`SHA-${bits}` as DigestAlgorithm)
}

function isEdwards(alg: string): boolean {
  return alg === 'EdDSA' || alg === 'Ed25519'
}
