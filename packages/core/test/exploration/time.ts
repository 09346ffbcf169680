import { NOW } from '../environment.js'

/** Seconds that a lease lasts: the total time of a token request and five more. */
export const LEASE = 15
/** Seconds in which a token that was replaced is known as such. */
export const GRACE = 30

/** What time it really is, which no process knows. It moves when the schedule says so. */
export class Time {
  /** Milliseconds since the start. */
  elapsed = 0

  /** Seconds since the epoch by a clock that is wrong by `skew` seconds. */
  seconds(skew = 0): number {
    return NOW + skew + this.elapsed / 1000
  }
}
