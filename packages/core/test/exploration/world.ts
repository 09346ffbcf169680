import { LEASE } from '../../src/session/refresh-lease.js'
import { GRACE } from '../../src/session/renewal-memory.js'
import type { TokenRecord, TokenStore } from '../../src/session/token-record.js'
import { NOW } from '../environment.js'
import { perform, tokenRecord } from './callers.js'
import { type Fingerprint, mixed } from './fingerprint.js'
import { Invariants } from './invariants.js'
import { ModelServer } from './model-server.js'
import { ModelStore } from './model-store.js'
import { Process } from './process.js'
import type { Call, Scenario } from './scenario.js'
import { type Choice, Scheduler, type Step } from './scheduler.js'
import { Time } from './time.js'

/** Spoils what a process sees of the store, and so the protocol. `now` is that process's own clock. */
export type Mutation = (store: TokenStore, now: () => number) => TokenStore

/** Milliseconds that pass when everybody waits for a lease to be over. */
const IDLE = (LEASE + 1) * 1000
/** More steps than any schedule takes that comes to an end. */
const MOST_STEPS = 500

/** A system of a scenario: processes, the store and the server that they share, and what has happened so far. */
export class World {
  readonly scenario: Scenario
  readonly mutation: Mutation | undefined
  readonly time = new Time()
  readonly store: ModelStore
  readonly server: ModelServer
  readonly scheduler: Scheduler
  readonly invariants: Invariants
  readonly #processes: Process[] = []
  readonly #histories: number[] = []
  readonly #first: TokenRecord
  readonly #watchers = new Map<number, Set<() => void>>()
  /** What has happened, in words; kept only when asked for. */
  readonly told: string[] | undefined
  #steps = 0

