import type { TokenPlace } from '../session/token-life-cycle.js'
import type { RouteRequest } from './route-request.js'
import type { ProviderLogin, WebSession } from './web-session.js'

/** A visit as the steps that work on its session see it. */
export interface SessionVisit {
  readonly request: RouteRequest
  /** Name of the provider of the last login. */
  readonly provider: string | undefined
  /** The session as it is now. */
  readonly current: WebSession | undefined
  /** The login at a provider: the last one unless named. */
  login(name?: string): ProviderLogin | undefined
  /** Where the token of a login lives: in this visit's session. */
  place(name: string): TokenPlace
  /** Replaces the session, or ends it, in the browser too. */
  replace(session: WebSession | undefined): Promise<void>
}
