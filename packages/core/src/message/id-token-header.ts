import { type Explanation, explain } from '../error/explain.js'
import { printableWord } from '../error/printable.js'
import { isCompactJwe } from '../jose/jwe.js'
import { type DecodedJws, decodeJws } from '../jose/jws.js'
import { isSignatureAlgorithm } from '../jose/jws-algorithm.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import { refuseIdToken } from './refuse-id-token.js'

/**
 * Takes an ID token apart and pins its algorithm: the registered one, or an asymmetric one that the server announces (RS256 when it
 * announces none). `none` and `HS*` are never among them.
 *
 * @throws {@link ProtocolError}
 * @see OpenID Connect Core §3.1.3.7, steps 1 and 6 to 8
 */
export function decodeIdToken(idToken: string, server: ServerMetadata, registered: string | undefined): DecodedJws {
  const jws = decodeJws(idToken)
  if (jws === undefined) {
    if (isCompactJwe(idToken)) refuseEncrypted()
    refuseIdToken('MALFORMED', explain && 'is not a compact JWS of strict JSON, or is too long', 'RFC 7515 §7.1')
  }
  const { alg, typ, crit } = jws.header
  // RFC 8725 §3.11: a token of another kind (logout token, access token, DPoP proof) says so in `typ`.
  if (typ !== undefined && !(typeof typ === 'string' && typ.toUpperCase() === 'JWT')) {
    refuseIdToken('TYP', explain && 'has another "typ" than "JWT": it is a token of another kind', 'RFC 8725 §3.11')
  }
  if (crit !== undefined) refuseIdToken('CRIT', explain && 'has a "crit" header; no extension is understood', 'RFC 7515 §4.1.11')
  const allowed = registered === undefined ? (server.id_token_signing_alg_values_supported ?? ['RS256']) : [registered]
  if (!allowed.includes(alg) || !isSignatureAlgorithm(alg)) refuseAlgorithm(alg, allowed, registered)
  return jws
}

function refuseEncrypted(): never {
  refuseIdToken(
    'MALFORMED',
    explain &&
      'is encrypted, and encrypted ID tokens are not taken yet. Turn encryption off for this client at the provider (no id_token_encrypted_response_alg)',
    'OpenID Connect Core §3.1.3.7 step 1',
  )
}

function refuseAlgorithm(alg: string, allowed: readonly string[], registered: string | undefined): never {
  refuseIdToken('ALG', explain && `${found(alg)}. ${advice(alg, allowed, registered)}`, 'OpenID Connect Core §3.1.3.7 step 7')
}

function found(alg: string): Explanation {
  if (!explain) return false
  if (/^none$/i.test(alg)) return 'is not signed ("alg" is "none")'
  if (/^HS\d{3}$/.test(alg)) return `is signed with ${alg}, and symmetric algorithms, whose key is the client secret, are not taken yet`
  return `is signed with ${printableWord(alg)}`
}

function advice(alg: string, allowed: readonly string[], registered: string | undefined): Explanation {
  if (!explain) return false
  const usable = [...new Set(allowed.filter(isSignatureAlgorithm))].join(', ')
  if (registered !== undefined) {
    return `The option "idTokenSignedResponseAlg" allows ${usable || 'none that can be verified'}: it has to name what this client is registered for`
  }
  if (usable === '') return 'The server announces none that can be verified with a published key'
  if (!isSignatureAlgorithm(alg))
    return `The server announces ${usable}: register the client for one of them (id_token_signed_response_alg)`
  return `The server announces ${usable}. If this client is registered for ${alg}, say so in the option "idTokenSignedResponseAlg"`
}