  constructor(scenario: Scenario, options: { readonly mutation?: Mutation | undefined; readonly tell?: boolean } = {}) {
    this.scenario = scenario
    this.mutation = options.mutation
    this.told = options.tell ? [] : undefined
    this.store = new ModelStore(() => this.time.seconds(7))
    this.server = new ModelServer(scenario.lenient === true)
    this.scheduler = new Scheduler(scenario.faults, (actor) => this.#isAlive(actor))
    this.invariants = new Invariants(this.time, this.server, this.store, scenario)
    this.#first = tokenRecord(this.server.login(), NOW - 1_000)
    this.store.compareAndSet(null, this.#first)
    this.invariants.begin()
    for (const calls of scenario.processes) this.#start(calls)
  }

  /** What can happen next; nothing when all is over. */
  choices(): Choice[] {
    const { scheduler } = this
    const expected = scheduler.expected
    if (expected.length === 0) return scheduler.choices()
    const choices = scheduler.choices()
    if (expected.every(({ ready }) => ready?.() === false)) choices.unshift(this.#idle())
    if (scheduler.isAllowed('crash'))
      for (const { number } of this.#processes)
        if (expected.some(({ actor, name }) => actor === number && !name.startsWith('begins'))) choices.push(this.#crash(number))
    if (scheduler.isAllowed('lease') && expected.some(({ name }) => !name.startsWith('begins'))) choices.push(this.#passLease())
    return choices
  }

  /** Tells whether nobody waits for anything. */
  get isOver(): boolean {
    return this.scheduler.expected.length === 0
  }

  /** Equal for two worlds whose futures are the same. */
  get fingerprint(): Fingerprint {
    const { store, server, time, scheduler } = this
    const parts = [store.fingerprint, server.fingerprint, time.elapsed, scheduler.fingerprint, ...this.#histories].join(' ')
    return { name: mixed(store.fingerprint, parts), check: mixed(server.fingerprint, parts) | 0 }
  }

  /** Something has come to a process: what it knows is the sum of that. */
  happened(actor: number, what: string, inWords?: () => string): void {
    this.#histories[actor] = mixed(this.#histories[actor] ?? 0, `${this.time.elapsed} ${what}`)
    this.told?.push(inWords === undefined ? `p${actor} ${what}` : `p${actor} ${what.split(' ')[0]}: ${inWords()}`)
  }

  passTime(ms: number): void {
    this.time.elapsed += ms
    this.invariants.requests.timePassed((actor) => this.scheduler.expected.some((step) => step.actor === actor))
  }

  wrote(writer: number, record: TokenRecord | undefined): void {
    this.invariants.wrote(writer, record)
    for (const [actor, watchers] of this.#watchers) if (actor !== writer) for (const changed of watchers) this.#hint(actor, changed)
  }

  watch(actor: number, changed: () => void): () => void {
    const watchers = this.#watchers.get(actor) ?? new Set()
    this.#watchers.set(actor, watchers.add(changed))
    return () => void watchers.delete(changed)
  }

  /** Takes a choice, and lets every process run until it waits for the next. */
  async take(choice: Choice): Promise<void> {
    choice.take()
    await quiescence()
    this.#steps += 1
    if (this.#steps > MOST_STEPS) this.invariants.stuck(`after ${MOST_STEPS} steps it goes on and on`)
  }

  /** Stops all faults, lets time pass, and asks everyone for a token. */
  async finish(): Promise<void> {
    const { scheduler, invariants } = this
    scheduler.stopFaults()
    await this.#settle()
    if (invariants.violation !== undefined) return
    invariants.calmed()
    this.told?.push('no more faults; a minute and a half passes')
    this.passTime((2 * LEASE + 2 * GRACE) * 1000)
    this.#start([])
    for (const process of this.#processes.filter(({ isAlive }) => isAlive)) {
      if (invariants.violation !== undefined) return
      this.#begin(process, 'use', (error) => {
        const isTemporary = typeof error === 'object' && error !== null && 'terminal' in error && error.terminal === false
        if (isTemporary) invariants.stuck(`p${process.number} is told to try again later of a server that is well`)
      })
      await quiescence()
      await this.#settle()
    }
    invariants.ended((actor) => this.#isAlive(actor))
  }

  async #settle(): Promise<void> {
    while (!this.isOver && this.invariants.violation === undefined) {
      const [first] = this.choices()
      if (first === undefined)
        return this.invariants.stuck(`nothing can happen any more: ${this.scheduler.expected.map(({ name }) => name)}`)
      await this.take(first)
    }
  }

  #isAlive(actor: number): boolean {
    return this.#processes[actor]?.isAlive === true
  }

  #start(calls: readonly Call[]): Process {
    const process = new Process(this, this.#processes.length)
    this.#processes.push(process)
    this.#histories.push(0)
    calls.forEach((call, caller) => {
      const step: Step = {
        actor: process.number,
        name: `begins to ${call}`,
        // A login is a step of the server's, too; all others begin with what the store holds by then.
        touches: call === 'login' ? 'everything' : 'reads',
        // Two callers who do the same are begun in their order: the other way round it would be the same.
        ready: () => !calls.slice(0, caller).includes(call) || this.scheduler.pending.find((other) => isTwin(other, step)) === step,
        ways: [
          {
            name: '',
            go: () => {
              this.happened(process.number, `begins to ${call}, at change ${this.store.changes}`)
              this.#begin(process, call)
            },
          },
        ],
      }
      this.scheduler.add(step)
    })
    return process
  }

  #begin(process: Process, call: Call, failed?: (error: unknown) => void): void {
    const { invariants, told } = this
    const underWay = invariants.called(process.number, call, process.unheard)
    const waiting = `p${process.number} ${call}`
    perform(process, underWay, this.#first).then(
      (record) => {
        if (record !== 'done') invariants.returned(underWay, record, process.environment.now())
        told?.push(`${waiting} got ${record === undefined ? 'nothing' : record === 'done' ? record : record.token.access_token}`)
      },
      (error: unknown) => {
        invariants.threw(underWay, error)
        failed?.(error)
        told?.push(`${waiting} got ${error instanceof Error ? error.message : error}`)
      },
    )
  }

  #hint(actor: number, changed: () => void): void {
    const go = () => {
      this.happened(actor, 'is told of a change')
      changed()
    }
    if (this.#isAlive(actor)) this.scheduler.add({ actor, name: 'is told of a change', touches: 'own', ways: [{ name: '', go }] })
  }

  /** Nothing happens but that time passes. */
  #idle(): Choice {
    return this.#event(0, 'time passes', () => this.passTime(IDLE))
  }

  #passLease(): Choice {
    return this.#event(0, 'time passes, longer than a lease', () => this.passTime((LEASE + 1) * 1000), 'lease')
  }

  #crash(actor: number): Choice {
    const crash = () => {
      const process = this.#processes[actor]
      if (process !== undefined) process.isAlive = false
      this.scheduler.crash(actor)
      this.#watchers.delete(actor)
      this.invariants.requests.crashed(actor)
      this.happened(actor, 'crashes')
      this.#start(['use'])
    }
    return { ...this.#event(actor, `p${actor} crashes`, crash, 'crash'), touches: 'own' }
  }

  #event(actor: number, label: string, take: () => void, fault?: 'crash' | 'lease'): Choice {
    return {
      label,
      actor,
      touches: 'everything',
      fault,
      take: () => {
        if (fault !== undefined) this.scheduler.use(fault)
        if (fault !== 'crash') this.told?.push(label)
        take()
      },
    }
  }
}

function isTwin(one: Step, other: Step): boolean {
  return one.actor === other.actor && one.name === other.name
}

/**
 * Resolves when nothing is left that runs by itself: whatever the life cycle does between two steps it does in promises, and the next tick comes when
 * none of them has anything left to do.
 */
function quiescence(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve))
}
