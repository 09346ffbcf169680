import type { Environment } from '../environment.js'
import { isOAuthError } from '../error/any-oauth-error.js'
import type { TransportReason } from '../error/error-code.js'
import { createCache } from '../flow/cache.js'
import { isPublished } from '../flow/coalesce.js'
import type { Transport } from '../flow/run.js'
import type { HttpRequest } from '../http/http-request.js'
import type { HttpResponse } from '../http/http-response.js'
import { retryAfter } from '../http/retry-after.js'

/** What came of a request. */
type Outcome = { readonly response: HttpResponse } | { readonly error: unknown }

/** How often a request that brought no answer is made again. What is not here says something that the next try would say too. */
const REPEATS: Partial<Readonly<Record<TransportReason, number>>> = { dns: 2, refused: 2, timeout: 2, reset: 1 }
/** The same of an answer by which a server, or what stands before it, says that it is not well. */
const REPEATS_UNWELL = 2
const UNWELL: ReadonlySet<number> = new Set([500, 502, 503, 504])

/** Milliseconds before the first repetition, at least; three times as many at most, and before the next one. */
const SHORTEST_WAIT_MS = 100
/** The longest `Retry-After`, in seconds, that is waited for. */
const LONGEST_RETRY_AFTER = 2
/** Milliseconds that a try needs to be worth it. */
const LEAST_MS = 1_000
/** Milliseconds that a server which has failed at all tries is asked once by each call. */
const OUTAGE_MS = 30_000

/**
 * Asks again for what a server publishes, its metadata and its keys, where nothing came or the server was not well: twice at most, after a short wait
 * that is random in part, and within the total time of the one request that the flow knows of. To ask twice for what all may read does no harm
 * (RFC 9110 §9.2.2); nothing else is repeated.
 *
 * A server that has failed at all tries is given one for half a minute: a caller with metadata or keys to go on with is not kept from them each time.
 *
 * Belongs inside `coalesce`, so that callers wait together. When the last of them leaves, the wait is over, and nothing more is sent.
 */
export function repeatedGet(transport: Transport, environment: Pick<Environment, 'monotonic' | 'randomBytes' | 'sleep'>): Transport {
  const { monotonic, sleep } = environment
  const outages = createCache<number>()

  function isOut({ url }: HttpRequest): boolean {
    const since = outages.get(url)
    return since !== undefined && monotonic() - since < OUTAGE_MS
  }

  return async (request, options) => {
    if (!isPublished(request)) return transport(request, options)
    const { signal } = options
    const end = monotonic() + request.timeoutMs
    const send = (tried: HttpRequest) =>
      transport(tried, options).then(
        (response): Outcome => ({ response }),
        (error: unknown): Outcome => ({ error }),
      )
    const isKnown = isOut(request)
    let outcome = await send(request)
    for (let again = 1; !isKnown && again <= repeats(outcome); again++) {
      const wait = backOff(again, environment) + askedFor(outcome) * 1000
      if (monotonic() + wait + LEAST_MS > end) break
      const isOver = await sleep(wait, signal).then(
        () => true,
        () => false,
      )
      if (!isOver) break
      outcome = await send({ ...request, timeoutMs: Math.max(LEAST_MS, Math.floor(end - monotonic())) })
    }
    if (repeats(outcome) === 0) outages.delete(request.url)
    else if (!isKnown && !signal?.aborted) outages.set(request.url, monotonic())
    if ('error' in outcome) throw outcome.error
    return outcome.response
  }
}

/** How often a request with this outcome is made again in all. */
function repeats(outcome: Outcome): number {
  if ('response' in outcome) return UNWELL.has(outcome.response.status) && askedFor(outcome) <= LONGEST_RETRY_AFTER ? REPEATS_UNWELL : 0
  const { error } = outcome
  return isOAuthError(error) && error.name === 'TransportError' ? (REPEATS[error.reason] ?? 0) : 0
}

/** Seconds that the server wants to be left alone for. */
function askedFor(outcome: Outcome): number {
  return 'response' in outcome ? (retryAfter(outcome.response) ?? 0) : 0
}

/** Milliseconds before a repetition: 100 to 300, then 300 to 900. Processes that failed together come back one by one. */
function backOff(again: number, { randomBytes }: Pick<Environment, 'randomBytes'>): number {
  const [byte = 0] = randomBytes(1)
  return Math.floor(SHORTEST_WAIT_MS * 3 ** (again - 1) * (1 + byte / 128))
}
