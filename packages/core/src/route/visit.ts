import type { Maybe } from '../environment.js'
import { UsageError } from '../error/usage-error.js'
import { run } from '../flow/run.js'
import type { HttpHeaders } from '../http/http-response.js'
import { allowedOrigins, resourceAuthoriser } from '../session/resource-authoriser.js'
import type { TokenPlace } from '../session/token-life-cycle.js'
import type { SetCookie } from './cookie.js'
import { endSession } from './end-session.js'
import { type GuardOptions, guard } from './guard.js'
import type { RouteRequest } from './route-request.js'
import { NO_STORE, type RouteResponse } from './route-response.js'
import { sessionTokenStore } from './session-token-store.js'
import type { SessionVisit } from './session-visit.js'
import { providerOf, type WebContext } from './web-context.js'
import { type ProviderLogin, parseWebSession, type UserClaims, type WebSession } from './web-session.js'

/** What an adapter lends a visit. */
export interface VisitPorts {
  /** Whether cookies can still be set: the response headers are not sent yet. */
  readonly writable: () => Maybe<boolean>
}

/** One provider's login in the session, for the application. */
export interface LoginView {
  readonly provider: string
  readonly user: UserClaims
  /** The access token to use now, renewed if need be. Prefer `client()`, which keeps it to the origins it is for. */
  accessToken(): Promise<string>
}

/**
 * One request of a browser, and the session it came with: what applications know as `req.oauth`.
 *
 * Changes of the session become cookies at once; the adapter writes them with whatever is answered.
 */
export class Visit<Http> implements SessionVisit {
  readonly #context: WebContext<Http>
  readonly #request: RouteRequest
  readonly #ports: VisitPorts
  readonly #places = new Map<string, TokenPlace>()
  #session: WebSession | undefined
  #sessionCookies: readonly SetCookie[] = []
  #loginCookies: readonly SetCookie[] = []
  #touched = false

  private constructor(context: WebContext<Http>, request: RouteRequest, ports: VisitPorts) {
    this.#context = context
    this.#request = request
    this.#ports = ports
  }

  /** Reads the session of a request. One that is expired, ended or not ours counts as none, and its cookies are cleared. */
  static async open<Http>(context: WebContext<Http>, request: RouteRequest, ports: VisitPorts): Promise<Visit<Http>> {
    const visit = new Visit(context, request, ports)
    const stale = context.sessionCookie.clear(request.cookies)
    if (stale.length === 0) return visit
    const text = await context.sessionCookie.read(request.cookies)
    const session = text === undefined ? undefined : parseWebSession(text)
    if (session === undefined || !isAlive(session, context)) visit.#sessionCookies = stale
    else visit.#session = session
    return visit
  }

  /** Claims of the last login; `undefined` when nobody is logged in. */
  get user(): UserClaims | undefined {
    return this.login()?.claims
  }

  /** Name of the provider of the last login. */
  get provider(): string | undefined {
    return this.#names().at(-1)
  }

  /** The login at a provider: the last one unless named. */
  session(name: string | undefined = this.provider): LoginView | undefined {
    const login = name === undefined ? undefined : this.login(name)
    if (login === undefined || name === undefined) return undefined
    return { provider: name, user: login.claims, accessToken: () => this.#accessToken(name) }
  }

  /** The user's HTTP client at a provider: the last login's unless named. @throws {@link UsageError} when nobody is logged in there. */
  client(name: string | undefined = this.provider): Http {
    if (name === undefined || this.login(name) === undefined) {
      throw new UsageError(
        `Nobody is logged in${name === undefined ? '' : ` at "${name}"`}: there is no client. Guard the route with requireLogin.`,
        {
          code: 'OAUTH_MISSING_TOKEN',
        },
      )
    }
    const { environment, http } = this.#context
    const { lifeCycle, options } = providerOf(this.#context, name)
    const place = this.place(name)
    const authoriser = resourceAuthoriser({
      environment,
      current: () => lifeCycle.current(place),
      rejected: (hash) => lifeCycle.rejected(place, hash),
      allowedOrigins: allowedOrigins(options.allowedOrigins, http.baseUrl),
    })
    return http.authorised(authoriser)
  }

  /** What to answer a visitor who has to log in first; `undefined` for one who is. */
  guard(options?: GuardOptions): RouteResponse | undefined {
    return guard(this.#context, this, options)
  }

  /**
   * Ends the session here, gives its tokens back, and says where to send the browser: to the provider, where it wants to be told, else to
   * `afterLogout`.
   */
  logout(): Promise<string> {
    return run(endSession(this.#context, this), this.#context.transport)
  }

  /** @internal The session as it is now. */
  get current(): WebSession | undefined {
    this.#touched = true
    return this.#session
  }

  /** @internal */
  get request(): RouteRequest {
    return this.#request
  }

  /** @internal */
  login(name: string | undefined = this.provider): ProviderLogin | undefined {
    const providers = this.current?.providers
    // A provider that was taken out of the configuration is logged in no more; `constructor` and its like never were.
    if (name === undefined || providers === undefined || !this.#context.providers.has(name) || !Object.hasOwn(providers, name))
      return undefined
    return providers[name]
  }

  /** @internal Where the token of a login lives: in this visit's session. */
  place(name: string): TokenPlace {
    let place = this.#places.get(name)
    if (place === undefined) {
      place = { store: sessionTokenStore(this.#context, this, name), key: `t:${this.#session?.id}:${name}`, writable: this.#ports.writable }
      this.#places.set(name, place)
    }
    return place
  }

  /** @internal Replaces the session, or ends it, in the browser too. */
  async replace(session: WebSession | undefined): Promise<void> {
    const { sessionCookie } = this.#context
    const { cookies } = this.#request
    const before = this.#session
    this.#session = session
    this.#touched = true
    try {
      const set = session === undefined ? sessionCookie.clear(cookies) : await sessionCookie.write(JSON.stringify(session), cookies)
      // It may have been replaced again, or ended, while it was sealed.
      if (this.#session === session) this.#sessionCookies = set
    } catch (error) {
      if (this.#session === session) this.#session = before
      throw error
    }
  }

  /** @internal The answer is for this browser alone, whatever it says. */
  keepPrivate(): void {
    this.#touched = true
  }

  /** @internal Sets cookies of login attempts. */
  setLoginCookies(cookies: readonly SetCookie[]): void {
    this.#loginCookies = [...this.#loginCookies, ...cookies]
  }

  /** Cookies that wait to be set; they are handed out once. */
  takeCookies(): readonly SetCookie[] {
    const cookies = [...this.#sessionCookies, ...this.#loginCookies]
    this.#touched ||= cookies.length > 0
    this.#sessionCookies = []
    this.#loginCookies = []
    return cookies
  }

  /** Headers for an answer of the application: nothing that was made from a session may be cached. */
  responseHeaders(): HttpHeaders {
    return this.#touched || this.#sessionCookies.length > 0 || this.#loginCookies.length > 0 ? NO_STORE : {}
  }

  async #accessToken(name: string): Promise<string> {
    const record = await providerOf(this.#context, name).lifeCycle.current(this.place(name))
    if (record === undefined) throw new UsageError('The session has ended: there is no token.', { code: 'OAUTH_MISSING_TOKEN' })
    return record.token.access_token
  }

  #names(): readonly string[] {
    return Object.keys(this.current?.providers ?? {}).filter((name) => this.#context.providers.has(name))
  }
}

function isAlive<Http>({ id, createdAt }: WebSession, { environment, lifetime, endedSessions }: WebContext<Http>): boolean {
  return createdAt + lifetime > environment.now() && !endedSessions.has(id)
}
