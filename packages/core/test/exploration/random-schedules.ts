import type { Violation } from './invariants.js'
import type { Call, Scenario } from './scenario.js'
import type { Choice } from './scheduler.js'
import { type Mutation, World } from './world.js'

/** A schedule at which an invariant does not hold. */
export interface Failure {
  readonly scenario: Scenario
  readonly schedule: readonly string[]
  readonly violation: Violation
}

/** What random schedules have come to. */
export interface Played {
  readonly schedules: number
  readonly steps: number
  readonly faults: number
  /** Tells which schedule it was, and how to see it again: with this seed it is the first. */
  readonly failure?: (Failure & { readonly seed: number }) | undefined
}

/** How likely it is that what happens next is a fault, where one can happen. */
const FAULTS = 0.06

/** Plays systems of four processes with three callers each, drawn and scheduled by numbers that follow from `seed`: the first by it, the next by the next. */
export async function randomSchedules(seed: number, count: number, mutation?: Mutation): Promise<Played> {
  let steps = 0
  let faults = 0
  for (let at = 0; at < count; at++) {
    const random = numbers(seed + at)
    const scenario = drawn(random)
    const { world, schedule } = await play(scenario, random, mutation)
    steps += schedule.length
    faults += world.scheduler.used
    await world.finish()
    const { violation } = world.invariants
    if (violation !== undefined) return { schedules: at + 1, steps, faults, failure: { scenario, schedule, violation, seed: seed + at } }
  }
  return { schedules: count, steps, faults }
}

async function play(scenario: Scenario, random: () => number, mutation: Mutation | undefined) {
  const world = new World(scenario, { mutation })
  const schedule: string[] = []
  while (!world.isOver && world.invariants.violation === undefined) {
    const choices = world.choices()
    const faults = choices.filter(({ fault }) => fault !== undefined)
    const regular = choices.filter(({ fault }) => fault === undefined)
    const from = faults.length > 0 && (regular.length === 0 || random() < FAULTS) ? faults : regular
    const choice: Choice | undefined = from[Math.floor(random() * from.length)]
    if (choice === undefined) {
      world.invariants.stuck('nothing can happen any more')
      break
    }
    schedule.push(choice.label)
    await world.take(choice)
  }
  return { world, schedule }
}

/** Most callers use the token; what else is done in a system is one or two things. */
const RARE: readonly Call[] = ['renew', 'renew', 'rejected', 'rejected', 'login', 'put back', 'logout']

function drawn(random: () => number): Scenario {
  const call = (): Call => (random() < 0.75 ? 'use' : (RARE[Math.floor(random() * RARE.length)] ?? 'use'))
  return {
    name: 'drawn',
    processes: Array.from({ length: 4 }, () => Array.from({ length: 3 }, call)),
    faults: { crash: 2, answer: 2, request: 2, store: 3, lease: 2 },
    lenient: random() < 0.25,
    slowAnswers: random() < 0.5,
    exactTimers: random() < 0.5,
    watch: random() < 0.3,
  }
}

/** Numbers from 0 to 1 that follow from a seed: good enough to choose by. */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b_79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
  }
}
