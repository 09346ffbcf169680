import type { Environment } from '../environment.js'
import { explain } from '../error/explain.js'
import type { DecodedJws } from '../jose/jws.js'
import { checkHalfHash, type HalfHashClaim, isWithoutHash } from './half-hash-claim.js'
import { refuseIdToken } from './refuse-id-token.js'

/** What came with the browser beside an ID token. */
export interface CameAlong {
  readonly accessToken: string | undefined
  readonly code: string | undefined
  readonly state: string
}

/**
 * Checks that an ID token, an access token and a code that came with the browser belong together. Without that, who changes the URL could have
 * the code or the access token of somebody else taken for this person's.
 *
 * @see OpenID Connect Core §3.2.2.9, §3.2.2.10, §3.3.2.9 to §3.3.2.11 https://openid.net/specs/openid-connect-core-1_0.html#HybridIDToken
 */
export async function checkFrontChannelHashes(
  environment: Environment,
  jws: DecodedJws,
  { accessToken, code, state }: CameAlong,
): Promise<void> {
  const reference = code === undefined ? 'OpenID Connect Core §3.2.2.10' : 'OpenID Connect Core §3.3.2.11'
  if (code !== undefined) await required(environment, jws, { claim: 'c_hash', text: code, reference })
  if (accessToken !== undefined) await required(environment, jws, { claim: 'at_hash', text: accessToken, reference })
  if (isWithoutHash(jws, 's_hash')) return
  await checkHalfHash(environment, jws, { claim: 's_hash', text: state, reference: 'FAPI 1.0 Part 2 §5.2.3.1' })
}

async function required(environment: Environment, jws: DecodedJws, hashed: HalfHashClaim): Promise<void> {
  if (isWithoutHash(jws, hashed.claim)) {
    refuseIdToken(
      hashed.claim === 'c_hash' ? 'C_HASH' : 'AT_HASH',
      explain && `has no "${hashed.claim}": it could belong to another answer than the one it came with`,
      hashed.reference,
    )
  }
  await checkHalfHash(environment, jws, hashed)
}
