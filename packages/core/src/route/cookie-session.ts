import type { Maybe } from '../environment.js'
import type { TokenPlace } from '../session/token-place.js'
import type { TokenRecord } from '../session/token-record.js'
import type { SetCookie } from './cookie.js'
import { SEEN_TTL } from './cookie-memory.js'
import { cookieTokenStore } from './cookie-token-store.js'
import type { Beginning, KeptSession, KeptSessionPorts } from './kept-session.js'
import { isNavigation, mayClear } from './navigation.js'
import type { RouteRequest } from './route-request.js'
import { isAlive, isRollDue } from './session-lifetime.js'
import type { WebContext } from './web-context.js'
import { type ProviderLogin, parseWebSession, type WebSession } from './web-session.js'

/** What the session in a cookie is built on. */
export interface CookieSessionPorts extends KeptSessionPorts {
  readonly request: RouteRequest
  /** Whether cookies can still be set: the response headers are not sent yet. */
  readonly writable: () => Maybe<boolean>
}

/** What of the context it works with. */
type CookieContext = Pick<WebContext<never>, 'environment' | 'sessionCookie' | 'sessionLifetime' | 'memory'>

/**
 * A session that is nowhere but in the browser's cookie. Changes become cookies at once, which wait here for whatever is answered. Other requests of
 * this process learn of them from its memory; other processes do not.
 */
export class CookieSession implements KeptSession {
  readonly #context: CookieContext
  readonly #ports: CookieSessionPorts
  readonly #places = new Map<string, TokenPlace>()
  #session: WebSession | undefined
  #cookies: readonly SetCookie[] = []

  constructor(context: CookieContext, ports: CookieSessionPorts) {
    this.#context = context
    this.#ports = ports
  }

