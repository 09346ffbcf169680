import type { Environment } from '../environment.js'
import { isOAuthError } from '../error/any-oauth-error.js'
import type { Flow } from '../flow/flow.js'
import { randomToken } from '../jose/random-token.js'
import { endSessionUrl } from '../message/end-session.js'
import { type Provider, revokeTokens } from './provider.js'
import type { SessionVisit } from './session-visit.js'
import type { WebContext } from './web-context.js'

/**
 * Ends a session: here first, whatever the provider answers; then its tokens are revoked. Returns where the browser goes: to the
 * provider's own logout, or to `afterLogout`.
 *
 * @throws {@link StoreError} when it cannot be ended here. Nothing has happened then, and the browser can ask again.
 * @see OpenID Connect RP-Initiated Logout §2 https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout
 */
export async function* endSession<Http>(context: WebContext<Http>, visit: SessionVisit<Http>): Flow<string> {
  const { current, provider: last } = visit
  const providers = Object.keys(current?.providers ?? {}).flatMap((name) => visit.providerOf(name) ?? [])
  const records = await visit.end()
  // The session is over here already: a provider that is down must not make the logout fail.
  let location = context.afterLogout
  for (const provider of providers) {
    const token = records[provider.name]?.token
    if (token === undefined) continue
    yield* reported(revokeTokens(provider, token, context.environment), context.environment)
    if (provider.name === last)
      location = (yield* reported(providerLogout(context, provider, token.id_token), context.environment)) ?? location
  }
  // Where the provider's session goes on, the next page could have the person logged in again without a word.
  if (current !== undefined && (location === context.afterLogout || providers.length > 1)) visit.setLoginCookies([context.logins.quiet])
  return location
}

async function* providerLogout<Http>(
  context: WebContext<Http>,
  provider: Provider<Http>,
  idTokenHint: string | undefined,
): Flow<string | undefined> {
  const server = yield* provider.registration.server()
  if (server.end_session_endpoint === undefined || provider.options.endSession === false) return undefined
  return endSessionUrl(server, {
    idTokenHint,
    clientId: provider.registration.client.client_id,
    postLogoutRedirectUri: `${context.base.origin}${context.afterLogout}`,
    state: randomToken(context.environment),
  })
}

/** What a provider may fail at without keeping anybody logged in here. Whoever operates the application hears of it. */
async function* reported<T>(flow: Flow<T>, environment: Environment): Flow<T | undefined> {
  try {
    return yield* flow
  } catch (error) {
    environment.emit?.({ type: 'logout-failed', ...(isOAuthError(error) ? { detail: error.code } : {}) })
    return undefined
  }
}
