import { UsageError } from '../error/usage-error.js'
import type { Flow } from '../flow/flow.js'
import { run, type Transport } from '../flow/run.js'
import type { HttpClient } from '../session/http-client.js'
import { backchannelLogout } from './backchannel-logout.js'
import { browserUrl } from './base-url.js'
import { callback } from './callback.js'
import type { SetCookie } from './cookie.js'
import { frontchannelLogout } from './frontchannel-logout.js'
import { login } from './login.js'
import { logout } from './logout.js'
import type { Route } from './paths.js'
import type { RouteRequest } from './route-request.js'
import { json, plain, type RouteResponse } from './route-response.js'
import { SessionVisit, type VisitPorts } from './session-visit.js'
import { sessionOf, Visit } from './visit.js'
import { loginPath, logoutPath, type RoutesPorts, type WebContext, webContext } from './web-context.js'
import type { WebOptions } from './web-options.js'
import type { UserClaims } from './web-session.js'

/**
 * The login routes of one application, as data in and data out: all that a framework adapter translates.
 *
 * For each request: make a {@link RouteRequest}, `open` a visit, and if `match` names a route, answer with what `handle` returns. Whatever
 * is answered, add the visit's `responseHeaders()` and `takeCookies()`.
 */
export interface WebRoutes<Http> {
  /** A URL as the browser sent it, from one that may have lost the base URL's path to a proxy. */
  browserUrl(url: string): string
  /** The route that a URL names; `undefined` when it is the application's own. */
  match(url: string): Route | undefined
  /** Path of the login at a provider, as browsers see it: at the first one configured unless named. */
  loginPath(provider?: string | undefined): string
  /** Path of the logout, as browsers see it. */
  logoutPath(): string
  /** The session's first cookie as a request brought it, whatever it is worth; `undefined` when it brought none, or two. */
  sessionCookie(request: RouteRequest): SetCookie | undefined
  /**
   * Reads the session that a request came with. A cookie that cannot be read counts as logged out.
   *
   * @throws {@link StoreError} when the store cannot be read: whether somebody is logged in is not known, so let nobody through and answer 503.
   * What a function of the request throws, that gives the provider of a login, is thrown as it is.
   */
  open(request: RouteRequest, ports: VisitPorts): Promise<Visit<Http>>
  /** Answers a request to one of the routes. @throws `OAuthError`, for the application's error handling or for `errorPage`, which can offer `loginPath`. */
  handle(route: Route, visit: Visit<Http>): Promise<RouteResponse>
  /** The same as a flow, for those who send the requests themselves. */
  flow(route: Route, visit: Visit<Http>): Flow<RouteResponse>
  readonly transport: Transport
}

/**
 * Makes the routes of an application.
 *
 * @throws {@link UsageError} for options that cannot work.
 */
export function webRoutes<Http, Name extends string>(
  options: WebOptions<Http, Name>,
  http: HttpClient<Http>,
  ports?: RoutesPorts,
): WebRoutes<Http> {
  const context = webContext(options, http, ports)

  async function open(request: RouteRequest, ports: VisitPorts): Promise<Visit<Http>> {
    const session = await SessionVisit.open(context, isProviders(request) ? { ...request, cookies: [] } : request, ports)
    return new Visit(context, session)
  }

  /** A provider has no session of ours: whatever it sends for one is not read, so that no failing store is in its way. */
  const isProviders = ({ url }: RouteRequest) => context.table.match(url)?.name === 'backchannelLogout'

  async function* flow(route: Route, visit: Visit<Http>): Flow<RouteResponse> {
    const session = sessionOf(visit, context)
    if (session === undefined) throw new UsageError('The visit was not opened by these routes.')
    session.keepPrivate()
    const response = yield* routed(context, route, session)
    return { ...response, cookies: [...response.cookies, ...session.takeCookies()] }
  }

  return {
    browserUrl: (url) => browserUrl(context.base, url),
    match: context.table.match,
    loginPath: (provider) => loginPath(context, provider),
    logoutPath: () => logoutPath(context),
    sessionCookie: ({ cookies }) => context.sessionCookie.present(cookies),
    open,
    handle: (route, visit) => run(flow(route, visit), context.transport),
    flow,
    transport: context.transport,
  }
}

/** HEAD has to be without effect (RFC 9110 §9.3.2), and only one of these routes is without effect for GET. */
const METHODS: Readonly<Record<Route['name'], readonly string[]>> = {
  login: ['GET', 'POST'],
  callback: ['GET', 'POST'],
  logout: ['GET', 'POST'],
  backchannelLogout: ['POST'],
  frontchannelLogout: ['GET'],
  user: ['GET', 'HEAD'],
}

/** Routes of a provider that a browser comes to. */
const VISITED = { login, callback, frontchannelLogout }

async function* routed<Http>(context: WebContext<Http>, { name, provider }: Route, visit: SessionVisit<Http>): Flow<RouteResponse> {
  const { method } = visit.request
  const allowed = METHODS[name]
  if (!allowed.includes(method)) return plain(405, 'This route does not take this method.', { allow: allowed.join(', ') })
  switch (name) {
    case 'login':
    case 'callback':
    case 'backchannelLogout':
    case 'frontchannelLogout': {
      const found = await visit.resolve(provider ?? '')
      if (found === undefined) return plain(404, 'There is no login here for this request.')
      if (name === 'backchannelLogout') return yield* backchannelLogout(context, visit.request, found)
      return yield* VISITED[name](context, visit, found)
    }
    case 'logout':
      return yield* logout(context, visit)
    case 'user':
      return user(visit.login()?.claims)
  }
}

function user(claims: UserClaims | undefined): RouteResponse {
  return claims === undefined ? json(401, { error: 'not_logged_in' }) : json(200, claims)
}
