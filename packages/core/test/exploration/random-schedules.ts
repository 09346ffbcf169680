import type { Failure } from './failure.js'
import type { Call, Scenario } from './scenario.js'
import type { Choice } from './scheduler.js'
import { type Mutation, World } from './world.js'

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

/** Plays systems, most of them of four processes with three callers each, drawn and scheduled by numbers that follow from `seed`: the first by it, the next by the next. */
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

/** Four processes, or now and then one that has its store for itself. */
function drawn(random: () => number): Scenario {
  const oneOf = <T>(values: readonly [T, ...T[]]): T => values[Math.floor(random() * values.length)] ?? values[0]
  const isLocal = random() < 0.2
  return {
    name: 'drawn',
    processes: isLocal ? [drawnAlone(oneOf)] : drawnProcesses(oneOf),
    faults: isLocal ? { answer: 1, request: 1, store: 3 } : { crash: 2, answer: 2, request: 2, store: 3, lease: 2 },
    local: isLocal,
    lenient: random() < 0.25,
    slowAnswers: random() < 0.5,
    exactTimers: random() < 0.5,
    watch: random() < 0.3,
    told: random() < 0.2,
  }
}

/** Callers use the token and renew it; one or two of them do something else. */
function drawnProcesses(oneOf: <T>(values: readonly [T, ...T[]]) => T): Call[][] {
  const processes = Array.from({ length: 4 }, () =>
    Array.from({ length: 3 }, () => oneOf<Call>(['use', 'use', 'use', 'renew', 'rejected'])),
  )
  // To put back the token of one login over that of another is no use of the library.
  const puts = oneOf<Call>(['login', 'put back'])
  for (const call of [oneOf<Call>(['use', puts]), oneOf<Call>(['use', 'logout', puts])])
    processes[oneOf([0, 1, 2, 3])]?.splice(oneOf([0, 1, 2]), 1, call)
  return processes
}

function drawnAlone(oneOf: <T>(values: readonly [T, ...T[]]) => T): Call[] {
  const isReplaced = oneOf([true, false])
  return Array.from({ length: 8 }, () =>
    oneOf<Call>(['use', 'use', 'renew', 'rejected', ...(isReplaced ? (['login', 'logout'] as const) : (['put back'] as const))]),
  )
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
