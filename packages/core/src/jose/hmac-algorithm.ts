/** Signature algorithms whose key is a secret, and the bits of their hash (RFC 7518 §3.2). */
const BITS: Readonly<Record<string, number>> = { HS256: 256, HS384: 384, HS512: 512 }

/**
 * The bits of an HMAC algorithm's hash, which its key must have at least; `undefined` for other algorithms.
 *
 * @see RFC 7518 §3.2 https://www.rfc-editor.org/rfc/rfc7518#section-3.2
 */
export function hmacBits(alg: string): number | undefined {
  return Object.hasOwn(BITS, alg) ? BITS[alg] : undefined
}
