import { UsageError } from '@oauth/core/adapter'
import type { AuthorisedFetch } from '@oauth/core/fetch'
import type { LoginOptions } from '@oauth/core/routes'
import { headers } from 'next/headers.js'
import { type Handlers, routeHandlers } from './handlers.js'
import { isInBackground } from './in-background.js'
import { lazyRoutes, type OAuthOptions } from './options.js'
import { type Protect, protector, type SilentLogin, silentLoginWrapper } from './protect.js'
import { type SessionProxy, sessionProxy } from './proxy.js'
import { placelessWarning } from './report.js'
import { sendTo } from './send-to.js'
import { accessToken, type SessionView, sessionView } from './session-view.js'
import { visits } from './visits.js'

/** What an application uses: `export const { handlers, session, … } = oauth({ … })`. Each can be taken off. */
export interface OAuth<Http, Name extends string> {
  /** Methods of the catch-all route `app/auth/[...oauth]/route.ts`. */
  readonly handlers: Handlers
  /** The login at a provider, the last one unless named; `undefined` when nobody is logged in. In pages, route handlers, server actions and the proxy. */
  session<Known extends Name = Name>(name?: Known): Promise<SessionView<Known> | undefined>
  /**
   * The access token to use now, renewed if need be. Prefer `client()`, which keeps it to the origins it is for.
   *
   * @throws {@link UsageError} `OAUTH_MISSING_TOKEN` when nobody is logged in; `OAUTH_SESSION_READ_ONLY` where it would have to be renewed and the new
   * one could not be kept: in a page, without a proxy or a store. Nothing was sent then.
   * @throws {@link RefreshError} when it cannot be renewed.
   */
  accessToken(name?: Name): Promise<string>
  /** The user's HTTP client at a provider, the last login's unless named. @throws {@link UsageError} `OAUTH_MISSING_TOKEN` when nobody is logged in there. */
  client(name?: Name): Promise<Http>
  /**
   * Sends the browser to the login at a provider, the first one configured unless named. For server actions and route handlers. A prefetch, or another
   * request that a script sends to a route handler, begins nothing: it ends at the login's route, which answers it with 401.
   *
   * @throws {@link UsageError} `OAUTH_SESSION_READ_ONLY` in a page, where the cookie of a login cannot be set: link to the login's path there.
   */
  login(name?: Name, options?: LoginOptions): Promise<never>
  /**
   * Ends the session, gives its tokens back, and sends the browser on. For server actions and route handlers. A prefetch, or another request that a script
   * sends to a route handler and does not post, ends nothing: it ends at the logout's route, which answers it with 403. What another site sends that
   * route refuses, and Next for actions; a route handler of the application's own has to do so itself.
   *
   * @throws {@link StoreError} when the store cannot end it: the person is still logged in, and can try again.
   */
  logout(): Promise<never>
  /** Wraps a page, a route handler or a server action that is for people who are logged in. */
  readonly protect: Protect<Name>
  /**
   * Wraps a page that anybody may see, and that knows people who are logged in at the provider already. The browser goes there and back once in ten
   * minutes at most.
   */
  readonly silentLogin: SilentLogin<Name>
  /** Keeps sessions going: the function of `proxy.ts`, and of `middleware.ts`. */
  readonly proxy: SessionProxy
}

/**
 * Login, callback and logout routes for each provider, and the session of whoever asks, in all places of the App Router.
 *
 * @example
 * // lib/oauth.ts
 * export const { handlers, session, client, login, logout, protect, proxy } = oauth({
 *   baseUrl: process.env.BASE_URL,
 *   secret: process.env.SESSION_SECRET,
 *   providers: { example: { issuer: 'https://as.example', scope: 'openid email' } },
 * })
 *
 * @throws {@link UsageError} in development, for options that cannot work; otherwise the first request fails with it.
 */
export function oauth<Http = AuthorisedFetch, Name extends string = string>(options: OAuthOptions<Http, Name>): OAuth<Http, Name> {
  const routes = lazyRoutes(options)
  const found = visits(routes)
  // What cannot work is refused when the routes are made; until then nothing may fail for want of it.
  const { store, providers, errorPath }: Partial<OAuthOptions<Http, Name>> = Object(options)
  const hasStore = store !== undefined
  const names = Object.keys(Object(providers))
  // Next puts `basePath` in front of a path, which has it already. An address it takes as it is.
  const absolute = (path: string) => new URL(path, options.baseUrl).href
  const guards = { routes, visits: found, absolute, placeless: placelessWarning() }

  return {
    handlers: routeHandlers({ routes, visits: found, errorPath }),
    session: async (name) => sessionView(await found.current(), name, hasStore),
    accessToken: async (name) => accessToken(await found.current(), name),
    client: async (name) => (await found.current()).visit.client(name),
    login: async (name, options) => {
      const request = await found.current()
      // The login's route refuses what is no page, so that the browser asks again when a person goes there.
      if (isInBackground(await headers())) return sendTo(absolute(routes().loginPath(name)))
      const { result, isComplete } = await request.writing(() => request.visit.login(name, options))
      if (!isComplete) throw readOnly('login', "a link to the login's path")
      return sendTo(result)
    },
    logout: async () => {
      const request = await found.current()
      if (!(await request.isWritable())) throw readOnly('logout', "a form that posts to the logout's path")
      const shown = await headers()
      // The logout's route refuses it. With a request that posts browsers say where it comes from, and Next does not tell the method.
      if (isInBackground(shown) && !shown.has('origin')) return sendTo(absolute(routes().logoutPath()))
      const { result } = await request.writing(() => request.visit.logout())
      return sendTo(absolute(result))
    },
    protect: protector(guards),
    silentLogin: silentLoginWrapper(guards),
    proxy: sessionProxy({ routes, visits: found, providers: names, hasStore }),
  }
}

function readOnly(name: string, instead: string): UsageError {
  return new UsageError(`${name}() sets cookies, which a page cannot. Call it in a server action or a route handler, or use ${instead}.`, {
    code: 'OAUTH_SESSION_READ_ONLY',
  })
}
