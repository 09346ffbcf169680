import { type DecodedJws, decodeJws } from '../jose/jws.js'
import { isSignatureAlgorithm } from '../jose/jws-algorithm.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import { refuseIdToken } from './refuse-id-token.js'

/**
 * Takes an ID token apart and pins its algorithm: the registered one, or an asymmetric one that the server announces (RS256 when it
 * announces none). `none` and `HS*` are never among them.
 *
 * @throws {@link ProtocolError}
 * @see OpenID Connect Core §3.1.3.7, steps 6 to 8
 */
export function decodeIdToken(idToken: string, server: ServerMetadata, registered: string | undefined): DecodedJws {
  const jws = decodeJws(idToken)
  if (jws === undefined) {
    refuseIdToken('MALFORMED', 'is not a compact JWS of strict JSON, or is too long', 'RFC 7515 §7.1')
  }
  const { alg, typ, crit } = jws.header
  // RFC 8725 §3.11: a token of another kind (logout token, access token, DPoP proof) says so in `typ`.
  if (typ !== undefined && !(typeof typ === 'string' && typ.toUpperCase() === 'JWT')) {
    refuseIdToken('TYP', 'has another "typ" than "JWT": it is a token of another kind', 'RFC 8725 §3.11')
  }
  if (crit !== undefined) refuseIdToken('CRIT', 'has a "crit" header; no extension is understood', 'RFC 7515 §4.1.11')
  const allowed = registered === undefined ? (server.id_token_signing_alg_values_supported ?? ['RS256']) : [registered]
  if (!allowed.includes(alg) || !isSignatureAlgorithm(alg)) {
    refuseIdToken('ALG', 'is signed with an algorithm other than the registered or announced ones', 'OpenID Connect Core §3.1.3.7 step 7')
  }
  return jws
}
