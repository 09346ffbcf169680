import type { Environment } from '../environment.js'
import { explain } from '../error/explain.js'
import { constantTimeEqual } from '../jose/constant-time.js'
import { halfHash } from '../jose/half-hash.js'
import type { DecodedJws } from '../jose/jws.js'
import { refuseIdToken } from './refuse-id-token.js'

/** A claim that binds an ID token to something that came along with it. */
export interface HalfHashClaim {
  readonly claim: 'at_hash' | 'c_hash' | 's_hash'
  /** What it is the hash of: the access token, the code, the state. */
  readonly text: string
  readonly reference: string
}

/** Tells whether an ID token has no such claim. Servers that do not make it write out null or nothing. */
export function isWithoutHash({ payload }: DecodedJws, claim: HalfHashClaim['claim']): boolean {
  const hash = payload[claim]
  return hash === undefined || hash === null || hash === ''
}

/** Checks one; under an algorithm whose hash is unknown none is right. */
export async function checkHalfHash(environment: Environment, { header, payload }: DecodedJws, hashed: HalfHashClaim): Promise<void> {
  const { claim, text, reference } = hashed
  const hash = payload[claim]
  const expected = await halfHash(environment, header.alg, text)
  if (expected === undefined || typeof hash !== 'string' || !constantTimeEqual(hash, expected)) {
    refuseIdToken(
      claim.toUpperCase() as 'AT_HASH' | 'C_HASH' | 'S_HASH',
      explain &&
        `does not belong to the ${{ at_hash: 'access token', c_hash: 'code', s_hash: 'state' }[claim]} it came with: "${claim}" differs`,
      reference,
    )
  }
}
