import { explain } from '../error/explain.js'
import { UsageError } from '../error/usage-error.js'

/**
 * What names a person in a database: issuer and subject together, as one text. A subject alone is another person at another server, and an
 * email address is whoever owns it today.
 *
 * @throws {@link UsageError} for claims without `iss` and `sub`, as those of UserInfo: take the ID token's.
 * @see OpenID Connect Core §5.7 https://openid.net/specs/openid-connect-core-1_0.html#ClaimStability
 */
export function identity({ iss, sub }: { readonly iss?: unknown; readonly sub?: unknown }): string {
  if (typeof iss === 'string' && typeof sub === 'string' && iss !== '' && sub !== '') return `${iss}#${sub}`
  throw new UsageError(
    explain && 'identity: the claims have no "iss" or no "sub". Use those of the ID token; claims of UserInfo have no "iss".',
  )
}

/** ASCII, one sign `@`, nothing that a mail server, a log or a page could read in another way. */
const ADDRESS = /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$/

/**
 * The email address, where the server says that it has verified it and it can be read in one way only; to write to, never to know somebody by.
 *
 * @see OpenID Connect Core §5.1 https://openid.net/specs/openid-connect-core-1_0.html#StandardClaims
 */
export function verifiedEmail({
  email,
  email_verified,
}: {
  readonly email?: unknown
  readonly email_verified?: unknown
}): string | undefined {
  const isUsable = email_verified === true && typeof email === 'string' && email.length <= 254 && ADDRESS.test(email)
  return isUsable ? email : undefined
}