  /**
   * Reads the session of the request. One that is expired, ended or not ours counts as none. Its cookies are cleared only where a person goes to a
   * page.
   */
  async open(): Promise<void> {
    const { request } = this.#ports
    const { sessionCookie, sessionLifetime, memory } = this.#context
    const text = await sessionCookie.read(request.cookies)
    const session = text === undefined ? undefined : parseWebSession(text)
    if (session !== undefined && memory.ended.has(session.id)) return
    const newest = session && memory.renewed.get(session.id)
    const usedAt = Math.max(session?.usedAt ?? 0, newest?.usedAt ?? 0)
    if (session !== undefined && isAlive({ ...session, usedAt }, sessionLifetime) && !this.#isOver(session))
      await this.#resume(session, newest)
    else if (mayClear(request)) this.#cookies = sessionCookie.clear(request.cookies)
  }

  async #resume(session: WebSession, newest: WebSession | undefined): Promise<void> {
    const { sessionLifetime, memory } = this.#context
    this.#session = session
    // A browser that shows the newest one has got it; other requests may have been sent before.
    if (newest !== undefined && newest.generation <= session.generation) memory.renewed.set(session.id, session, SEEN_TTL)
    await this.catchUp()
    if (!isNavigation(this.#ports.request) || !isRollDue(session, sessionLifetime) || !(await this.#ports.writable())) return
    // Without fail: a use that is not written down ends the session a little earlier.
    await this.write((found) => (isRollDue(found, sessionLifetime) ? found : undefined)).catch(() => false)
  }

  isLoggedOut(login: ProviderLogin): boolean {
    return this.#context.memory.logouts.has(login)
  }

  /** A session of which no login is left. */
  #isOver({ providers }: WebSession): boolean {
    return Object.values(providers).every((login) => this.isLoggedOut(login))
  }

  get current(): WebSession | undefined {
    return this.#session
  }

  get newest(): WebSession | undefined {
    const session = this.#session
    const { ended, renewed } = this.#context.memory
    if (session === undefined || ended.has(session.id)) return undefined
    const known = renewed.get(session.id)
    return known !== undefined && known.generation > session.generation ? known : session
  }

  get hasCookies(): boolean {
    return this.#cookies.length > 0
  }

  /** Goes on with the session as it has become through other requests, and hands this browser its cookie. Without fail: a cookie can wait. */
  async catchUp(): Promise<void> {
    for (;;) {
      const { newest } = this
      if (newest === undefined || newest === this.#session) return
      const cookies = (await this.#ports.writable()) ? await this.#seal(newest).catch(() => []) : []
      // It may have gone on, or ended, meanwhile.
      if (newest === this.newest) return this.#adopt(newest, cookies)
    }
  }

  /**
   * Writes what `change` makes of the newest session: sealing takes time, in which that may go on. `undefined` from it writes nothing. Tells
   * whether something was written.
   *
   * @throws {@link UsageError} when it is too large.
   */
  async write(change: (session: WebSession) => WebSession | undefined): Promise<boolean> {
    for (;;) {
      const { newest } = this
      const next = newest && change(newest)
      if (newest === undefined || next === undefined) return false
      const usedAt = Math.floor(this.#context.environment.now())
      const session = { ...next, usedAt, generation: newest.generation + 1 }
      const cookies = await this.#seal(session)
      if (newest !== this.newest) continue
      this.#adopt(session, cookies)
      return true
    }
  }

  place(name: string): TokenPlace {
    const key = `t:${this.#session?.id}:${name}`
    const known = this.#places.get(key)
    if (known !== undefined) return known
    const store = cookieTokenStore(this.#context.environment, this, name)
    const place = { store, key, writable: this.#ports.writable }
    this.#places.set(key, place)
    return place
  }

  async begin({ name, begunIn, next }: Beginning): Promise<void> {
    const { ended } = this.#context.memory
    const known = Object.keys(this.newest?.providers ?? {})
    await Promise.all(known.map((other) => this.#ports.lifeCycleOf(other)?.flush(this.place(other))))
    for (;;) {
      // Undefined also when somebody logged out while this login was finished.
      const before = this.newest
      const planned = next(before)
      const pending = this.#pending(planned, name)
      if (pending.length > 0) {
        await Promise.all(pending)
        continue
      }
      const session = { ...planned, providers: this.#withNewest(planned, name) }
      const cookies = await this.#seal(session)
      // Sealing takes time: a token may have been renewed, or the person have logged out. From here on it is one step.
      if (before !== this.newest || this.#pending(planned, name).length > 0) continue
      const { current } = this
      this.#adopt(session, cookies)
      if (current !== undefined) ended.add(current.id)
      // The answer to a form_post comes without the session's cookie.
      if (current === undefined && begunIn !== undefined) ended.add(begunIn)
      return
    }
  }

  async end(): Promise<Readonly<Record<string, TokenRecord>>> {
    const session = this.#session
    const { sessionCookie, memory } = this.#context
    // The browser's cookie may be older than the last renewal, whose tokens are the ones to give back.
    const records = Object.entries(session?.providers ?? {}).map(([name, { record }]) => {
      const lifeCycle = this.#ports.lifeCycleOf(name)
      return { name, lifeCycle, place: this.place(name), record: lifeCycle?.newest(this.place(name), record) ?? record }
    })
    if (session !== undefined) memory.ended.add(session.id)
    for (const { lifeCycle, place } of records) await lifeCycle?.delete(place)
    if (session !== undefined) memory.renewed.delete(session.id)
    this.#session = undefined
    this.#cookies = sessionCookie.clear(this.#ports.request.cookies)
    this.#ports.changed?.()
    return Object.fromEntries(records.map(({ name, record }) => [name, record]))
  }

  takeCookies(): readonly SetCookie[] {
    const session = this.#session
    const { handedOut } = this.#context.memory
    if (session !== undefined && this.#cookies.length > 0) {
      // A logout, a new login or a later cookie in another answer came over it: this one would take the place of theirs.
      if (this.newest === undefined || (handedOut.get(session.id) ?? 0) > session.generation) this.#cookies = []
      else handedOut.set(session.id, session.generation)
    }
    const cookies = this.#cookies
    this.#cookies = []
    return cookies
  }

  #seal(session: WebSession): Promise<readonly SetCookie[]> {
    return this.#context.sessionCookie.write(JSON.stringify(session), this.#ports.request.cookies)
  }

  /** Goes on with a session that was sealed, in one step, so that who has looked just before loses nothing. Other requests know of it at once. */
  #adopt(session: WebSession, cookies: readonly SetCookie[]): void {
    const { renewed } = this.#context.memory
    this.#session = session
    this.#cookies = cookies
    if (session.generation > (renewed.get(session.id)?.generation ?? 0)) renewed.set(session.id, session)
    if (cookies.length > 0) this.#ports.changed?.()
  }

  /** The logins of a session, in their order, each with its newest token: the cookie may not have it yet. */
  #withNewest({ providers }: WebSession, name: string): Readonly<Record<string, ProviderLogin>> {
    const logins = Object.entries(providers).map(([other, login]) => {
      const lifeCycle = other === name ? undefined : this.#ports.lifeCycleOf(other)
      return [other, lifeCycle === undefined ? login : { ...login, record: lifeCycle.newest(this.place(other), login.record) }] as const
    })
    return Object.fromEntries(logins)
  }

  /** What has to end before the tokens of the other logins are known. */
  #pending({ providers }: WebSession, name: string): readonly Promise<unknown>[] {
    return Object.entries(providers).flatMap(([other, { record }]) => {
      const pending = other === name ? undefined : this.#ports.lifeCycleOf(other)?.pending(this.place(other), record)
      return pending === undefined ? [] : [pending]
    })
  }
}
