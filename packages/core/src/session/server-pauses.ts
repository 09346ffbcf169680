import type { Environment } from '../environment.js'
import { isOAuthError } from '../error/any-oauth-error.js'
import type { TokenPlace } from './token-place.js'
import type { TokenRecord } from './token-record.js'

/** A server was not well, or refused a request, a moment ago. */
export interface ServerPause {
  /** How it showed. */
  readonly error: unknown
  /** Seconds since the epoch: when the server asked to be asked again. */
  readonly retryAt?: number | undefined
}

/** Knows which servers are better left alone for a while, and by whom. */
export interface ServerPauses {
  find(place: Pick<TokenPlace, 'key'>, record: TokenRecord): ServerPause | undefined
  /** Begins a pause: as long as the server asked for, else a few seconds. One that is longer already stays. */
  add(place: Pick<TokenPlace, 'key'>, record: TokenRecord, error: unknown): ServerPause
  /** A request went well. What the server asked for holds all the same. */
  delete(place: Pick<TokenPlace, 'key'>, record: TokenRecord): void
}

interface Pause extends ServerPause {
  /** By the monotonic clock, in milliseconds. */
  readonly until: number
}

/** Milliseconds that a server which named no time is left alone by those who still have a valid token. */
const PAUSE_MS = 5_000
/** The longest `Retry-After` that is honoured, in seconds. */
const LONGEST_PAUSE = 3_600
/** How many pauses are remembered. */
const LIMIT = 1_000

/**
 * Makes an empty memory. A server that is down, or asks for time, does so for all tokens of a client at that endpoint; one that answers otherwise has
 * something against this token, of which the others need not hear.
 */
export function serverPauses({ monotonic, now }: Pick<Environment, 'monotonic' | 'now'>): ServerPauses {
  const pauses = new Map<string, Pause>()

  function live(name: string): Pause | undefined {
    const pause = pauses.get(name)
    if (pause === undefined || monotonic() < pause.until) return pause
    pauses.delete(name)
    return undefined
  }

  return {
    find: (place, record) => (pauses.size === 0 ? undefined : (live(tokenName(place)) ?? live(clientName(record)))),
    add(place, record, error) {
      const retryAfter = retryAfterOf(error)
      const until = monotonic() + (retryAfter === undefined ? PAUSE_MS : retryAfter * 1000)
      const name = retryAfter !== undefined || isDown(error) ? clientName(record) : tokenName(place)
      const known = live(name)
      if (known !== undefined && known.until >= until) return known
      const pause: Pause = { error, until, ...(retryAfter === undefined ? {} : { retryAt: Math.ceil(now() + retryAfter) }) }
      pauses.delete(name)
      pauses.set(name, pause)
      const oldest = pauses.keys().next()
      if (pauses.size > LIMIT && !oldest.done) pauses.delete(oldest.value)
      return pause
    },
    delete(place, record) {
      for (const name of [tokenName(place), clientName(record)]) if (pauses.get(name)?.retryAt === undefined) pauses.delete(name)
    },
  }
}

function tokenName({ key }: Pick<TokenPlace, 'key'>): string {
  return JSON.stringify([key])
}

function clientName({ issuer, token_endpoint, client_id }: TokenRecord): string {
  return JSON.stringify([issuer, token_endpoint, client_id])
}

/** No answer at all, or one that is the server's own failure. */
function isDown(error: unknown): boolean {
  if (!isOAuthError(error)) return false
  return error.name === 'TransportError' || ('status' in error && error.status >= 500)
}

/** Only a server that cannot serve now has a time for it; with a refusal of the request it is no use to wait. */
function retryAfterOf(error: unknown): number | undefined {
  if (!isOAuthError(error) || !('retryAfter' in error) || error.retryAfter === undefined) return undefined
  return error.status >= 500 || error.status === 429 ? Math.min(error.retryAfter, LONGEST_PAUSE) : undefined
}
