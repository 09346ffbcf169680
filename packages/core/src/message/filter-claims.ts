import { scopeText } from './authorization-request.js'

/** The claims that each scope asks for. @see OpenID Connect Core §5.4 https://openid.net/specs/openid-connect-core-1_0.html#ScopeClaims */
const CLAIMS: ReadonlyMap<string, readonly string[]> = new Map([
  ['openid', ['sub']],
  [
    'profile',
    [
      'name',
      'family_name',
      'given_name',
      'middle_name',
      'nickname',
      'preferred_username',
      'profile',
      'picture',
      'website',
      'gender',
      'birthdate',
      'zoneinfo',
      'locale',
      'updated_at',
    ],
  ],
  ['email', ['email', 'email_verified']],
  ['address', ['address']],
  ['phone', ['phone_number', 'phone_number_verified']],
])

/**
 * Leaves of a person's claims what the scopes ask for, in whatever languages (`name#ja`): what an application keeps, however much the server
 * sends. Scopes beyond those of the standard ask for nothing.
 *
 * @example
 * filterClaims(await session.userinfo(), 'openid email') // { sub, email, email_verified }
 * @see OpenID Connect Core §5.4 https://openid.net/specs/openid-connect-core-1_0.html#ScopeClaims
 */
export function filterClaims<Claims extends object>(claims: Claims, scope: string | readonly string[]): Partial<Claims> {
  const wanted = new Set((scopeText(scope) ?? '').split(' ').flatMap((one) => CLAIMS.get(one) ?? []))
  const kept = Object.entries(claims).filter(([name]) => wanted.has(name.replace(/#.*/, '')))
  return Object.fromEntries(kept) as Partial<Claims>
}
