import type { Environment } from '../environment.js'
import { digest } from './digest.js'
import { base64url, utf8Bytes } from './encoding.js'
import { hashOf } from './jws-algorithm.js'

/**
 * The left half of a token's hash, base64url, as in `at_hash` and `c_hash`; `undefined` when the algorithm's hash is unknown.
 *
 * @see OpenID Connect Core §3.1.3.6 https://openid.net/specs/openid-connect-core-1_0.html#CodeIDToken
 */
export async function halfHash(environment: Environment, alg: string, token: string): Promise<string | undefined> {
  const algorithm = hashOf(alg)
  if (algorithm === undefined) return undefined
  const hash = await digest(environment, algorithm, utf8Bytes(token))
  return base64url(hash.subarray(0, hash.length / 2))
}
