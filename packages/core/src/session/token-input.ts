import { UsageError } from '../error/usage-error.js'
import { expiresAt } from '../message/expiry.js'
import type { TokenInput, TokenSet } from '../message/token-set.js'

/**
 * Takes a token that the application kept: from a database, a file, an older version.
 *
 * Without `expires_at`, `expires_in` is counted from now.
 *
 * @throws {@link UsageError} when there is no access token, or it is of a type that cannot be sent.
 */
export function tokenInput(input: TokenInput, now: number): TokenSet {
  const { access_token, token_type = 'Bearer' } = input
  if (typeof access_token !== 'string' || access_token === '') {
    throw new UsageError('The token has no "access_token". Give the token as fetchToken returned it, or at least { access_token }.')
  }
  if (typeof token_type !== 'string' || token_type.toLowerCase() !== 'bearer') {
    throw new UsageError('The token has a "token_type" other than "Bearer"; this client cannot send it.')
  }
  const { expires_at: _given, ...rest } = input
  const expires_at = expiresAt(input, now)
  return { ...rest, access_token, token_type, ...(expires_at === undefined ? {} : { expires_at }) } as TokenSet
}
