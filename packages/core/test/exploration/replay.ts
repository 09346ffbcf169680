import type { Violation } from './invariants.js'
import type { Scenario } from './scenario.js'
import { type Mutation, World } from './world.js'

/** What came of a schedule. */
export interface Replayed {
  readonly violation: Violation | undefined
  /** What has happened, in words. */
  readonly told: readonly string[]
}

/** Plays a schedule. What cannot be chosen is passed over, and what is left when it ends happens in the order in which it was asked for. */
export async function replay(
  scenario: Scenario,
  schedule: readonly string[],
  { mutation, tell = true }: { readonly mutation?: Mutation | undefined; readonly tell?: boolean } = {},
): Promise<Replayed> {
  const world = new World(scenario, { mutation, tell })
  for (const label of schedule) {
    if (world.invariants.violation !== undefined) break
    const choice = world.choices().find((one) => one.label === label)
    if (choice !== undefined) await world.take(choice)
  }
  if (world.invariants.violation === undefined) await world.finish()
  return { violation: world.invariants.violation, told: world.told ?? [] }
}
