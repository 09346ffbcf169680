import { expressFramework } from './express-framework.ts'
import type { Framework } from './framework.ts'
import { next15OnNode, nextFrameworks } from './next-app.ts'

/** A framework, and where its sessions are. */
export interface Application {
  readonly name: string
  readonly framework: Framework
  /** In a store, and not in cookies. */
  readonly stored: boolean
}

/** Whether `pnpm test:web:all` runs. */
const isAll = process.env['WEB_CASES'] === 'all'

/**
 * Every framework, and with either place for sessions: for cases in which the runtime, or the way into the application, has a part. Next 15 on Node has
 * the way in of the edge, and the runtime of 16: it is left to `pnpm test:web:all`, and to the tests in which it matters that there is one process.
 */
export const everyFramework: readonly Framework[] = [expressFramework(), ...nextFrameworks, ...(isAll ? [next15OnNode] : [])]
export const everyApplication: readonly Application[] = withSessions(everyFramework)

/**
 * The frameworks that all other cases are run against: without the edge, whose servers take seconds to start and answer by the same code. With it by
 * `pnpm test:web:all`.
 */
export const frameworks: readonly Framework[] = everyFramework.filter(({ name }) => isAll || name !== 'next 15 on the edge')
export const applications: readonly Application[] = withSessions(frameworks)

function withSessions(some: readonly Framework[]): readonly Application[] {
  return some.flatMap((framework) => [
    { name: `${framework.name}, sessions in cookies`, framework, stored: false },
    { name: `${framework.name}, sessions in a store`, framework, stored: true },
  ])
}
