import type { Maybe } from '../environment.js'
import type { HttpHeaders } from '../http/http-response.js'
import type { TokenPlace } from '../session/token-place.js'
import type { SetCookie } from './cookie.js'
import { isNavigation } from './navigation.js'
import type { Provider } from './provider.js'
import type { RouteRequest } from './route-request.js'
import { NO_STORE } from './route-response.js'
import { sessionTokenStore } from './session-token-store.js'
import { SEEN_TTL, sourceOf, type WebContext } from './web-context.js'
import { type ProviderLogin, parseWebSession, type WebSession } from './web-session.js'

/** What an adapter lends a visit. */
export interface VisitPorts {
  /** Whether cookies can still be set: the response headers are not sent yet. */
  readonly writable: () => Maybe<boolean>
}

/**
 * One request of a browser and the session it came with, as the routes work on it. Changes of the session become cookies at once; they
 * wait here for whatever is answered.
 */
export class SessionVisit<Http> {
  readonly request: RouteRequest
  readonly #context: WebContext<Http>
  readonly #ports: VisitPorts
  readonly #places = new Map<string, TokenPlace>()
  /** What functions gave for this request, by name; a promise while one is asked. */
  readonly #given = new Map<string, Maybe<Provider<Http> | undefined>>()
  #session: WebSession | undefined
  #sessionCookies: readonly SetCookie[] = []
  #loginCookies: readonly SetCookie[] = []
  #touched = false

  private constructor(context: WebContext<Http>, request: RouteRequest, ports: VisitPorts) {
    this.#context = context
    this.request = request
    this.#ports = ports
  }

  /**
   * Reads the session of a request. One that is expired, ended or not ours counts as none. Its cookies are cleared only where a person goes to a page: a
   * request in the background may have been sent before a login that has just set new ones, which the browser would then drop.
   *
   * Functions that give providers are asked for those of the session's logins here, so that what is asked of a visit afterwards is known. What they
   * throw is thrown.
   */
  static async open<Http>(context: WebContext<Http>, request: RouteRequest, ports: VisitPorts): Promise<SessionVisit<Http>> {
    const visit = new SessionVisit(context, request, ports)
    const { sessionCookie, endedSessions } = context
    const stale = sessionCookie.clear(request.cookies)
    if (stale.length === 0) return visit
    const text = await sessionCookie.read(request.cookies)
    const session = text === undefined ? undefined : parseWebSession(text)
    if (session !== undefined && endedSessions.has(session.id)) return visit
    if (session !== undefined && isAlive(session, context)) await visit.#resume(session)
    else if (isNavigation(request)) visit.#sessionCookies = stale
    return visit
  }

