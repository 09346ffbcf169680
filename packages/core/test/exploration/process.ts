import { defaultEnvironment, type Environment } from '../../src/environment.js'
import { LifeCycleMemory } from '../../src/session/life-cycle-memory.js'
import { TokenLifeCycle } from '../../src/session/token-life-cycle.js'
import type { TokenPlace } from '../../src/session/token-place.js'
import type { Step } from './scheduler.js'
import { renewAt, revokeAt } from './server-port.js'
import { operation, storePort } from './store-port.js'
import type { World } from './world.js'

const KEY = 'alice'
const { emit: _silent, pauses: _shared, ...PLATFORM } = defaultEnvironment()

/** A process of the system: a life cycle with its own memory and its own clocks, whose every word to the world outside is a step. */
export class Process {
  readonly world: World
  readonly number: number
  readonly environment: Environment
  readonly lifeCycle: TokenLifeCycle
  readonly place: TokenPlace
  /** Cleared by a crash: what is answered after it, nobody hears. */
  isAlive = true
  /** The store's count of changes, when the last that this process did was to look at it. */
  seen: number | undefined
  /** How far the store was with each answer that is on its way. */
  readonly #unheard: number[] = []

  constructor(world: World, number: number) {
    this.world = world
    this.number = number
    this.environment = this.#environment()
    this.lifeCycle = new TokenLifeCycle({
      environment: this.environment,
      memory: new LifeCycleMemory(this.environment),
      renew: (record, _how, sending) => this.#prepare().then(() => renewAt(this, record, sending)),
      revoke: (token) => revokeAt(this, token),
      ...(world.scenario.told
        ? { updateToken: () => operation(this, { name: 'tells the application', touches: 'own', operate: () => undefined }) }
        : {}),
    })
    const store = storePort(this)
    this.place = { store: world.mutation?.(store, () => this.environment.now()) ?? store, key: KEY }
  }

  /** How far the store was with the oldest answer that this process has not heard yet. */
  get unheard(): number | undefined {
    return this.#unheard.length === 0 ? undefined : Math.min(...this.#unheard)
  }

  /** Waits for a step to be chosen. What a process that has crashed would do next is not done. */
  step(step: Omit<Step, 'actor'>): void {
    if (this.isAlive) this.world.scheduler.add({ actor: this.number, ...step })
  }

  /** Something has come to this process. */
  happened(what: string, inWords?: () => string): void {
    this.world.happened(this.number, what, inWords)
  }

  /** Waits for something that means nothing to others. */
  hears(name: string, deliver: () => void): void {
    const go = () => {
      this.happened(name)
      deliver()
    }
    this.step({ name, touches: 'own', ways: [{ name: '', go }] })
  }

  /** Waits for an answer that the store has given. */
  hearsLater(deliver: () => void): void {
    const at = this.world.invariants.past.length - 1
    this.#unheard.push(at)
    this.hears('hears from the store', () => {
      this.#unheard.splice(this.#unheard.indexOf(at), 1)
      deliver()
    })
  }

  #environment(): Environment {
    const { time } = this.world
    // No two clocks agree, by far more than a lease lasts.
    const skew = [0, 40, -40][this.number % 3] ?? 0
    let drawn = 0
    return {
      ...PLATFORM,
      now: () => time.seconds(skew),
      monotonic: () => time.elapsed + this.number * 1_000_000,
      randomBytes: (count) => new Uint8Array(count).fill(this.number * 16 + (drawn++ % 16)),
      sleep: (ms, signal) => this.#sleep(ms, signal),
    }
  }

  #sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
    const { time, scheduler, store, scenario } = this.world
    // To look again is of no use before something has changed, or time has passed.
    const { seen } = this
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const due = time.elapsed + ms
      const go = () => {
        if (scenario.exactTimers) this.world.passTime(Math.max(0, due - time.elapsed))
        this.happened(`wakes after ${ms} ms`)
        resolve()
      }
      const step = scheduler.add({
        actor: this.number,
        name: 'wakes',
        touches: scenario.exactTimers ? 'everything' : 'reads',
        ready: () => store.changes !== seen || time.elapsed >= due,
        ways: [{ name: '', go }],
      })
      signal?.addEventListener('abort', () => {
        scheduler.remove(step)
        reject(signal.reason)
      })
    })
  }

  /** What comes before a token request, such as loading the server's metadata. */
  #prepare(): Promise<void> {
    return new Promise((resolve) => this.hears('is ready to send', resolve))
  }
}
