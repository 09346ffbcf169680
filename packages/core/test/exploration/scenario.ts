import type { Faults } from './scheduler.js'

/**
 * What a caller does:
 * - `use`: asks for the token to use now;
 * - `renew`: asks for a new one;
 * - `rejected`: reports that a resource has refused the first token, then asks for the one to use;
 * - `login`: stores the token of another login;
 * - `put back`: stores the first token again, as an application does whose own database is behind;
 * - `logout`: deletes the token.
 */
export type Call = 'use' | 'renew' | 'rejected' | 'login' | 'put back' | 'logout'

/** A system to be explored. At the start the store holds a token that has expired. */
export interface Scenario {
  readonly name: string
  /** Of each process, what its callers do, all at once and each once. */
  readonly processes: readonly (readonly Call[])[]
  readonly faults: Faults
  /** The server takes a spent refresh token again, as one with a grace period does. */
  readonly lenient?: boolean
  /** The store's answers arrive some time after it has done what it was asked; else they arrive at once. */
  readonly slowAnswers?: boolean
  /** Time passes while somebody sleeps; else the milliseconds between two looks at the store count for nothing, beside the seconds of a lease. */
  readonly exactTimers?: boolean
  /** The store is this process's own, so that renewals take no lease. */
  readonly local?: boolean
  /** The application is told of each new token, and may fail. */
  readonly told?: boolean
  /** The store tells of changes. */
  readonly watch?: boolean
}
