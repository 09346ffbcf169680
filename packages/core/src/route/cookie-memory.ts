import type { Environment } from '../environment.js'
import { type BoundedMap, boundedMap } from './bounded-map.js'
import { type BoundedSet, boundedSet } from './bounded-set.js'
import { type RememberedLogouts, rememberedLogouts } from './provider-logouts.js'
import type { WebSession } from './web-session.js'

/** How many ended sessions are remembered, at most. */
const MAX_ENDED = 100_000
/** How many sessions are remembered as they became, at most, and for how many seconds: until their browser shows the cookie, and after that. */
const MAX_RENEWED = 20_000
const UNSEEN_TTL = 86_400
/** Seconds after which no request that was sent with the cookie before is still under way. */
export const SEEN_TTL = 600

/** What this process remembers of sessions that are kept in cookies: a browser may come with an old one. */
export interface CookieMemory {
  /** Sessions that are over, by id: a copy of their cookie is worth nothing in this process. */
  readonly ended: BoundedSet
  /**
   * Sessions as their last write made them, by id. A request may have come with an older cookie, and the answer that was to bring the new one may
   * have been under way already, or have been broken off: the old cookie holds a spent refresh token.
   */
  readonly renewed: BoundedMap<WebSession>
  /** Of sessions, by id, the highest generation whose cookie was handed to a browser. */
  readonly handedOut: BoundedMap<number>
  /** What providers have ended. */
  readonly logouts: RememberedLogouts
}

/** Makes a memory of nothing, for sessions that last `lifetime` seconds. */
export function cookieMemory(environment: Pick<Environment, 'now'>, lifetime: number): CookieMemory {
  const bounds = { ttl: Math.min(lifetime, UNSEEN_TTL), limit: MAX_RENEWED }
  return {
    ended: boundedSet(environment, { ttl: lifetime, limit: MAX_ENDED }),
    renewed: boundedMap(environment, bounds),
    handedOut: boundedMap(environment, bounds),
    logouts: rememberedLogouts(environment, lifetime),
  }
}
