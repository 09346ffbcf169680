import { utf8Bytes } from './encoding.js'
import type { PrivateKey } from './private-key.js'

/**
 * The keys that follow from a client secret, for what a server encrypts with it: the left part of its hash, as long as the algorithm wants.
 *
 * @see OpenID Connect Core §10.2 https://openid.net/specs/openid-connect-core-1_0.html#Encryption
 */
export function secretKey(secret: string): PrivateKey {
  return {
    kty: 'oct',
    async load(alg, enc = '') {
      const bits = keyBits(alg === 'dir' ? enc : alg)
      const hash = await crypto.subtle.digest(`SHA-${Math.max(bits, 256)}`, utf8Bytes(secret) as Uint8Array<ArrayBuffer>)
      return new Uint8Array(hash, 0, bits / 8)
    },
  }
}

/** `A128CBC-HS256` takes two keys of 128 bits, `A128KW` and `A128GCM` one (RFC 7518 §5.2.3). */
function keyBits(alg: string): number {
  return Number(/HS(\d{3})$/.exec(alg)?.[1] ?? alg.slice(1, 4))
}
