import { errors, type Provider } from 'oidc-provider'
import type { TestUser } from './options.ts'

interface PasswordParameters {
  readonly username?: string
  readonly password?: string
  readonly scope?: string
}

/** The only password that the password grant takes; it has characters that a form has to encode. On the login page any will do. */
export function passwordOf(username: string): string {
  return `pässword + 100% of ${username}&co`
}

/**
 * The password grant (RFC 6749 §4.3), which oidc-provider leaves to whoever still wants it. Clients need `password` among their `grant_types`.
 * The refresh token that comes along is refreshed by the provider itself, as any other.
 */
export function registerPasswordGrant(provider: Provider, users: Readonly<Record<string, TestUser>>): void {
  provider.registerGrantType<PasswordParameters>(
    'password',
    async (ctx) => {
      const { client } = ctx.oidc
      const { username = '', password, scope = '' } = ctx.oidc.params
      if (!Object.hasOwn(users, username) || password !== passwordOf(username)) throw new errors.InvalidGrant('wrong username or password')
      const grant = new provider.Grant({ accountId: username, clientId: client.clientId })
      grant.addOIDCScope(scope)
      const issued = { accountId: username, client, grantId: await grant.save(), gty: 'password', scope }
      const accessToken = new provider.AccessToken(issued)
      ctx.body = {
        access_token: await accessToken.save(),
        token_type: accessToken.tokenType,
        expires_in: accessToken.expiration,
        scope,
        ...(client.grantTypeAllowed('refresh_token') ? { refresh_token: await new provider.RefreshToken(issued).save() } : {}),
      }
    },
    ['username', 'password', 'scope'],
  )
}
