import { startAuthorization } from '../flow/authorization-code.js'
import type { Flow } from '../flow/flow.js'
import { formDecode, formGet } from '../http/form.js'
import { isNavigation } from './navigation.js'
import type { Provider } from './provider.js'
import { safeReturnTo } from './return-to.js'
import { plain, type RouteResponse, redirect } from './route-response.js'
import type { SessionVisit } from './session-visit.js'
import type { WebContext } from './web-context.js'

/**
 * Starts a login: keeps the attempt in a cookie of its own and sends the browser to the provider. Of the request's parameters only
 * `returnTo` is read; the protocol's cannot be set from outside.
 */
export async function* login<Http>(context: WebContext<Http>, visit: SessionVisit<Http>, provider: Provider<Http>): Flow<RouteResponse> {
  const { request } = visit
  if (!isNavigation(request)) return plain(401, 'A login starts by going to this page, not by a request in the background.')
  const { registration, options, scope, redirectUri } = provider
  const server = yield* registration.server()
  const home = `${context.base.path}/`
  const { url, transaction } = yield* startAuthorization(server, registration.client, {
    environment: context.environment,
    provider: provider.name,
    redirectUri,
    scope,
    responseMode: options.responseMode,
    codeChallengeMethod: options.codeChallengeMethod,
    parameters: options.authorizationParameters,
    returnTo: safeReturnTo(formGet(queryOf(request.url), 'returnTo'), context.base.origin, home),
  })
  visit.setLoginCookies(await context.logins.keep(transaction, request.cookies))
  return redirect(url)
}

/** The query of a path, decoded. */
export function queryOf(url: string): ReturnType<typeof formDecode> {
  const at = url.indexOf('?')
  return formDecode(at === -1 ? '' : url.slice(at + 1))
}
