import { assertKnownOptions } from '../error/known-options.js'
import { UsageError } from '../error/usage-error.js'
import { run } from '../flow/run.js'
import type { HttpHeaders } from '../http/http-response.js'
import { isExpired } from '../message/expiry.js'
import { type AuthoriserPorts, allowedOrigins, resourceAuthoriser } from '../session/resource-authoriser.js'
import type { TokenRecord } from '../session/token-record.js'
import type { SetCookie } from './cookie.js'
import { withinCookieLimits } from './cookie-limits.js'
import { endSession } from './end-session.js'
import { type GuardOptions, guard } from './guard.js'
import { LOGIN_OPTIONS, type LoginOptions, startLogin } from './login.js'
import { assertLoginTerms } from './login-terms.js'
import { isPrefetch } from './navigation.js'
import type { Provider } from './provider.js'
import type { RouteResponse } from './route-response.js'
import type { SessionVisit } from './session-visit.js'
import { type SilentLoginOptions, silentLogin } from './silent-login.js'
import { loginPath, logoutPath, sourceOf, type WebContext } from './web-context.js'
import type { UserClaims } from './web-session.js'

/** One provider's login in the session, for the application. */
export interface LoginView {
  readonly provider: string
  readonly user: UserClaims
  /**
   * What the access token is worth as it is: it is `valid`, or it has expired and is `renewable`, or only a new login helps: `expired`. One that does
   * not say when it expires is valid.
   */
  readonly tokenState: 'valid' | 'renewable' | 'expired'
  /** The access token to use now, renewed if need be. Prefer `client()`, which keeps it to the origins it is for. */
  accessToken(): Promise<string>
}

let opened: <Http>(visit: Visit<Http>, context: WebContext<Http>) => SessionVisit<Http> | undefined

/**
 * What the routes work on, of a visit that they have opened themselves. Applications have the visit alone, and no way from it to this.
 *
 * In a map by visit, however weak, all that belongs to a request would outlive it until the whole heap is collected: a collection of what is young takes
 * the values of an old map for alive.
 */
export function sessionOf<Http>(visit: Visit<Http>, context: WebContext<Http>): SessionVisit<Http> | undefined {
  return opened(visit, context)
}

/** One request of a browser, and the session it came with: what applications know as `req.oauth`. Its methods can be taken off it. */
export class Visit<Http> {
  readonly #context: WebContext<Http>
  readonly #session: SessionVisit<Http>

