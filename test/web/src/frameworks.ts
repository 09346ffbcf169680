import { expressFramework } from './express-framework.ts'
import type { Framework } from './framework.ts'
import { nextFrameworks } from './next-app.ts'

/** Every framework that the cases are run against. */
export const frameworks: readonly Framework[] = [expressFramework(), ...nextFrameworks]

/** A framework, and where its sessions are. */
export interface Application {
  readonly name: string
  readonly framework: Framework
  /** In a store, and not in cookies. */
  readonly stored: boolean
}

/** Every framework with either place for sessions: for cases that are to hold wherever they are. */
export const applications: readonly Application[] = frameworks.flatMap((framework) => [
  { name: `${framework.name}, sessions in cookies`, framework, stored: false },
  { name: `${framework.name}, sessions in a store`, framework, stored: true },
])
