import type { Environment } from '../environment.js'
import { isOAuthError } from '../error/any-oauth-error.js'
import type { TokenPlace } from './token-place.js'
import type { TokenOrigin } from './token-record.js'

/** A server was not well, or refused a request, a moment ago. */
export interface ServerPause {
  /** How it showed, where it showed here. */
  readonly error?: unknown
  /** Seconds since the epoch: when the server asked to be asked again. */
  readonly retryAt?: number | undefined
}

/** Knows which servers are better left alone for a while, and by whom. */
export interface ServerPauses {
  find(place: Pick<TokenPlace, 'key'>, origin: TokenOrigin): ServerPause | undefined
  /** Begins a pause: as long as the server asked for, else a few seconds. One that is longer already stays. Tells when the server asked to be asked again. */
  add(place: Pick<TokenPlace, 'key'>, origin: TokenOrigin, error: unknown): number | undefined
  /** A request went well. What the server asked for holds all the same. */
  delete(place: Pick<TokenPlace, 'key'>, origin: TokenOrigin): void
}

interface Pause {
  readonly error: unknown
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
 * Makes an empty memory. A server that is down is so for all tokens of a client at that endpoint; one that answers otherwise has something against this
 * token, of which the others need not hear. What a server asks for holds for all who have the environment's `pauses` in common, whatever their client: it
 * names a time, and not whom it means. Of how it showed they learn nothing, for that was said to another client.
 */
export function serverPauses({
  monotonic,
  now,
  pauses: asked = new Map(),
}: Pick<Environment, 'monotonic' | 'now' | 'pauses'>): ServerPauses {
  const shown = new Map<string, Pause>()

  function live(name: string): Pause | undefined {
    const pause = shown.get(name)
    if (pause === undefined || monotonic() < pause.until) return pause
    shown.delete(name)
    return undefined
  }

  function retryAt(origin: TokenOrigin): number | undefined {
    const name = serverName(origin)
    const until = asked.get(name)
    if (until === undefined) return undefined
    const left = until - monotonic()
    if (left > 0) return Math.ceil(now() + left / 1000)
    asked.delete(name)
    return undefined
  }

  return {
    find(place, origin) {
      if (shown.size === 0 && asked.size === 0) return undefined
      const pause = live(tokenName(place)) ?? live(clientName(origin))
      const due = retryAt(origin)
      return pause === undefined && due === undefined ? undefined : { error: pause?.error, retryAt: due }
    },
    add(place, origin, error) {
      const retryAfter = retryAfterOf(error)
      const until = monotonic() + (retryAfter === undefined ? PAUSE_MS : retryAfter * 1000)
      const name = retryAfter !== undefined || isDown(error) ? clientName(origin) : tokenName(place)
      if (until > (live(name)?.until ?? 0)) keep(shown, name, { error, until })
      const server = serverName(origin)
      if (retryAfter !== undefined && until > (asked.get(server) ?? 0)) keep(asked, server, until)
      return retryAt(origin)
    },
    delete(place, origin) {
      for (const name of [tokenName(place), clientName(origin)]) shown.delete(name)
    },
  }
}

/** The oldest go when there is no room. */
function keep<T>(pauses: Map<string, T>, name: string, pause: T): void {
  pauses.delete(name)
  pauses.set(name, pause)
  const oldest = pauses.keys().next()
  if (pauses.size > LIMIT && !oldest.done) pauses.delete(oldest.value)
}

function tokenName({ key }: Pick<TokenPlace, 'key'>): string {
  return JSON.stringify([key])
}

function clientName({ issuer, token_endpoint, client_id }: TokenOrigin): string {
  return JSON.stringify([issuer, token_endpoint, client_id])
}

function serverName({ issuer, token_endpoint }: TokenOrigin): string {
  return JSON.stringify([issuer, token_endpoint])
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
