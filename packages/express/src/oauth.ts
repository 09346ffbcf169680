import { IncomingMessage } from 'node:http'
import { type AnyOAuthError, type HttpClient, isOAuthError, UsageError } from '@oauth/core/adapter'
import { type AuthorisedFetch, fetchClient } from '@oauth/core/fetch'
import {
  assertGuardOptions,
  assertSilentLoginOptions,
  type EnvironmentClients,
  errorPage,
  type GuardOptions,
  type RouteResponse,
  type SilentLoginOptions,
  statusOf,
  type WebOptions,
  type WebRoutes,
  webRoutes,
  withEnvironmentClients,
} from '@oauth/core/routes'
import { warnOfSessionsInMemory } from '@oauth/core/session'
import type { Application, Request, RequestHandler, Response } from 'express'
import onHeaders from 'on-headers'
import { ExpressSessionStore } from './express-session-store.js'
import { nodeTransport } from './node-transport.js'
import { readBody, readRequest } from './read-request.js'
import './request-oauth.js'
import { secretWarning } from './secret-warning.js'
import { writeFailure, writeResponse, writeVisit } from './write-response.js'

/** Options of {@link oauth}. */
export interface OAuthOptions<Http, Name extends string = string>
  extends Omit<WebOptions<Http, Name>, 'providers'>,
    EnvironmentClients<Http, Name> {
  /**
   * What `req.oauth.client()` gives, and what the library's own requests are sent with: `gotClient(got)`. Unless told, `client()` gives `fetch`, and
   * the library's requests go by Node's `http`, which takes less; to have them all by `fetch`, with a dispatcher of undici perhaps: `fetchClient()`.
   */
  readonly http?: HttpClient<Http> | undefined
  /** Whether errors of the login routes end in a plain page. Unless told: when the application has no error handler, which gets them otherwise. */
  readonly errorPage?: boolean | undefined
}

/**
 * Login, callback and logout routes for each provider, and `req.oauth` on every request.
 *
 * @example
 * app.use(oauth({ baseUrl, secret, providers: { example: { issuer, clientId, clientSecret, scope: 'openid email' } } }))
 * app.get('/', requireLogin(), (req, res) => res.send(`Hello ${req.oauth.user?.email}`))
 *
 * @throws {@link UsageError} for options that cannot work.
 */
export function oauth<Http = AuthorisedFetch, Name extends string = string>(options: OAuthOptions<Http, Name>): RequestHandler {
  // What is no object cannot be taken apart, and is refused by the check of the options.
  const { http, errorPage: page, env = process.env }: OAuthOptions<Http, Name> = Object(options)
  const client = http ?? ({ ...fetchClient(), transport: nodeTransport() } as HttpClient<unknown> as HttpClient<Http>)
  const routes = webRoutes(withEnvironmentClients(options, env), client, { further: ['http', 'errorPage', 'env'] })
  if (page !== undefined && typeof page !== 'boolean')
    throw new UsageError(`Option "errorPage" must be true or false, and is of type ${typeof page}. A page of your own is an error handler.`)

  // That one warns by itself, of what else it cannot do.
  if (!(options.store instanceof ExpressSessionStore)) warnOfSessionsInMemory(options.store)
  const warnOfSecret = secretWarning()

  return async function oauthRoutes(req, res, next) {
    const url = routes.browserUrl(req.originalUrl)
    const route = routes.match(url)
    try {
      const body = route !== undefined && req.method === 'POST' ? await readBody(req) : undefined
      const visit = await routes.open({ ...readRequest(req, url), body }, { writable: () => !res.headersSent })
      // What `client()` gives is known to this call; the type of `req.oauth` is known to whoever registers it.
      req.oauth = visit as unknown as Request['oauth']
      onHeaders(res, () => writeVisit(res, visit))
      if (route === undefined) return next(mountError(req, routes, options.baseUrl))
      writeResponse(res, await routes.handle(route, visit))
    } catch (error) {
      // Where somebody has answered meanwhile no header can be set: what has failed is told all the same.
      if (isOAuthError(error) && !res.headersSent) {
        writeFailure(res, error)
        warnOfSecret(error)
        if (route !== undefined && (page ?? !hasErrorHandler(req.app))) {
          logError(error, req.app)
          // Who could not be logged out is still logged in.
          const login = route.name === 'logout' ? undefined : routes.loginPath(route.provider)
          writeResponse(res, errorPage(error, { login }))
          return
        }
      }
      next(error)
    }
  }
}

