/** Longest lifetime that is believed, in seconds: a hundred years. Larger ones are cut. */
export const MAX_LIFETIME = 3_153_600_000

/**
 * Reads a number of seconds that servers send as a JSON number or as digits. Fractions are cut; anything else (negative, not finite, too
 * large to be exact, not a number) is `undefined`.
 */
export function wholeSeconds(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
  const isKnown = typeof number === 'number' && number >= 0 && number <= Number.MAX_SAFE_INTEGER
  return isKnown ? Math.floor(number) : undefined
}

/**
 * When a token expires, in seconds since the epoch: `expires_at` when it can be read, else `now` plus `expires_in`; `undefined` when
 * neither says. Never later than {@link MAX_LIFETIME} from `now`, so that it is always a date.
 */
export function expiresAt({ expires_at, expires_in }: { expires_at?: unknown; expires_in?: unknown }, now: number): number | undefined {
  const start = Math.floor(now)
  const lifetime = wholeSeconds(expires_in)
  const at = wholeSeconds(expires_at) ?? (lifetime === undefined ? undefined : start + lifetime)
  return at === undefined ? undefined : Math.min(at, start + MAX_LIFETIME)
}

/** Tells whether a token expires within `leeway` seconds. One without a known expiry counts as valid. */
export function isExpired({ expires_at }: { readonly expires_at?: number | undefined }, now: number, leeway = 0): boolean {
  return expires_at !== undefined && expires_at - leeway < now
}
