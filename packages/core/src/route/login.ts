import { UsageError } from '../error/usage-error.js'
import { startAuthorization } from '../flow/authorization-code.js'
import type { Flow } from '../flow/flow.js'
import { formDecode, formGet } from '../http/form.js'
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
 * The login route. Of the request's parameters only `returnTo` is read; the protocol's cannot be set from outside, and no other site can have
 * a login linked.
 */
export async function* login<Http>(context: WebContext<Http>, visit: SessionVisit<Http>, provider: Provider<Http>): Flow<RouteResponse> {
  const { request } = visit
  if (!isNavigation(request)) return plain(401, 'A login starts by going to this page, not by a request in the background.')
  const returnTo = formGet(queryOf(request.url), 'returnTo')
  return redirect(yield* startLogin(context, visit, provider, { returnTo }))
}

/** Starts a login: keeps the attempt in a cookie of its own, and returns where at the provider to send the browser. */
export async function* startLogin<Http>(
  context: WebContext<Http>,
  visit: SessionVisit<Http>,
  provider: Provider<Http>,
  { returnTo, link = false }: LoginOptions,
): Flow<string> {
  const { registration, options, scope, redirectUri } = provider
  const session = visit.current?.id
  if (link && options.responseMode === 'form_post') {
    throw new UsageError(
      `login: a login at "${provider.name}" cannot be linked: its answer comes by form_post from the provider's site, and browsers send no session cookie with that. Use the response mode "query".`,
    )
  }
  const server = yield* registration.server()
  const { url, transaction } = yield* startAuthorization(server, registration.client, {
    environment: context.environment,
    provider: provider.name,
    redirectUri,
    scope,
    responseMode: options.responseMode,
    codeChallengeMethod: options.codeChallengeMethod,
    parameters: options.authorizationParameters,
    returnTo: safeReturnTo(returnTo, context.base.origin, `${context.base.path}/`),
  })
  const attempt = session === undefined ? transaction : { ...transaction, session, ...(link ? ({ link: true } as const) : {}) }
  visit.setLoginCookies(await context.logins.keep(attempt, visit.request.cookies))
  return url
}

/** The query of a path, decoded. */
export function queryOf(url: string): ReturnType<typeof formDecode> {
  const at = url.indexOf('?')
  return formDecode(at === -1 ? '' : url.slice(at + 1))
}
