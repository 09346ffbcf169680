import { describe, it } from 'vitest'
import { noRedis } from './redis-server.js'

/** Describes what needs `redis-server`. Without it there is one test in the place of them all, which is skipped and says why. */
export function describeOnRedis(title: string, tests: () => void): void {
  if (noRedis === undefined) describe(title, tests)
  else it.skip(`${title}: ${noRedis}`)
}
