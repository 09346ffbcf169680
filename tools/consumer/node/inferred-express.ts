import { isOAuthError, oauth, requireLogin, silentLogin, statusOf } from '@oauth/express'
import type { Request } from 'express'

// Nothing here says its type: the compiler has to be able to name each of them with `@oauth/express` alone.

export const visit = ({ oauth }: Request) => oauth
export const user = ({ oauth }: Request) => oauth.user
export const login = ({ oauth }: Request) => oauth.session()
export const client = ({ oauth }: Request) => oauth.client()
export const guarded = ({ oauth }: Request) => oauth.guard()
export const members = ({ oauth: { user, provider, session, client, login, silentLogin, logout, guard } }: Request) => ({
  user,
  provider,
  session,
  client,
  login,
  silentLogin,
  logout,
  guard,
})
export const functions = { oauth, requireLogin, silentLogin, statusOf }
export const code = (error: unknown) => (isOAuthError(error) ? error.code : undefined)
export const serious = (error: unknown) => (isOAuthError(error) && error.code !== 'OAUTH_ABORTED' ? error : undefined)
export const refused = (error: unknown) => (isOAuthError(error) && error.name === 'ProtocolError' ? error.code : undefined)
