import type { Maybe } from '../environment.js'
import type { HttpHeaders } from '../http/http-response.js'
import type { TokenPlace } from '../session/token-place.js'
import type { TokenRecord } from '../session/token-record.js'
import type { SetCookie } from './cookie.js'
import { CookieSession } from './cookie-session.js'
import type { Beginning, KeptSession } from './kept-session.js'
import type { Provider } from './provider.js'
import type { RouteRequest } from './route-request.js'
import { NO_STORE } from './route-response.js'
import { isOver } from './session-lifetime.js'
import { StoredSession } from './stored-session.js'
import { sourceOf, type WebContext } from './web-context.js'
import type { ProviderLogin, WebSession } from './web-session.js'

/** What an adapter lends a visit. */
export interface VisitPorts {
  /** Whether cookies can still be set: the response headers are not sent yet. */
  readonly writable: () => Maybe<boolean>
  /** Told as soon as cookies wait to be set, for frameworks where they cannot wait until the answer is sent. Not told while a visit is opened. */
  readonly changed?: (() => void) | undefined
  /** Says why a token that is due could not be kept here, where the adapter knows better than that cookies cannot be set: the error's message. */
  readonly unkept?: (() => string | undefined) | undefined
}

/**
 * One request of a browser and the session it came with, as the routes work on it. Cookies that a change needs wait here for whatever is
 * answered.
 */
export class SessionVisit<Http> {
  readonly request: RouteRequest
  /** Why a token that is due could not be kept, where the adapter knows. */
  readonly unkept: VisitPorts['unkept']
  readonly #context: WebContext<Http>
  readonly #kept: KeptSession
  readonly #changed: (() => void) | undefined
  /** What functions gave for this request, by name; a promise while one is asked. */
  readonly #given = new Map<string, Maybe<Provider<Http> | undefined>>()
  #loginCookies: readonly SetCookie[] = []
  #touched = false

  private constructor(context: WebContext<Http>, request: RouteRequest, { writable, changed, unkept }: VisitPorts) {
    const lifeCycleOf = (name: string) => this.providerOf(name)?.lifeCycle
    const { sessions: store } = context
    this.#context = context
    this.request = request
    this.unkept = unkept
    this.#changed = changed
    this.#kept =
      store === undefined
        ? new CookieSession(context, { request, writable, lifeCycleOf, changed })
        : new StoredSession(context, { request, store, lifeCycleOf, changed })
  }

  /**
   * Reads the session of a request. Functions that give providers are asked for those of the session's logins here, so that what is asked of a visit
   * afterwards is known. What they throw is thrown.
   *
   * @throws {@link StoreError} when a store cannot be read. Whether somebody is logged in is not known then.
   */
  static async open<Http>(context: WebContext<Http>, request: RouteRequest, ports: VisitPorts): Promise<SessionVisit<Http>> {
    const visit = new SessionVisit(context, request, ports)
    await visit.#kept.open()
    // A login under a new name begins a new session, so that none comes in later.
    const { providers } = context
    const names = Object.keys(visit.#kept.current?.providers ?? {})
    const asked = names.filter((name) => providers.has(name) && providers.get(name)?.fixed === undefined)
    if (asked.length > 0) await Promise.all(asked.map((name) => visit.resolve(name)))
    return visit
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
    const login = this.#kept.current?.providers[name]
    return known instanceof Promise || login === undefined || known?.tenant !== login.tenant ? undefined : known
  }

  /** The session as others have made it by now, so far as that is known; `undefined` when it is over. */
  get newest(): WebSession | undefined {
    return this.#kept.newest
  }

  /** The session as it is now. Who has looked at it may not let the answer be cached. */
  get current(): WebSession | undefined {
    this.#touched = true
    return this.#kept.current
  }

  /** Name of the provider of the last login. */
  get provider(): string | undefined {
    return this.#names.findLast((name) => this.login(name) !== undefined)
  }

  /** The login at a provider: the last one unless named. One whose tokens the provider has taken back is over. */
  login(name: string | undefined = this.provider): ProviderLogin | undefined {
    const login = name !== undefined && this.#counts(name) ? this.current?.providers[name] : undefined
    return login?.record.ended === undefined ? login : undefined
  }

  /** The provider whose token a client uses: the one named, else that of the last login. Also of a login that is over, for the client to say so. */
  tokenOf(name: string | undefined = this.provider ?? this.#names.findLast((one) => this.#counts(one))): Provider<Http> | undefined {
    return name !== undefined && this.#counts(name) ? this.providerOf(name) : undefined
  }

  get #names(): readonly string[] {
    return Object.keys(this.current?.providers ?? {})
  }

  /** A login is none when it is over, when its provider was taken out of the configuration, and when it is another tenant's. */
  #counts(name: string): boolean {
    const login = this.#names.includes(name) ? this.current?.providers[name] : undefined
    return login !== undefined && !this.isOver(login) && this.providerOf(name) !== undefined
  }

  /** Tells whether a login is over: by its time, or because its provider has ended it. */
  isOver(login: ProviderLogin): boolean {
    return isOver(login, this.#context.environment) || this.#kept.isLoggedOut(login)
  }

  /** How many logins there are beside the one at a provider. */
  loginsBeside(name: string): number {
    return this.#names.filter((other) => other !== name && this.#counts(other)).length
  }

  /** Where the token of a login lives. */
  place(name: string): TokenPlace {
    return this.#kept.place(name)
  }

  /** Goes on as a new session, in place of the one before. @throws whatever `next` throws, and {@link StoreError}. */
  begin(beginning: Beginning): Promise<void> {
    this.#touched = true
    return this.#kept.begin(beginning)
  }

  /**
   * Ends the session, in the browser too. Gives the newest record of each login.
   *
   * @throws {@link StoreError} when it cannot be ended: it goes on.
   */
  end(): Promise<Readonly<Record<string, TokenRecord>>> {
    this.#touched = true
    return this.#kept.end()
  }

  /** The answer is for this browser alone, whatever it says. */
  keepPrivate(): void {
    this.#touched = true
  }

  /** Sets cookies of login attempts. */
  setLoginCookies(cookies: readonly SetCookie[]): void {
    this.#loginCookies = [...this.#loginCookies, ...cookies]
    this.#changed?.()
  }

  /** Cookies that wait to be set; they are handed out once. */
  takeCookies(): readonly SetCookie[] {
    const cookies = [...this.#kept.takeCookies(), ...this.#loginCookies]
    this.#touched ||= cookies.length > 0
    this.#loginCookies = []
    return cookies
  }

  /** Headers for an answer of the application: nothing that was made from a session may be cached. */
  responseHeaders(): HttpHeaders {
    return this.#touched || this.#kept.hasCookies || this.#loginCookies.length > 0 ? NO_STORE : {}
  }
}
