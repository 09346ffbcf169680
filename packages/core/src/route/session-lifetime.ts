import type { Environment } from '../environment.js'
import type { ProviderLogin, WebSession } from './web-session.js'

/** How long sessions last. In seconds. */
export interface SessionLifetime extends Pick<Environment, 'now'> {
  /** However often a session is used. */
  readonly lifetime: number
  /** Without being used; `undefined` for as long as it may last. */
  readonly idle: number | undefined
}

/** A session, as far as time goes. */
interface Timed extends Pick<WebSession, 'createdAt' | 'usedAt'> {
  readonly providers: Readonly<Record<string, Pick<ProviderLogin, 'until'>>>
}

/** Uses are written down this often: in parts of the time that a session may be idle. */
const ROLLS = 10

/** Tells whether a session goes on. */
export function isAlive(
  { createdAt, usedAt }: Pick<WebSession, 'createdAt' | 'usedAt'>,
  { lifetime, idle, now }: SessionLifetime,
): boolean {
  return createdAt + lifetime > now() && (idle === undefined || usedAt + idle > now())
}

/** Tells whether a use is to be written down: not each of them, or every request would be a write. */
export function isRollDue({ usedAt }: Pick<WebSession, 'usedAt'>, { idle, now }: SessionLifetime): boolean {
  return idle !== undefined && usedAt + idle / ROLLS <= now()
}

/** Seconds that a session has left unless it is used. */
export function timeLeft({ createdAt, providers }: Timed, times: SessionLifetime): number {
  const { lifetime, idle = Number.POSITIVE_INFINITY, now } = times
  const logins = Object.values(providers).map((login) => loginTimeLeft(login, times))
  return Math.max(1, Math.min(createdAt + lifetime - now(), idle, Math.max(...logins)))
}

/** Seconds that a login has left; one at least, that stores know what to do with. */
export function loginTimeLeft({ until = 0 }: { readonly until?: number | undefined }, { now }: Pick<Environment, 'now'>): number {
  return Math.max(1, until - now())
}

/**
 * When a login that is finished now will be over: at the end of the session that it joins, or a lifetime from now; earlier where the provider
 * sets an end to sessions by `session_expiry`.
 *
 * @see OpenID IPSIE SL1 https://openid.github.io/ipsie-openid-sl1/draft-openid-ipsie-sl1-profile.html
 */
export function endOfLogin(
  { claims }: Pick<ProviderLogin, 'claims'>,
  joined: WebSession | undefined,
  { lifetime, now }: SessionLifetime,
): number {
  const end = Math.ceil((joined?.createdAt ?? now()) + lifetime)
  const { session_expiry: ceiling } = claims
  return typeof ceiling === 'number' && Number.isFinite(ceiling) ? Math.min(end, Math.floor(ceiling)) : end
}

/** Tells whether a login is over by its time. */
export function isOver({ until }: Pick<ProviderLogin, 'until'>, { now }: Pick<Environment, 'now'>): boolean {
  return until !== undefined && until <= now()
}