  static {
    opened = (visit, context) => (#session in Object(visit) && visit.#context === context ? visit.#session : undefined)
  }

  constructor(context: WebContext<Http>, session: SessionVisit<Http>) {
    this.#context = context
    this.#session = session
  }

  /** Claims of the last login; `undefined` when nobody is logged in. */
  get user(): UserClaims | undefined {
    return this.#session.login()?.claims
  }

  /** Name of the provider of the last login. */
  get provider(): string | undefined {
    return this.#session.provider
  }

  /** The login at a provider: the last one unless named. @throws {@link UsageError} for a provider that is not configured. */
  readonly session = (name: string | undefined = this.provider): LoginView | undefined => {
    if (name === undefined) return undefined
    sourceOf(this.#context, name)
    const login = this.#session.login(name)
    if (login === undefined) return undefined
    const tokenState = tokenStateOf(login.record, this.#context.environment.now())
    return { provider: name, user: login.claims, tokenState, accessToken: () => this.#accessToken(name) }
  }

  /** The user's HTTP client at a provider: the last login's unless named. @throws {@link UsageError} when nobody is logged in there. */
  readonly client = (name?: string): Http => {
    if (name !== undefined) sourceOf(this.#context, name)
    const provider = this.#session.tokenOf(name)
    if (provider === undefined) {
      const where = name === undefined ? '' : ` at "${name}"`
      throw new UsageError(
        `Nobody is logged in${where}: there is no client. Guard what calls it, so that people are sent to the login first.`,
        {
          code: 'OAUTH_MISSING_TOKEN',
        },
      )
    }
    const { environment, http } = this.#context
    const { options, hooks } = provider
    const authoriser = resourceAuthoriser({
      environment,
      ...this.#tokenOf(provider),
      placement: options.tokenPlacement,
      quirks: options.quirks,
      protectedRequestHook: () => hooks.protectedRequest(),
      allowedOrigins: allowedOrigins(options.allowedOrigins, http.baseUrl),
    })
    return http.authorised(authoriser)
  }

  /**
   * Begins a login from a page of the application's own, and says where to send the browser. The provider is the first one configured unless
   * named. With `link` the login joins those of this session: offer it only to a person who asked for it, behind the application's protection
   * against forged requests. `maxAge`, `acr` and `prompt` say how the person has to prove who they are. With `prompt: 'none'` nothing is shown, and who is
   * not logged in at the provider comes back as nobody: on a page that asks each time, that is {@link silentLogin}.
   *
   * For a prefetch nothing is begun: it is sent to the login route, which refuses it, so that the browser asks again when the person goes there.
   *
   * @example
   * res.redirect(await req.oauth.login('github', { link: true, returnTo: '/accounts' }))
   */
  readonly login = (name?: string, options: LoginOptions = {}): Promise<string> => {
    const context = this.#context
    assertKnownOptions(options, LOGIN_OPTIONS, 'login')
    assertLoginTerms(options, 'login')
    const source = sourceOf(context, name ?? [...context.providers.keys()][0] ?? '')
    if (isPrefetch(this.#session.request.headers)) return this.#refused(loginPath(context, source.name))
    return this.#startLogin(source.name, options)
  }

  /** What to answer a visitor who has to log in first; `undefined` for one who is. */
  readonly guard = (options?: GuardOptions): Promise<RouteResponse | undefined> => {
    return guard(this.#context, this.#session, options)
  }

  /**
   * Where to send a visitor to find out, without anything being shown, whether they are logged in at the provider; `undefined` for one who is logged in here,
   * and for one who was asked for in vain a short while ago.
   */
  readonly silentLogin = (options?: SilentLoginOptions): Promise<RouteResponse | undefined> => {
    return silentLogin(this.#context, this.#session, options)
  }

  /**
   * Ends the session here, gives its tokens back, and says where to send the browser: to the provider, where it wants to be told, else to
   * `afterLogout`.
   *
   * For a prefetch nothing is ended: it is sent to the logout route, which refuses it. That route refuses what another site sends, too; who calls this in a
   * handler of their own has to do so there.
   *
   * @throws {@link StoreError} when the store cannot end it: the person is still logged in, and can try again.
   */
  readonly logout = (): Promise<string> => {
    const { method, headers } = this.#session.request
    if (method !== 'POST' && isPrefetch(headers)) return this.#refused(logoutPath(this.#context))
    return run(endSession(this.#context, this.#session), this.#context.transport)
  }

  /** For adapters: cookies that wait to be set, whatever is answered. They are handed out once. */
  takeCookies(): readonly SetCookie[] {
    return this.#session.takeCookies()
  }

  /** For adapters: headers of whatever is answered. Nothing that was made from a session may be cached. */
  responseHeaders(): HttpHeaders {
    return this.#session.responseHeaders()
  }

  /** A route that refuses a prefetch. What is answered to one is not for the person's own request. */
  async #refused(path: string): Promise<string> {
    this.#session.keepPrivate()
    return path
  }

  async #startLogin(name: string, options: LoginOptions): Promise<string> {
    const provider = await this.#session.resolve(name)
    if (provider === undefined) throw new UsageError(`login: the function of provider "${name}" has no options for this request.`)
    return run(startLogin(this.#context, this.#session, provider, options), this.#context.transport)
  }

  async #accessToken(name: string): Promise<string> {
    const provider = this.#session.providerOf(name)
    const record = provider && (await this.#tokenOf(provider).current())
    if (record === undefined) throw new UsageError('The session has ended: there is no token.', { code: 'OAUTH_MISSING_TOKEN' })
    return record.token.access_token
  }

  /** The token of a login, as it is at each use. */
  #tokenOf({ name, lifeCycle }: Provider<Http>): Pick<AuthoriserPorts, 'current' | 'rejected'> {
    const place = this.#session.place(name)
    const current = () => lifeCycle.current(place)
    const rejected = (hash: string) => lifeCycle.rejected(place, hash)
    if (this.#context.sessions !== undefined) return { current, rejected }
    const { unkept } = this.#session
    return {
      current: () => withinCookieLimits(current, unkept),
      rejected: async (hash) => withinCookieLimits(() => rejected(hash), unkept),
    }
  }
}

function tokenStateOf({ token }: TokenRecord, now: number): LoginView['tokenState'] {
  if (!isExpired(token, now)) return 'valid'
  return token.refresh_token === undefined ? 'expired' : 'renewable'
}
