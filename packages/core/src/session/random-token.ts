import { defaultEnvironment, type Environment } from '../environment.js'
import { explain } from '../error/explain.js'
import { UsageError } from '../error/usage-error.js'
import { randomToken as tokenOf } from '../jose/random-token.js'

/** Most bytes that platforms give in one call. */
const MAX_BYTES = 65_536

/**
 * An unguessable URL-safe text, for a state, a nonce or a PKCE verifier that is made by hand. `bytes` is its entropy: 32 bytes make 43
 * characters, 48 make 64. A state or nonce needs 16 bytes at least (RFC 6749 §10.10), a verifier 32 to 96 (RFC 7636 §4.1).
 *
 * @throws {@link UsageError} when `bytes` is not a whole number from 1 to 65536.
 */
export function randomToken(bytes = 32, environment: Pick<Environment, 'randomBytes'> = defaultEnvironment()): string {
  if (!Number.isInteger(bytes) || bytes < 1 || bytes > MAX_BYTES) {
    throw new UsageError(explain && `randomToken: the number of bytes must be a whole number from 1 to ${MAX_BYTES}, such as 32.`)
  }
  return tokenOf(environment, bytes)
}
