import type { Failure } from './failure.js'
import type { Scenario } from './scenario.js'
import { areIndependent, type Choice } from './scheduler.js'
import { Visited } from './visited.js'
import { type Mutation, World } from './world.js'

/** What an exploration has seen. */
export interface Explored {
  readonly states: number
  readonly transitions: number
  /** States in which nobody waits for anything: each was followed to what comes of it in the end. */
  readonly endings: number
  /** Tells that nothing was left out. */
  readonly isComplete: boolean
  readonly failure: Failure | undefined
}

/** How a system is explored. */
export interface ExploreOptions {
  readonly mutation?: Mutation | undefined
  /** Stops after so many seconds. */
  readonly seconds?: number
  /** `false`: plays every order, also of steps that come to the same in either. */
  readonly isReduced?: boolean
}

/** Choices that lead somewhere, from the last to the first. */
interface Path {
  readonly before: Path | undefined
  readonly choice: string
}

/** A place that is still to be visited. */
interface Branch {
  readonly path: Path | undefined
  /** What need not be taken there, because it was already, in another order. */
  readonly asleep: readonly Choice[]
}

/**
 * Visits every state that a system can reach, until an invariant does not hold.
 *
 * Processes in the midst of their work cannot be copied, but they can be brought there again, because all they do follows from what they were
 * told: each branch is played from the start. Two states are one when store, server, time and what each process was told are the same. Of two
 * steps that come to the same in either order, one order is played (sleep sets; each state remembers what was left asleep there).
 */
export function explore(scenario: Scenario, options: ExploreOptions = {}): Promise<Explored> {
  return new Exploration(scenario, options).run()
}

class Exploration {
  readonly #scenario: Scenario
  readonly #options: ExploreOptions
  readonly #visited = new Visited()
  readonly #branches: Branch[] = [{ path: undefined, asleep: [] }]
  #transitions = 0
  #endings = 0

  constructor(scenario: Scenario, options: ExploreOptions) {
    this.#scenario = scenario
    this.#options = options
  }

  async run(): Promise<Explored> {
    const { seconds = Number.POSITIVE_INFINITY } = this.#options
    const until = performance.now() + seconds * 1000
    let failure: Failure | undefined
    while (failure === undefined && performance.now() < until) {
      const branch = this.#branches.pop()
      if (branch === undefined) break
      failure = await this.#follow(branch)
    }
    const isComplete = failure === undefined && this.#branches.length === 0
    return { states: this.#visited.size, transitions: this.#transitions, endings: this.#endings, isComplete, failure }
  }

  /** From a branch on, takes the first way that is new again and again. The others are branches for later. */
  async #follow(branch: Branch): Promise<Failure | undefined> {
    const schedule = choicesOf(branch.path)
    const world = await this.#played(schedule)
    let at: Branch | undefined = branch
    while (at !== undefined && world.invariants.violation === undefined) {
      if (world.isOver && this.#visited.asleepIn(world.fingerprint) === undefined) {
        await this.#end(world, at)
        break
      }
      const [next, ...others] = this.#ways(world, at)
      this.#branches.push(...others.reverse().map(({ branch }) => branch))
      at = next?.branch
      if (next === undefined) break
      schedule.push(next.choice.label)
      this.#transitions += 1
      await world.take(next.choice)
    }
    const { violation } = world.invariants
    return violation && { scenario: this.#scenario, schedule, violation }
  }

  async #played(schedule: readonly string[]): Promise<World> {
    const world = new World(this.#scenario, { mutation: this.#options.mutation })
    for (const label of schedule) {
      const choice = world.choices().find((one) => one.label === label)
      if (choice === undefined) throw new Error(`The system is not deterministic: "${label}" cannot be chosen again.`)
      await world.take(choice)
    }
    if (schedule.length > 0) this.#transitions += 1
    return world
  }

  /** Nobody waits for anything. What a process had sent when it crashed may still arrive. */
  async #end(world: World, { path }: Branch): Promise<void> {
    this.#endings += 1
    this.#visited.set(world.fingerprint, [])
    for (const { label } of world.choices()) this.#branches.push({ path: { before: path, choice: label }, asleep: [] })
    await world.finish()
  }

  /** The choices that lead from here to what was not visited yet. */
  #ways(world: World, { path, asleep }: Branch): { readonly choice: Choice; readonly branch: Branch }[] {
    const choices = world.choices()
    if (choices.length === 0 && !world.isOver) world.invariants.stuck('nothing can happen any more')
    const state = world.fingerprint
    const known = this.#visited.asleepIn(state)
    const isKnown = (choice: Choice) => known !== undefined && !known.has(choice.label)
    const sleeping = new Set(asleep.map(({ label }) => label))
    this.#visited.set(state, known === undefined ? asleep : asleep.filter(({ label }) => known.has(label)))
    const done = [...asleep, ...choices.filter((choice) => isKnown(choice) && !sleeping.has(choice.label))]
    const isReduced = this.#options.isReduced ?? true
    return choices
      .filter((choice) => !isKnown(choice) && !sleeping.has(choice.label))
      .map((choice) => {
        const left = isReduced ? done.filter((one) => areIndependent(one, choice)) : []
        done.push(choice)
        return { choice, branch: { path: { before: path, choice: choice.label }, asleep: left } }
      })
  }
}

function choicesOf(path: Path | undefined): string[] {
  const choices: string[] = []
  for (let at = path; at !== undefined; at = at.before) choices.push(at.choice)
  return choices.reverse()
}
