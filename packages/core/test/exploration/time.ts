import { NOW } from '../environment.js'

/** What time it really is, which no process knows. It moves when the schedule says so. */
export class Time {
  /** Milliseconds since the start. */
  elapsed = 0

  /** Seconds since the epoch by a clock that is wrong by `skew` seconds. */
  seconds(skew = 0): number {
    return NOW + skew + this.elapsed / 1000
  }
}
