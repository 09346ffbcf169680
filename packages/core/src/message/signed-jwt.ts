import { type Explanation, explain } from '../error/explain.js'
import { printableWord } from '../error/printable.js'
import { hmacBits } from '../jose/hmac-algorithm.js'
import { type DecodedJws, decodeJws } from '../jose/jws.js'
import { isSignatureAlgorithm } from '../jose/jws-algorithm.js'
import type { JwtRefusal } from './jwt-refusal.js'

/** What the header of a JWT may say. */
export interface JwtHeaderExpectation {
  /** The only algorithm, where the client is registered for one. The only way for `HS*`, whose key is the client secret. */
  readonly registered: string | undefined
  /** The algorithms that the server announces; `RS256` when it announces none. */
  readonly announced: unknown
  /** The option that sets `registered`, for the message. */
  readonly option: Explanation
  /** What `typ` has to be. One that is left out counts as `JWT`. */
  readonly typ: RegExp
  readonly refusal: JwtRefusal
}

/**
 * Takes a signed JWT apart and pins its algorithm: the registered one, or an asymmetric one that the server announces. `none` is never
 * among them, and `HS*` only where it is the registered one: a server that announces it cannot bring it about.
 *
 * @throws {@link ProtocolError}
 * @see RFC 8725 §3.1, §3.11 https://www.rfc-editor.org/rfc/rfc8725#section-3.1
 */
export function decodeJwt(compact: string, { registered, announced, option, typ: expected, refusal }: JwtHeaderExpectation): DecodedJws {
  const jws = decodeJws(compact)
  if (jws === undefined) throw refusal('MALFORMED', explain && 'is not a compact JWS of strict JSON, or is too long', 'RFC 7515 §7.1')
  const { alg, typ = 'JWT', crit } = jws.header
  // A token of another kind (logout token, access token, DPoP proof) says so in `typ`.
  if (typeof typ !== 'string' || !expected.test(typ)) {
    throw refusal('TYP', explain && 'has another "typ" than it should: it is a token of another kind', 'RFC 8725 §3.11')
  }
  if (crit !== undefined) throw refusal('CRIT', explain && 'has a "crit" header; no extension is understood', 'RFC 7515 §4.1.11')
  const allowed: readonly unknown[] = registered !== undefined ? [registered] : Array.isArray(announced) ? announced : ['RS256']
  const isKnown = isSignatureAlgorithm(alg) || (registered === alg && hmacBits(alg) !== undefined)
  if (!isKnown || !allowed.includes(alg)) {
    throw refusal(
      'ALG',
      explain && `${found?.(alg)}. ${advice?.(alg, allowed, { registered, option })}`,
      'OpenID Connect Core §3.1.3.7 step 7',
    )
  }
  return jws
}

const found = explain
  ? (alg: string): string =>
      /^none$/i.test(alg)
        ? 'is not signed ("alg" is "none")'
        : hmacBits(alg) !== undefined
          ? `is signed with ${alg}, a symmetric algorithm whose key is the client secret: it is taken only where the client is registered for it`
          : `is signed with ${printableWord(alg)}${alg === 'ES256K' ? ', whose curve secp256k1 no platform verifies' : ''}`
  : undefined

const advice = explain
  ? (alg: string, allowed: readonly unknown[], { registered, option }: Pick<JwtHeaderExpectation, 'registered' | 'option'>): string => {
      const usable = [...new Set(allowed.filter((one) => typeof one === 'string' && isSignatureAlgorithm(one)))].join(', ')
      return registered !== undefined
        ? `The option "${option}" allows ${usable || printableWord(registered)}: it has to name what this client is registered for`
        : isSignatureAlgorithm(alg) || hmacBits(alg) !== undefined
          ? `The server announces ${usable || 'none that a published key verifies'}. If this client is registered for ${alg}, say so in the option "${option}"`
          : `The server announces ${usable || 'none that can be verified with a published key'}: register the client for one that can be`
    }
  : undefined
