import type { Environment, Maybe } from '../environment.js'
import { explain } from '../error/explain.js'
import { UsageError } from '../error/usage-error.js'
import { digest } from '../jose/digest.js'
import { base64url, latin1Bytes } from '../jose/encoding.js'

/**
 * The S256 code challenge of a verifier. `plain` is not offered: it protects nothing that S256 does not.
 *
 * @throws {@link UsageError} when the verifier is not 43 to 128 unreserved characters.
 * @see RFC 7636 §4.1, §4.2 https://www.rfc-editor.org/rfc/rfc7636#section-4.1
 */
export function codeChallenge(environment: Environment, codeVerifier: string): Maybe<string> {
  if (!/^[A-Za-z0-9._~-]{43,128}$/.test(codeVerifier)) {
    throw new UsageError(explain && 'The code verifier must have 43 to 128 characters out of A-Z a-z 0-9 - . _ ~ (RFC 7636 §4.1).')
  }
  const hash = digest(environment, 'SHA-256', latin1Bytes(codeVerifier))
  return hash instanceof Promise ? hash.then(base64url) : base64url(hash)
}
