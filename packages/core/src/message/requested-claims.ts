import { explain } from '../error/explain.js'
import type { Json, JsonObject } from '../http/json.js'
import type { RequestedClaims } from '../transaction/claims-request.js'
import { refuseIdToken } from './refuse-id-token.js'

/**
 * Checks an ID token against the claims that were asked for: an essential one has to have one of the values that will do, and so has `sub`,
 * whose value says whom the login is for. An essential `acr` has to be there in any case. Of a claim that is a list, one value will do.
 *
 * @see OpenID Connect Core §5.5.1 https://openid.net/specs/openid-connect-core-1_0.html#IndividualClaimsRequests
 */
export function checkRequestedClaims(payload: JsonObject, requested: RequestedClaims = {}): void {
  for (const [name, request] of Object.entries(requested)) {
    const { essential, value, values = value === undefined ? undefined : [value] } = request ?? {}
    if (essential !== true && name !== 'sub') continue
    // An essential claim that is left out is no error by itself (§5.5.1): the person may not have it, or not want to tell.
    if (values === undefined && name !== 'acr') continue
    const found = [payload[name] as Json | undefined].flat()
    if (found.some((one) => (values === undefined ? one : [values].flat().includes(one as string)))) continue
    if (name === 'acr') {
      refuseIdToken(
        'ACR',
        explain &&
          'has no "acr" that was asked for as essential: the person was authenticated in a weaker way, or the server does not say how',
        'OpenID Connect Core §5.5.1.1',
      )
    }
    refuseIdToken('CLAIM', explain && `has no "${name}" of a value that was asked for`, 'OpenID Connect Core §5.5.1')
  }
}
