import type { Environment } from '../environment.js'
import type { VerificationKey } from '../jose/jwk-set.js'
import { jwkSetRequest, jwkSetResponse } from '../message/jwks.js'
import { endpointUrl, type ServerMetadata } from '../metadata/server-metadata.js'
import type { Cache } from './cache.js'
import { isUnavailable } from './discovery.js'
import type { Flow } from './flow.js'

/** A server's keys, and when they were fetched. `missedAt` is when an unknown key last made us ask again. */
export interface CachedKeys {
  readonly keys: readonly VerificationKey[]
  readonly fetchedAt: number
  readonly missedAt?: number
  /** A request for an unknown key is under way; who joins it now shares it. */
  readonly refetching?: boolean
}

/** Options of {@link jwkSet}. */
export interface JwkSetOptions {
  readonly environment: Pick<Environment, 'now'>
  readonly keyCache: Cache<CachedKeys>
}

/** Seconds that keys are used without asking again, and that they are used while the server cannot be reached. */
export const KEYS_TTL = 600
export const KEYS_MAX_STALE = 86_400
/** Unknown keys make us ask again at most once in so many seconds, whatever arrives. */
export const MISS_INTERVAL = 30

/**
 * The server's keys, from the cache while they are fresh. Where `unknown` is set, a key was looked for and not found: the keys are
 * fetched anew, but at most once per {@link MISS_INTERVAL}, so that made-up key ids cannot turn us against the server.
 *
 * The cache is per issuer and address. It is written before each request, in one step with the decision to send it.
 */
export async function* jwkSet(
  server: ServerMetadata,
  { environment, keyCache }: JwkSetOptions,
  unknown = false,
): Flow<readonly VerificationKey[]> {
  const cacheKey = `${server.issuer} ${endpointUrl(server, 'jwks_uri')}`
  const cached = keyCache.get(cacheKey)
  const now = environment.now()
  if (cached !== undefined) {
    if (unknown ? !mayAskAgain(cached, now) : now - cached.fetchedAt < KEYS_TTL) return cached.keys
    if (unknown) keyCache.set(cacheKey, { ...cached, missedAt: now, refetching: true })
  }
  const request = jwkSetRequest(server)
  try {
    const keys = jwkSetResponse(yield request, request)
    keyCache.set(cacheKey, { keys, fetchedAt: environment.now(), ...(unknown ? { missedAt: now } : missed(cached)) })
    return keys
  } catch (error) {
    if (cached === undefined) throw error
    keyCache.set(cacheKey, { ...cached, ...(unknown ? { missedAt: now } : {}) })
    if (isUnavailable(error) && environment.now() - cached.fetchedAt < KEYS_MAX_STALE) return cached.keys
    throw error
  }
}

function mayAskAgain({ missedAt, refetching = false }: CachedKeys, now: number): boolean {
  return refetching || missedAt === undefined || now - missedAt >= MISS_INTERVAL
}

function missed(cached: CachedKeys | undefined): { missedAt?: number } {
  return cached?.missedAt === undefined ? {} : { missedAt: cached.missedAt }
}