/**
 * Lets only people through who are logged in; sends others to the login and back, and answers scripts with 401. A login counts for who the
 * person is; with `token: true` its access token has to be of use, too. With `maxAge` and `acr` it has to be recent enough and strong enough: who has
 * another is sent to prove who they are once more.
 *
 * @throws {@link UsageError} for unknown options, and when it is given to Express instead of being called.
 */
export function requireLogin(options: GuardOptions = {}): RequestHandler {
  assertCalled('requireLogin', options)
  assertGuardOptions(options)
  return answering('requireLogin', (visit) => visit.guard(options))
}

/**
 * Finds out whether a visitor is logged in at the provider, without anything being shown, and then lets them through, logged in or not: for pages that
 * anybody may see. The browser goes there and back once in ten minutes at most, and not while somebody is logged in, nor for scripts.
 *
 * @example
 * app.get('/', silentLogin(), (req, res) => res.send(`Hello ${req.oauth.user?.name ?? 'stranger'}`))
 *
 * @throws {@link UsageError} for unknown options, and when it is given to Express instead of being called.
 */
export function silentLogin(options: SilentLoginOptions = {}): RequestHandler {
  assertCalled('silentLogin', options)
  assertSilentLoginOptions(options)
  return answering('silentLogin', (visit) => visit.silentLogin(options))
}

function assertCalled(name: string, options: object): void {
  if (options instanceof IncomingMessage)
    throw new UsageError(`${name} makes the middleware and is none itself. Call it: app.get(path, ${name}(), handler).`)
}

/** A middleware that answers for the route behind it, or lets the request through to it. */
function answering(name: string, answer: (visit: Request['oauth']) => Promise<RouteResponse | undefined>): RequestHandler {
  return (req, res, next) => {
    // The type says that it is always there, which holds behind `oauth()` alone.
    const { oauth: visit } = req as Partial<Pick<Request, 'oauth'>>
    if (visit === undefined) throw new UsageError(`${name}: there is no req.oauth. app.use(oauth({ … })) has to come before this route.`)
    void answered(res, answer(visit)).then((isAnswered) => {
      if (!isAnswered) next()
    }, next)
  }
}

/** Tells whether there was something to answer. Fails where somebody has answered meanwhile, such as a timeout of the application's. */
async function answered(res: Response, answer: Promise<RouteResponse | undefined>): Promise<boolean> {
  const response = await answer
  if (response !== undefined) writeResponse(res, response)
  return response !== undefined
}

/** A route that is asked for below the path where the application is mounted, which `baseUrl` lacks: nothing would ever match. */
function mountError(
  { baseUrl: mount, url }: Request,
  routes: Pick<WebRoutes<never>, 'match' | 'browserUrl'>,
  baseUrl: string,
): UsageError | undefined {
  if (mount === '') return undefined
  const base = baseUrl.replace(/\/+$/, '')
  if (base.toLowerCase().endsWith(mount.toLowerCase()) || routes.match(routes.browserUrl(url)) === undefined) return undefined
  return new UsageError(
    `The application is mounted below ${mount}, which "baseUrl" lacks: its login routes are found nowhere. If browsers see that path, "baseUrl" has to be ${base}${mount}`,
  )
}

/** As Express prints an error that ends in its own page, and with its causes, such as what the store said. What is a person's doing, such as a login that was cancelled, is not the operator's. */
function logError(error: AnyOAuthError, app: Application): void {
  // biome-ignore lint/suspicious/noConsole: the page shows the code alone, and the application has no error handler that would hear of it
  if (statusOf(error) >= 500 && app.get('env') !== 'test') console.error(error)
}

/** Express tells error handlers by their four parameters. Without one, Express shows a stack trace, or nothing but the status. */
function hasErrorHandler(app: Application & { readonly parent?: Application }): boolean {
  const { stack } = app.router as unknown as { readonly stack: readonly { readonly handle: { readonly length: number } }[] }
  return stack.some(({ handle }) => handle.length === 4) || (app.parent !== undefined && hasErrorHandler(app.parent))
}
