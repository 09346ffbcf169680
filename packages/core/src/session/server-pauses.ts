import type { Environment } from '../environment.js'
import { isOAuthError } from '../error/any-oauth-error.js'

/** A server was not well, or refused the client, a moment ago. */
export interface ServerPause {
  /** How it showed. */
  readonly error: unknown
  /** Seconds since the epoch: when the server asked to be asked again. */
  readonly retryAt?: number | undefined
}

/** Knows, by issuer, which servers are better left alone for a while. */
export interface ServerPauses {
  find(issuer: string): ServerPause | undefined
  /** Begins a pause: as long as the server asked for, else a few seconds. */
  add(issuer: string, error: unknown): ServerPause
  delete(issuer: string): void
}

/** Milliseconds that a server which named no time is left alone by those who still have a valid token. */
const PAUSE_MS = 5_000
/** The longest `Retry-After` that is honoured, in seconds. */
const LONGEST_PAUSE = 3_600

/** Makes an empty memory. */
export function serverPauses({ monotonic, now }: Pick<Environment, 'monotonic' | 'now'>): ServerPauses {
  const pauses = new Map<string, ServerPause & { readonly until: number }>()

  return {
    find(issuer) {
      const pause = pauses.get(issuer)
      if (pause === undefined || monotonic() < pause.until) return pause
      pauses.delete(issuer)
      return undefined
    },
    add(issuer, error) {
      const retryAfter = retryAfterOf(error)
      const pause = {
        error,
        until: monotonic() + (retryAfter === undefined ? PAUSE_MS : retryAfter * 1000),
        ...(retryAfter === undefined ? {} : { retryAt: Math.ceil(now() + retryAfter) }),
      }
      pauses.set(issuer, pause)
      return pause
    },
    delete: (issuer) => void pauses.delete(issuer),
  }
}

function retryAfterOf(error: unknown): number | undefined {
  const retryAfter = isOAuthError(error) && 'retryAfter' in error ? error.retryAfter : undefined
  return retryAfter === undefined ? undefined : Math.min(retryAfter, LONGEST_PAUSE)
}
