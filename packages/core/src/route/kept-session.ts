import type { TokenLifeCycle } from '../session/token-life-cycle.js'
import type { TokenPlace } from '../session/token-place.js'
import type { TokenRecord } from '../session/token-record.js'
import type { SetCookie } from './cookie.js'
import type { ProviderLogin, WebSession } from './web-session.js'

/**
 * The session of one request, wherever it is kept: whole in the browser's cookie, or in a store under an id that the cookie carries. What differs
 * is who else may change it meanwhile, and how that is told.
 */
export interface KeptSession {
  /** Reads the session that the request came with. Asked once, first. @throws {@link StoreError} */
  open(): Promise<void>
  /** The session as this request knows it. */
  readonly current: WebSession | undefined
  /** As others have made it since, so far as that is known without asking; `undefined` when it is over. */
  readonly newest: WebSession | undefined
  /** Whether cookies wait to be set. */
  readonly hasCookies: boolean
  /** Whether a login of this session was ended by its provider, so far as that is known without asking. */
  isLoggedOut(login: ProviderLogin): boolean
  /** Where the token of a login lives. */
  place(name: string): TokenPlace
  /** Goes on as a new session. The one before is over, and what of it was not taken along. @throws {@link StoreError} and whatever `next` throws. */
  begin(beginning: Beginning): Promise<void>
  /**
   * Ends the session, in the browser too. Gives the newest record of each login, whose tokens nobody needs from here on.
   *
   * @throws {@link StoreError} when it cannot be ended: it goes on then, in the browser too.
   */
  end(): Promise<Readonly<Record<string, TokenRecord>>>
  /** Cookies that wait to be set; they are handed out once. */
  takeCookies(): readonly SetCookie[]
}

/** How a session begins. */
export interface Beginning {
  /** The provider of the login that begins it. */
  readonly name: string
  /** Id of the session that the login was begun in: over as well where the answer came without its cookie. */
  readonly begunIn: string | undefined
  /** The new session, made from the newest of the one before. Asked again when that has changed meanwhile. */
  next(before: WebSession | undefined): WebSession
}

/** What a visit lends its session. */
export interface KeptSessionPorts {
  /** The life cycle of the tokens of a login; `undefined` where its provider is configured no more, or is another tenant's. */
  readonly lifeCycleOf: (name: string) => TokenLifeCycle | undefined
  /** Told as soon as cookies wait to be set. */
  readonly changed?: (() => void) | undefined
}
