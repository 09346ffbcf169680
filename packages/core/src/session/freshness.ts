import { wholeSeconds } from '../message/expiry.js'
import { GRACE } from './renewal-memory.js'
import type { TokenEntry } from './token-entry.js'

/**
 * Seconds that a token is still good for: less than 0 when it is over, `Infinity` where nothing is known. `now` is this process's clock.
 *
 * One that was renewed through a shared store is counted from then on by the store's clock: two processes whose clocks differ would otherwise renew
 * each other's tokens for ever.
 */
export function secondsLeft(entry: TokenEntry, now: number): number {
  const { expires_in, expires_at = Number.POSITIVE_INFINITY } = entry.value.token
  const age = secondsSinceRenewal(entry)
  const lifetime = age === undefined ? undefined : wholeSeconds(expires_in)
  return age === undefined || lifetime === undefined ? expires_at - now : lifetime - age
}

/**
 * Seconds since a token was renewed, by the store's clock; `undefined` where no other process can have renewed it, and where that clock has been put
 * back since.
 */
export function secondsSinceRenewal({ value: { previous }, now }: TokenEntry): number | undefined {
  if (previous === undefined) return undefined
  const age = now - (previous.until - GRACE)
  return age < -GRACE ? undefined : age
}
