import type { Environment } from '../environment.js'
import { isOAuthError } from '../error/any-oauth-error.js'
import { explain } from '../error/explain.js'
import { UsageError } from '../error/usage-error.js'
import { type VerificationKey, verificationKeys } from '../jose/jwk-set.js'
import { jwkSetRequest, jwkSetResponse } from '../message/jwks.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import type { Cache } from './cache.js'
import { isUnavailable } from './discovery.js'
import type { Flow } from './flow.js'

/** A server's keys, and when they were fetched. */
export interface CachedKeys {
  readonly keys: readonly VerificationKey[]
  readonly fetchedAt: number
  /** When an unknown key last made us ask again. */
  readonly missedAt?: number | undefined
  /** A request for an unknown key is under way; who joins it now shares it. */
  readonly refetching?: boolean
  /** How the last request for an unknown key failed. Until the next one such keys are not unknown but out of reach. */
  readonly missFailure?: unknown
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

/** @throws {@link UsageError} without a cache. Asked before anything is sent, for a code or refresh token is spent when the keys are looked for. */
export function assertKeyCache(keyCache: Cache<CachedKeys>): void {
  if (typeof keyCache?.get !== 'function') {
    throw new UsageError(
      explain && 'Option "keyCache" is missing: where the keys of servers are kept. Make one for the whole process, createCache().',
    )
  }
}

/**
 * The server's keys: those in its metadata where it has no `jwks_uri`, else those published there, from the cache while they are fresh.
 * Where `unknown` is set, a key was looked for and not found: the keys are fetched anew, but at most once per {@link MISS_INTERVAL}, so that
 * made-up key ids cannot turn us against the server.
 *
 * While the keys cannot be fetched, those in the cache go on being used; for an unknown key there is nothing to use, and the failure is
 * thrown. The cache is per issuer and address. It is written before each request, in one step with the decision to send it;
 * flows that run at the same time share the request itself where their transport is wrapped in `coalesce`, as sessions and routes do.
 */
export async function* jwkSet(
  server: ServerMetadata,
  { environment, keyCache }: JwkSetOptions,
  unknown = false,
): Flow<readonly VerificationKey[]> {
  assertKeyCache(keyCache)
  if (server.jwks && !server.jwks_uri) return verificationKeys(server.jwks) ?? []
  const request = jwkSetRequest(server)
  const cacheKey = `${server.issuer} ${request.url}`
  const cached = keyCache.get(cacheKey)
  const now = environment.now()
  if (cached !== undefined) {
    if (!unknown && now - cached.fetchedAt < KEYS_TTL) return cached.keys
    if (unknown && !mayAskAgain(cached, now)) return keysAfterMiss(cached)
    if (unknown) keyCache.set(cacheKey, { ...fetched(cached), missedAt: now, refetching: true })
  }
  try {
    const keys = jwkSetResponse(yield request, request)
    keyCache.set(cacheKey, { keys, fetchedAt: environment.now(), missedAt: unknown ? now : keyCache.get(cacheKey)?.missedAt })
    return keys
  } catch (error) {
    // Read anew: another flow may have brought newer keys meanwhile.
    const latest = keyCache.get(cacheKey)
    if (latest === undefined) throw error
    if (unknown) {
      // A caller that gave up has learnt nothing, so the interval is as it was before.
      keyCache.set(cacheKey, {
        ...fetched(latest),
        ...(isAborted(error) ? { missedAt: cached?.missedAt } : { missedAt: now, missFailure: error }),
      })
      throw error
    }
    if (isUnavailable(error) && environment.now() - latest.fetchedAt < KEYS_MAX_STALE) return latest.keys
    throw error
  }
}

function mayAskAgain({ missedAt, refetching = false }: CachedKeys, now: number): boolean {
  return refetching || missedAt === undefined || now - missedAt >= MISS_INTERVAL
}

function keysAfterMiss({ keys, missFailure }: CachedKeys): readonly VerificationKey[] {
  if (missFailure !== undefined) throw missFailure
  return keys
}

function fetched({ keys, fetchedAt }: CachedKeys): CachedKeys {
  return { keys, fetchedAt }
}

function isAborted(error: unknown): boolean {
  return isOAuthError(error) && error.code === 'OAUTH_ABORTED'
}
