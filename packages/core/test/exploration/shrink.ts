import type { Failure } from './failure.js'
import { replay } from './replay.js'
import type { Scenario } from './scenario.js'
import type { Mutation } from './world.js'

/** Leaves out of a failing schedule, and of its system, what is not needed for the failure. */
export async function shrink(failure: Failure, mutation?: Mutation): Promise<Failure> {
  let smallest = failure

  async function failsWith(scenario: Scenario, schedule: readonly string[]): Promise<boolean> {
    const { violation } = await replay(scenario, schedule, { mutation, tell: false })
    if (violation?.invariant !== failure.violation.invariant) return false
    smallest = { scenario, schedule, violation }
    return true
  }

  async function dropCallers(): Promise<void> {
    for (const { process, caller } of callersOf(smallest.scenario)) {
      const processes = smallest.scenario.processes.map((calls, at) => (at === process ? calls.toSpliced(caller, 1) : calls))
      await failsWith({ ...smallest.scenario, processes }, smallest.schedule)
    }
  }

  async function dropChoices(): Promise<void> {
    for (let size = Math.ceil(smallest.schedule.length / 2); size > 0; size = size === 1 ? 0 : Math.ceil(size / 2))
      for (let at = 0; at < smallest.schedule.length; )
        if (!(await failsWith(smallest.scenario, smallest.schedule.toSpliced(at, size)))) at += size
  }

  for (;;) {
    const before = smallest
    await dropCallers()
    await dropChoices()
    if (smallest === before) return smallest
  }
}

/** From the last to the first, so that leaving one out moves none of the others. */
function callersOf(scenario: Scenario) {
  return scenario.processes.flatMap((calls, process) => calls.map((_, caller) => ({ process, caller }))).reverse()
}
