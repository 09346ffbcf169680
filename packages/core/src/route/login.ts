import { UsageError } from '../error/usage-error.js'
import { startAuthorization } from '../flow/authorization-code.js'
import type { Flow } from '../flow/flow.js'
import { formDecode, type Parameters, toForm } from '../http/form.js'
import { begunIn } from './begun-here.js'
import { type InitiatedLogin, initiatedLogin } from './initiated-login.js'
import { assertTellsIssuer } from './mix-up.js'
import { isNavigation } from './navigation.js'
import type { Provider } from './provider.js'
import { safeReturnTo } from './return-to.js'
import { plain, type RouteResponse, redirect } from './route-response.js'
import type { SessionVisit } from './session-visit.js'
import type { WebContext } from './web-context.js'

/** How a login is begun. */
export interface LoginOptions {
  /** Where to go afterwards: a path of this application. Anything else counts as the start page. */
  readonly returnTo?: string | undefined
  /** Adds the login to those of the session instead of beginning a new one, whoever it turns out to be. */
  readonly link?: boolean | undefined
}

/**
 * The login route. Of the request's parameters only `returnTo` is read, and what a login begun elsewhere may say; the protocol's cannot be set from
 * outside, and no other site can have a login linked.
 *
 * @throws {@link ProtocolError} when another site asks for a login at another provider.
 */
export async function* login<Http>(context: WebContext<Http>, visit: SessionVisit<Http>, provider: Provider<Http>): Flow<RouteResponse> {
  const { request } = visit
  if (!isNavigation(request)) return plain(401, 'A login starts by going to this page, not by a request in the background.')
  return redirect(yield* startLogin(context, visit, provider, initiatedLogin(queryOf(request.url), provider, context.base.origin)))
}

/** Starts a login: keeps the attempt in a cookie of its own, and returns where at the provider to send the browser. */
export async function* startLogin<Http>(
  context: WebContext<Http>,
  visit: SessionVisit<Http>,
  provider: Provider<Http>,
  { returnTo, link = false, loginHint }: LoginOptions & InitiatedLogin,
): Flow<string> {
  const { registration, options, scope, redirectUri } = provider
  const { current } = visit
  if (link && options.responseMode === 'form_post') {
    throw new UsageError(
      `login: a login at "${provider.name}" cannot be linked: its answer comes by form_post from the provider's site, and browsers send no session cookie with that. Use the response mode "query".`,
    )
  }
  const server = yield* registration.server()
  assertTellsIssuer(provider, server)
  const { url, transaction } = yield* startAuthorization(server, registration.client, {
    environment: context.environment,
    provider: provider.name,
    redirectUri,
    scope,
    responseMode: options.responseMode,
    codeChallengeMethod: options.codeChallengeMethod,
    claims: options.claims,
    parameters: hinted(options.authorizationParameters, loginHint),
    returnTo: safeReturnTo(returnTo, context.base),
  })
  const attempt = current === undefined ? transaction : { ...transaction, ...begunIn(current), ...(link ? ({ link: true } as const) : {}) }
  visit.setLoginCookies(await context.logins.keep(attempt, visit.request.cookies))
  return url
}

/** A hint about this login takes the place of the one that is in every request. */
function hinted(parameters: Parameters | undefined, loginHint: string | undefined): Parameters | undefined {
  if (loginHint === undefined) return parameters
  return [...toForm(parameters).filter(([name]) => name !== 'login_hint'), ['login_hint', loginHint]]
}

/** The query of a path, decoded. */
export function queryOf(url: string): ReturnType<typeof formDecode> {
  const at = url.indexOf('?')
  return formDecode(at === -1 ? '' : url.slice(at + 1))
}