  async #resume(session: WebSession): Promise<void> {
    this.#session = session
    const { renewedSessions } = this.#context
    const newest = renewedSessions.get(session.id)
    // A browser that shows the newest one has got it; other requests may have been sent before.
    if (newest !== undefined && newest.generation <= session.generation) renewedSessions.set(session.id, session, SEEN_TTL)
    await this.catchUp()
    // A login under a new name begins a new session, so that none comes in later.
    const { providers } = this.#context
    const asked = Object.keys(session.providers).filter((name) => providers.has(name) && providers.get(name)?.fixed === undefined)
    if (asked.length > 0) await Promise.all(asked.map((name) => this.resolve(name)))
  }

  /**
   * The provider of a name, for this request; `undefined` where its function gives none. The function is asked once.
   *
   * @throws {@link UsageError} when there is no provider of that name, or what a function gives cannot work; and whatever the function throws.
   */
  async resolve(name: string): Promise<Provider<Http> | undefined> {
    const source = sourceOf(this.#context, name)
    if (source.fixed !== undefined) return source.fixed
    if (!this.#given.has(name)) this.#given.set(name, source.of(this.request))
    const provider = await this.#given.get(name)
    this.#given.set(name, provider)
    return provider
  }

  /** The provider of this session's login there: `undefined` where there is none, where it is configured no more, and for a login of another tenant. */
  providerOf(name: string): Provider<Http> | undefined {
    const known = this.#context.providers.get(name)?.fixed ?? this.#given.get(name)
    const login = this.#session?.providers[name]
    return known instanceof Promise || login === undefined || known?.tenant !== login.tenant ? undefined : known
  }

  /** The session as the requests of this process have made it by now; `undefined` when it is over. */
  get newest(): WebSession | undefined {
    const session = this.#session
    if (session === undefined || this.#context.endedSessions.has(session.id)) return undefined
    const known = this.#context.renewedSessions.get(session.id)
    return known !== undefined && known.generation > session.generation ? known : session
  }

  /** Goes on with the session as it has become through other requests, and hands this browser its cookie. Without fail: a cookie can wait. */
  async catchUp(): Promise<void> {
    for (;;) {
      const { newest } = this
      if (newest === undefined || newest === this.#session) return
      const cookies = (await this.#ports.writable()) ? await this.seal(newest).catch(() => []) : []
      // It may have gone on, or ended, meanwhile.
      if (newest === this.newest) return this.adopt(newest, cookies)
    }
  }

  /** The session as it is now. Who has looked at it may not let the answer be cached. */
  get current(): WebSession | undefined {
    this.#touched = true
    return this.#session
  }

  /** Name of the provider of the last login. */
  get provider(): string | undefined {
    return this.#names().findLast((name) => this.login(name) !== undefined)
  }

  /** The login at a provider: the last one unless named. One whose tokens the provider has taken back is over. */
  login(name: string | undefined = this.provider): ProviderLogin | undefined {
    const login = name !== undefined && this.#names().includes(name) ? this.current?.providers[name] : undefined
    return login?.record.ended === undefined ? login : undefined
  }

  /** The provider whose token a client uses: the one named, else that of the last login. Also of a login that is over, for the client to say so. */
  tokenOf(name: string | undefined = this.provider ?? this.#names().at(-1)): Provider<Http> | undefined {
    return name !== undefined && this.#names().includes(name) ? this.providerOf(name) : undefined
  }

  /** A provider that was taken out of the configuration is logged in no more, and neither is one of another tenant. */
  #names(): readonly string[] {
    return Object.keys(this.current?.providers ?? {}).filter((name) => this.providerOf(name) !== undefined)
  }

  /** Where the token of a login lives: in this visit's session. */
  place(name: string): TokenPlace {
    const key = `t:${this.#session?.id}:${name}`
    const known = this.#places.get(key)
    if (known !== undefined) return known
    const store = sessionTokenStore(this.#context.environment, this, name)
    const place = { store, key, writable: this.#ports.writable }
    this.#places.set(key, place)
    return place
  }

  /** The cookies that hold a session. @throws {@link UsageError} when it is too large. */
  seal(session: WebSession): Promise<readonly SetCookie[]> {
    return this.#context.sessionCookie.write(JSON.stringify(session), this.request.cookies)
  }

  /** Goes on with a session that was sealed, in one step, so that who has looked just before loses nothing. Other requests know of it at once. */
  adopt(session: WebSession, cookies: readonly SetCookie[]): void {
    const { renewedSessions } = this.#context
    this.#session = session
    this.#sessionCookies = cookies
    this.#touched = true
    if (session.generation > (renewedSessions.get(session.id)?.generation ?? 0)) renewedSessions.set(session.id, session)
  }

  /** Ends the session, in the browser too. */
  end(): void {
    const { sessionCookie, renewedSessions } = this.#context
    if (this.#session !== undefined) renewedSessions.delete(this.#session.id)
    this.#session = undefined
    this.#sessionCookies = sessionCookie.clear(this.request.cookies)
    this.#touched = true
  }

  /** The answer is for this browser alone, whatever it says. */
  keepPrivate(): void {
    this.#touched = true
  }

  /** Sets cookies of login attempts. */
  setLoginCookies(cookies: readonly SetCookie[]): void {
    this.#loginCookies = [...this.#loginCookies, ...cookies]
  }

  /** Cookies that wait to be set; they are handed out once. */
  takeCookies(): readonly SetCookie[] {
    const session = this.#session
    if (session !== undefined && this.#sessionCookies.length > 0) {
      const { handedOut } = this.#context
      // A logout, a new login or a later cookie in another answer came over it: this one would take the place of theirs.
      if (this.newest === undefined || (handedOut.get(session.id) ?? 0) > session.generation) this.#sessionCookies = []
      else handedOut.set(session.id, session.generation)
    }
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
}

function isAlive<Http>({ createdAt }: WebSession, { environment, lifetime }: WebContext<Http>): boolean {
  return createdAt + lifetime > environment.now()
}
