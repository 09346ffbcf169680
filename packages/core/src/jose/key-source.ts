import type { Maybe } from '../environment.js'
import type { DecodedJws, JwsKey } from './jws.js'

/** Finds the keys that may have signed a JWT, instead of those that the server publishes. Made by `publicKeys`. */
export interface KeySource {
  /** @param jws of which nothing is verified yet. */
  candidates(jws: DecodedJws): Maybe<readonly JwsKey[]>
}
