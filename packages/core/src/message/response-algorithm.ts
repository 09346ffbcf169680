import type { Client } from '../client-authentication/client.js'
import { type Explanation, explain } from '../error/explain.js'
import { printableWord } from '../error/printable.js'
import { UsageError } from '../error/usage-error.js'
import { utf8Bytes } from '../jose/encoding.js'
import { hmacBits } from '../jose/hmac-algorithm.js'
import { isSignatureAlgorithm } from '../jose/jws-algorithm.js'

/**
 * Checks an algorithm that the client is registered for: one with a public key, or one whose key is the client secret where that is long
 * enough. Asked before anything is sent.
 *
 * @throws {@link UsageError}
 * @see RFC 7518 §3.2 https://www.rfc-editor.org/rfc/rfc7518#section-3.2
 */
export function assertResponseAlgorithm(option: Explanation, alg: string | undefined, { client_secret }: Client): void {
  if (alg === undefined || isSignatureAlgorithm(alg)) return
  const bits = hmacBits(alg)
  if (bits === undefined) {
    throw new UsageError(
      explain &&
        `Option "${option}": ${printableWord(alg)} is not one that can be verified${alg === 'ES256K' ? ': its curve secp256k1 is not part of WebCrypto. Register the client for ES256' : '. Known: RS*, PS*, ES256, ES384, ES512, EdDSA, and HS* with the client secret'}.`,
    )
  }
  const length = utf8Bytes(client_secret ?? '').length
  if (length * 8 < bits) {
    throw new UsageError(
      explain &&
        `Option "${option}": the key of ${alg} is the client secret, which needs ${bits / 8} bytes at least and has ${length} (RFC 7518 §3.2). Let the server issue a longer one, or register the client for RS256.`,
    )
  }
}
