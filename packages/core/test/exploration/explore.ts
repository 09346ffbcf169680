import type { Violation } from './invariants.js'
import type { Scenario } from './scenario.js'
import { areIndependent, type Choice } from './scheduler.js'
import { type Mutation, World } from './world.js'

/** What an exploration has seen. */
export interface Explored {
  readonly states: number
  readonly transitions: number
  /** Schedules that were followed to their end, each of a different state. */
  readonly endings: number
  /** Tells that nothing was left out. */
  readonly isComplete: boolean
  readonly failure?: { readonly schedule: readonly string[]; readonly violation: Violation } | undefined
}

/** A choice that is still to be taken, after those that lead to it. */
interface Branch {
  readonly path: Path | undefined
  readonly choice: string
  /** What need not be taken after it, because it was, in another order. */
  readonly asleep: readonly Choice[]
}
interface Path {
  readonly before: Path | undefined
  readonly choice: string
}

/**
 * Visits every state that a system can reach. States are not kept: a process in the midst of its work cannot be copied, but it can be
 * brought there again, because all it does follows from what it was told. Each branch is played from the start.
 *
 * Two states are one when the store, the server, the time and what each process was told are the same. Of choices that come to the same in
 * either order, one order is played (sleep sets, with what was left asleep kept by each state).
 */
export async function explore(
  scenario: Scenario,
  {
    mutation,
    most = Number.POSITIVE_INFINITY,
    seconds = Number.POSITIVE_INFINITY,
  }: { readonly mutation?: Mutation | undefined; readonly most?: number; readonly seconds?: number } = {},
): Promise<Explored> {
  const visited = new Visited()
  const branches: (Branch | undefined)[] = [undefined]
  const until = performance.now() + seconds * 1000
  let transitions = 0
  let endings = 0
  const explored = (failure?: Explored['failure']): Explored => ({
    states: visited.size,
    transitions,
    endings,
    isComplete: failure === undefined && branches.length === 0,
    failure,
  })

  while (branches.length > 0 && visited.size < most && performance.now() < until) {
    const branch = branches.pop()
    const world = new World(scenario, { mutation })
    const schedule = branch === undefined ? [] : labels(branch)
    for (const label of schedule) {
      const choice = world.choices().find((one) => one.label === label)
      if (choice === undefined) throw new Error(`Not deterministic: "${label}" cannot be chosen again after ${schedule.join(', ')}`)
      await world.take(choice)
    }
    if (branch !== undefined) transitions += 1
    let path: Path | undefined = branch === undefined ? undefined : { before: branch.path, choice: branch.choice }
    let asleep = branch?.asleep ?? []
    for (;;) {
      const { violation } = world.invariants
      if (violation !== undefined) return explored({ schedule, violation })
      const known = visited.get(world.fingerprint)
      if (known === undefined && world.isOver) {
        endings += 1
        const choices = world.choices()
        visited.set(world.fingerprint, asleep)
        // What a process that crashed has sent may still arrive.
        for (const choice of choices) branches.push({ path, choice: choice.label, asleep: [] })
        await world.finish()
        if (world.invariants.violation !== undefined) return explored({ schedule, violation: world.invariants.violation })
        break
      }
      const choices = world.choices()
      const names = new Set(asleep.map(({ label }) => label))
      const awake = choices.filter(({ label }) => !names.has(label) && (known === undefined || known.has(label)))
      visited.set(world.fingerprint, known === undefined ? asleep : asleep.filter(({ label }) => known.has(label)))
      const done: Choice[] =
        known === undefined ? [...asleep] : [...asleep, ...choices.filter(({ label }) => !known.has(label) && !names.has(label))]
      const next: Branch[] = []
      for (const choice of awake) {
        next.push({ path, choice: choice.label, asleep: done.filter((one) => areIndependent(one, choice)) })
        done.push(choice)
      }
      const [first, ...others] = next
      if (known === undefined && choices.length === 0) world.invariants.stuck('nothing can happen any more')
      if (first === undefined) {
        if (world.invariants.violation !== undefined) return explored({ schedule, violation: world.invariants.violation })
        break
      }
      for (const other of others.reverse()) branches.push(other)
      const [chosen] = awake
      if (chosen === undefined) break
      await world.take(chosen)
      transitions += 1
      schedule.push(first.choice)
      path = { before: path, choice: first.choice }
      asleep = first.asleep
    }
  }
  return explored()
}

function labels({ path, choice }: Branch): string[] {
  const labels = [choice]
  for (let at = path; at !== undefined; at = at.before) labels.push(at.choice)
  return labels.reverse()
}

/** The states that were visited, each with what was left asleep there. */
class Visited {
  readonly #states = Array.from({ length: 16 }, () => new Map<number, ReadonlySet<string> | undefined>())
  size = 0

  get(state: number): ReadonlySet<string> | undefined {
    const part = this.#part(state)
    return part.has(state) ? (part.get(state) ?? NOTHING) : undefined
  }

  set(state: number, asleep: readonly Choice[]): void {
    const part = this.#part(state)
    if (!part.has(state)) this.size += 1
    part.set(state, asleep.length === 0 ? undefined : new Set(asleep.map(({ label }) => label)))
  }

  /** A map of this platform has no room for more than 16 million. */
  #part(state: number): Map<number, ReadonlySet<string> | undefined> {
    return this.#states[state % 16] ?? new Map()
  }
}

const NOTHING: ReadonlySet<string> = new Set()
