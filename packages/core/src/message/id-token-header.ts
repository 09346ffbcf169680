import { explain } from '../error/explain.js'
import type { DecodedJws } from '../jose/jws.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import { idTokenRefusal } from './refuse-id-token.js'
import { decodeJwt } from './signed-jwt.js'

/**
 * Takes an ID token apart and pins its algorithm: the registered one, or an asymmetric one that the server announces (RS256 when it
 * announces none). `none` is never among them, and `HS*` only where it is registered.
 *
 * @throws {@link ProtocolError}
 * @see OpenID Connect Core §3.1.3.7, steps 6 to 8
 */
export function decodeIdToken(idToken: string, server: ServerMetadata, registered: string | undefined): DecodedJws {
  return decodeJwt(idToken, {
    registered,
    announced: server.id_token_signing_alg_values_supported,
    option: explain && 'idTokenSignedResponseAlg',
    typ: /^jwt$/i,
    refusal: idTokenRefusal,
  })
}
