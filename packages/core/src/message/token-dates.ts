import { type Explanation, explain } from '../error/explain.js'
import type { JsonObject } from '../http/json.js'

/** Default and largest clock tolerance, and the oldest `iat` that is taken, in seconds. */
export const CLOCK_TOLERANCE = 10
export const MAX_CLOCK_TOLERANCE = 60
const MAX_AGE_OF_TOKEN = 86_400
/** 9999-12-31, in seconds; a date beyond it is a mistake or an attack. */
const LAST_DATE = 253_402_300_799

/** What the dates of a token are compared with, in seconds. */
export interface DatesExpectation {
  readonly now: number
  readonly clockTolerance: number
}

/** Checks when a token was issued, and that it is valid now. @throws what `refusal` makes of it. */
export function checkDates(
  { exp, iat, nbf }: JsonObject,
  { now, clockTolerance }: DatesExpectation,
  refusal: (word: 'EXP' | 'IAT' | 'NBF', found: Explanation, reference: string) => Error,
): void {
  const clock = explain && 'If it should be valid, compare the clocks of this machine and of the server'
  if (!isDate(exp)) throw refusal('EXP', explain && 'has no "exp" that is a date', 'OpenID Connect Core §2')
  if (exp + clockTolerance <= now)
    throw refusal('EXP', explain && `expired ${Math.ceil(now - exp)} s ago. ${clock}`, 'OpenID Connect Core §3.1.3.7 step 9')
  if (!isDate(iat)) throw refusal('IAT', explain && 'has no "iat" that is a date', 'OpenID Connect Core §2')
  if (iat > now + clockTolerance)
    throw refusal('IAT', explain && `was issued ${Math.ceil(iat - now)} s in the future. ${clock}`, 'OpenID Connect Core §3.1.3.7 step 10')
  if (iat < now - MAX_AGE_OF_TOKEN)
    throw refusal('IAT', explain && 'was issued more than a day ago', 'OpenID Connect Core §3.1.3.7 step 10')
  // Servers that do not use it write 0, which is long past.
  if (nbf !== undefined && nbf !== 0 && !(isDate(nbf) && nbf <= now + clockTolerance))
    throw refusal('NBF', explain && `is not valid yet. ${clock}`, 'RFC 7519 §4.1.5')
}

/** Seconds that clocks may differ. `NaN`, which compares as false with every date, must not switch the dates off. */
export function tolerance(seconds: number = CLOCK_TOLERANCE): number {
  return Number.isNaN(seconds) ? CLOCK_TOLERANCE : Math.min(seconds, MAX_CLOCK_TOLERANCE)
}

/** Tells whether a claim is a time, in seconds since the epoch. */
export function isDate(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && value <= LAST_DATE
}
