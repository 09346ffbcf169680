import { type AnyOAuthError, isOAuthError } from '../error/any-oauth-error.js'
import type { Flow } from '../flow/flow.js'
import { verifyLogoutToken } from '../flow/verify-logout-token.js'
import { statusOf } from './error-page.js'
import type { Provider } from './provider.js'
import type { RouteRequest } from './route-request.js'
import { json, NO_STORE, type RouteResponse } from './route-response.js'
import type { WebContext } from './web-context.js'

/**
 * Takes a provider's word that a session has ended there, and writes it down: the logins that were begun in it are over at their next request, on every
 * instance that knows of it. It is the provider that asks, not a browser: no cookie is read or set, and every answer is one that it understands.
 *
 * A token that comes again, from a provider that did not hear the answer or from anybody else, is a success that ends nothing more: what counts is when
 * it was issued. So there is no need to remember it, and none that could be burnt when the store fails.
 *
 * @see OpenID Connect Back-Channel Logout §2.5 to §2.8 https://openid.net/specs/openid-connect-backchannel-1_0.html#BCRequest
 */
export async function* backchannelLogout<Http>(
  { environment, logouts }: WebContext<Http>,
  request: RouteRequest,
  { registration }: Provider<Http>,
): Flow<RouteResponse> {
  const logoutToken = logoutTokenOf(request)
  if (typeof logoutToken !== 'string') return logoutToken
  try {
    const { client, keyCache, clockTolerance } = registration
    const server = yield* registration.server()
    const { iss, sid, sub, iat } = yield* verifyLogoutToken(logoutToken, server, client, { environment, keyCache, clockTolerance })
    await logouts.add({ iss, sid, sub, clientId: client.client_id, at: iat })
    return { status: 200, headers: NO_STORE, cookies: [] }
  } catch (error) {
    if (!isOAuthError(error)) throw error
    environment.emit?.({ type: 'logout-failed', detail: error.code })
    return failure(error)
  }
}

function logoutTokenOf({ body }: RouteRequest): string | RouteResponse {
  const pairs = body?.kind === 'form' ? body.pairs : []
  const [pair, ...others] = pairs.filter(([name]) => name === 'logout_token')
  if (pair !== undefined && others.length === 0) return pair[1]
  return refusal(body?.kind === 'too_large' ? 413 : 400, 'The request has to be a form with one logout_token.')
}

/** What is wrong with the token is told by 400; what is wrong here, or between here and the provider, by a status with which it may try again. */
function failure(error: AnyOAuthError): RouteResponse {
  const isRefused = error.code.startsWith('OAUTH_LOGOUT_TOKEN_') || error.code === 'OAUTH_KEY_NOT_FOUND'
  return isRefused ? refusal(400, error.code) : json(statusOf(error), { error: 'server_error', error_description: error.code })
}

function refusal(status: number, description: string): RouteResponse {
  return json(status, { error: 'invalid_request', error_description: description })
}
