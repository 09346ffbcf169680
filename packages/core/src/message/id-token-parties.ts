import type { JsonObject } from '../http/json.js'
import { refuseIdToken } from './refuse-id-token.js'

/** Whom an ID token has to come from and be meant for. */
export interface IdTokenParties {
  /** `undefined` for a server that has none: then no ID token is taken. */
  readonly issuer: string | undefined
  readonly clientId: string
}

const MAX_SUB_LENGTH = 255

/** Checks who issued an ID token, about whom, and for whom. */
export function checkParties({ iss, sub, aud, azp }: JsonObject, { issuer, clientId }: IdTokenParties): void {
  if (issuer === undefined || iss !== issuer)
    refuseIdToken('ISS', 'has another "iss" than the issuer that was asked', 'OpenID Connect Core §3.1.3.7 step 2')
  if (typeof sub !== 'string' || sub === '' || sub.length > MAX_SUB_LENGTH) {
    refuseIdToken('SUB', 'has no "sub" of 1 to 255 characters', 'OpenID Connect Core §2')
  }
  const audiences = Array.isArray(aud) ? aud : [aud]
  if (!audiences.includes(clientId))
    refuseIdToken('AUD', 'is not for this client: "aud" does not contain the client id', 'OpenID Connect Core §3.1.3.7 step 3')
  if (audiences.some((audience) => audience !== clientId)) {
    refuseIdToken('AUD', 'is also for others: "aud" names audiences that are not trusted', 'OpenID Connect Core §3.1.3.7 step 3')
  }
  if (azp !== undefined && azp !== clientId)
    refuseIdToken('AZP', 'was issued to another client: "azp" is not the client id', 'OpenID Connect Core §3.1.3.7 step 5')
}
