import type { Identity } from './suite/identity.ts'
import type { Report } from './suite/suite.ts'

/** A JavaScript runtime that the suite has to hold on. */
export interface Runtime {
  /** First words of the titles of its tests. */
  readonly name: string
  /** What it must say of itself. `undefined` when there is no package of it for this platform. */
  readonly identity: (Omit<Identity, 'userAgent'> & { readonly userAgent: RegExp }) | undefined
  /** Whether its `fetch` says why it failed, beyond that it did. */
  readonly tellsFailures: boolean
  /** Whether the packages are built in a way that keeps the texts of errors. */
  readonly explains: boolean
  /** Runs the suite there, from start to end of the runtime. */
  run(controlUrl: string): Promise<Report>
}
