import type { HttpClient } from '@oauth/core/adapter'
import { type AuthorisedFetch, fetchClient } from '@oauth/core/fetch'
import { type EnvironmentClients, type WebOptions, type WebRoutes, webRoutes, withEnvironmentClients } from '@oauth/core/routes'
import { assertErrorPath } from './error-path.js'
import { processWide } from './process-wide.js'

/** Options of `oauth`. They are checked at the first request, since `next build` has no secrets; in development at once. */
export interface OAuthOptions<Http = AuthorisedFetch, Name extends string = string>
  extends Omit<WebOptions<Http, Name>, 'baseUrl' | 'secret' | 'providers'>,
    EnvironmentClients<Http, Name> {
  /** The application's address as browsers see it, with the `basePath` of `next.config` if there is one. Headers of a request are never asked. */
  readonly baseUrl: string | undefined
  /** At least 32 bytes. A list to change it: the first seals, all of them open. */
  readonly secret: string | readonly string[] | undefined
  /** What `client()` gives, and what the library's own requests are sent with: `kyClient(ky)`. `fetch` unless told. */
  readonly http?: HttpClient<Http> | undefined
  /**
   * Path of a page of the application that a login ends at which failed or was cancelled, as browsers see it: with `basePath`. The page finds the
   * error's code in the query, `?error=OAUTH_AUTHORIZATION_RESPONSE`, and for that one what the provider said, `&reason=access_denied`, where that is
   * a registered word. Anybody can make such an address. It must not be guarded: its guard would lead to the login again. A plain page of the
   * library's unless told.
   */
  readonly errorPath?: string | undefined
}

/** The routes of an application, made when they are first needed. @throws {@link UsageError} for options that cannot work, each time. */
export type LazyRoutes<Http> = () => WebRoutes<Http>

/** Names of options that the core does not know. */
const FURTHER = ['env', 'http', 'errorPath'] as const

/** @throws {@link UsageError} in development, for options that cannot work. */
export function lazyRoutes<Http, Name extends string>(options: OAuthOptions<Http, Name>): LazyRoutes<Http> {
  let made: WebRoutes<Http> | undefined

  function routes(): WebRoutes<Http> {
    made ??= makeRoutes(options)
    return made
  }

  if (process.env['NODE_ENV'] === 'development') routes()
  return routes
}

function makeRoutes<Http, Name extends string>(options: OAuthOptions<Http, Name>): WebRoutes<Http> {
  // What is no object cannot be taken apart, and is refused by the check of the options.
  const { http, env = process.env }: OAuthOptions<Http, Name> = Object(options)
  // What is absent, as an environment variable may be, is refused by the check of the options.
  const given = Object(options) as OAuthOptions<Http, Name> & Pick<WebOptions<Http, Name>, 'baseUrl' | 'secret'>
  const { memory, store } = processWide(given)
  const client = http ?? (fetchClient() as HttpClient<unknown> as HttpClient<Http>)
  const routes = webRoutes(withEnvironmentClients({ ...given, store }, env), client, { further: FURTHER, memory })
  assertErrorPath(given.errorPath, routes.match)
  return routes
}
