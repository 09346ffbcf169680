import { wholeSeconds } from '../message/expiry.js'
import { GRACE } from './renewal-memory.js'
import type { TokenEntry } from './token-entry.js'
import { isRepeatable, type TokenRecord } from './token-record.js'

/** Seconds before its expiry that a token is renewed, unless told. */
export const LEEWAY = 60

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

/** Seconds before its expiry that a token is renewed, whoever has to wait for it. */
export function renewalMargin({ token }: TokenRecord, leeway: number): number {
  return Math.min(leeway, (wholeSeconds(token.expires_in) ?? Number.POSITIVE_INFINITY) / 2)
}

/** Tells whether a machine's token is renewed already while it goes on being used: in the last half of its lifetime, and before anybody has to wait. */
export function isAhead({ token, grant }: TokenRecord, left: number, margin: number): boolean {
  if (token.refresh_token !== undefined || !isRepeatable(grant)) return false
  return left < Math.min(2 * margin, (wholeSeconds(token.expires_in) ?? 0) / 2)
}
