import { randomToken } from '../jose/random-token.js'
import type { TokenPlace } from '../session/token-place.js'
import type { TokenRecord } from '../session/token-record.js'
import type { SetCookie } from './cookie.js'
import type { Beginning, KeptSession, KeptSessionPorts } from './kept-session.js'
import { loginTokenStore } from './login-token-store.js'
import { mayClear } from './navigation.js'
import type { RouteRequest } from './route-request.js'
import { loginTimeLeft } from './session-lifetime.js'
import { idText, parseIdText } from './session-record.js'
import type { SessionStore } from './session-store.js'
import type { WebContext } from './web-context.js'
import type { ProviderLogin, WebSession } from './web-session.js'

/** What a session in a store is built on. */
export interface StoredSessionPorts extends KeptSessionPorts {
  readonly request: RouteRequest
  readonly store: SessionStore
}

/** What of the context it works with. */
type StoreContext = Pick<WebContext<never>, 'environment' | 'sessionCookie'>

/**
 * A session in a store, which all instances of the application share. The cookie carries its id and nothing else. The token of each login has a key
 * of its own, that stays the same when the session goes on under a new id: logins and renewals are not in each other's way.
 */
export class StoredSession implements KeptSession {
  readonly #context: StoreContext
  readonly #ports: StoredSessionPorts
  readonly #places = new Map<string, TokenPlace>()
  /** Token records as this request saw them last, by key. */
  readonly #seen = new Map<string, TokenRecord>()
  /** What the browser's cookie names, whether or not there is a session that this instance can read. */
  #id: string | undefined
  #session: WebSession | undefined
  #cookies: readonly SetCookie[] = []

  constructor(context: StoreContext, ports: StoredSessionPorts) {
    this.#context = context
    this.#ports = ports
  }

  /**
   * Reads the session of the request. A cookie of ours whose session is over stays where it is: it is worth nothing, and an answer that clears it
   * could come after that of a login which has just set a new one.
   *
   * @throws {@link StoreError} when it cannot be read. That is not the same as nobody being logged in.
   */
  async open(): Promise<void> {
    const { request, store } = this.#ports
    const { sessionCookie } = this.#context
    const text = await sessionCookie.read(request.cookies)
    const id = text === undefined ? undefined : parseIdText(text)
    if (id === undefined) {
      if (mayClear(request)) this.#cookies = sessionCookie.clear(request.cookies)
      return
    }
    this.#id = id
    const found = await store.read(id)
    this.#session = found?.session
    if (found !== undefined) await store.roll(found)
  }

  get current(): WebSession | undefined {
    return this.#session
  }

  get newest(): WebSession | undefined {
    return this.#session
  }

  /** What was read has none of them. */
  isLoggedOut(): boolean {
    return false
  }

  get hasCookies(): boolean {
    return this.#cookies.length > 0
  }

  place(name: string): TokenPlace {
    const login = this.#session?.providers[name]
    return this.#placeOf(name, login?.key ?? `t::${name}`, login?.until)
  }

  /**
   * The session before is deleted once the new one is written: who finds it gone was too late, and somebody has logged out or in meanwhile. Until then
   * nothing of it is changed, and from then on it is over on all instances.
   */
  async begin({ name, begunIn, next }: Beginning): Promise<void> {
    const { store, request } = this.#ports
    const { environment, sessionCookie } = this.#context
    const opened = this.#session
    for (;;) {
      const before = opened && (await store.read(opened.id))
      // The answer to a form_post comes without the session's cookie.
      const over = opened === undefined && begunIn !== undefined ? await store.read(begunIn) : before
      const session = withKey(next(before?.session), name, `t:${randomToken(environment)}:${name}`)
      const cookies = await sessionCookie.write(idText(session.id), request.cookies)
      if (!(await store.replace(over, session, name))) continue
      const kept = new Set(Object.values(session.providers).map(({ key }) => key))
      await this.#forget(Object.entries(over?.session.providers ?? {}).filter(([, { key }]) => !kept.has(key)))
      this.#id = session.id
      this.#session = session
      this.#cookies = cookies
      this.#ports.changed?.()
      return
    }
  }

  async end(): Promise<Readonly<Record<string, TokenRecord>>> {
    const { store, request } = this.#ports
    const session = this.#session
    // Also one that was read from a replica that is behind, or that a later version of this library has written.
    if (this.#id !== undefined) await store.delete(this.#id)
    const records = await this.#forget(Object.entries(session?.providers ?? {}))
    this.#id = undefined
    this.#session = undefined
    this.#cookies = this.#context.sessionCookie.clear(request.cookies)
    this.#ports.changed?.()
    return records
  }

  takeCookies(): readonly SetCookie[] {
    const cookies = this.#cookies
    this.#cookies = []
    return cookies
  }

  #placeOf(name: string, key: string, until?: number): TokenPlace {
    const known = this.#places.get(key)
    if (known !== undefined) return known
    const store = loginTokenStore(this.#ports.store.tokens, (record) => this.#saw(name, key, record))
    const place = { key, store, ttl: loginTimeLeft({ until }, this.#context.environment) }
    this.#places.set(key, place)
    return place
  }

  /** What this request says of a login is what it saw last: a guard has to know of a token that has just ended. */
  #saw(name: string, key: string, record: TokenRecord | undefined): void {
    const session = this.#session
    if (record !== undefined) this.#seen.set(key, record)
    const { [name]: login, ...others } = session?.providers ?? {}
    if (session === undefined || login === undefined || login.key !== key) return
    if (record !== undefined && record.generation < login.record.generation) return
    this.#session = { ...session, providers: record === undefined ? others : { ...session.providers, [name]: { ...login, record } } }
  }

  /**
   * Deletes the tokens of logins that are over, and gives what they were at last. Without fail: nothing leads to them any more, and they go when their
   * time is over.
   */
  async #forget(logins: readonly (readonly [string, ProviderLogin])[]): Promise<Readonly<Record<string, TokenRecord>>> {
    const forgotten = logins.map(async ([name, { key = '', until, record }]) => {
      const lifeCycle = this.#ports.lifeCycleOf(name)
      const place = this.#placeOf(name, key, until)
      await Promise.resolve(lifeCycle === undefined ? place.store.delete(key) : lifeCycle.delete(place)).catch(() => undefined)
      const last = this.#seen.get(key) ?? record
      return [name, lifeCycle?.newest(place, last) ?? last] as const
    })
    return Object.fromEntries(await Promise.all(forgotten))
  }
}

function withKey(session: WebSession, name: string, key: string): WebSession {
  const login = session.providers[name]
  return login === undefined ? session : { ...session, providers: { ...session.providers, [name]: { ...login, key } } }
}
