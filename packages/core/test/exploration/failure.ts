import type { Violation } from './invariants.js'
import type { Scenario } from './scenario.js'

/** A schedule at which an invariant does not hold. */
export interface Failure {
  readonly scenario: Scenario
  /** The choices, in their order. */
  readonly schedule: readonly string[]
  readonly violation: Violation
}
