/**
 * The bits of the hash of a signature algorithm whose key is a secret, which the key must have at least; `undefined` for other algorithms.
 *
 * @see RFC 7518 §3.2 https://www.rfc-editor.org/rfc/rfc7518#section-3.2
 */
export function hmacBits(alg: string): number | undefined {
  return Number(/^HS(256|384|512)$/.exec(alg)?.[1]) || undefined
}
