import { defaultEnvironment, type Environment } from '../../src/environment.js'
import { TransportError } from '../../src/error/transport-error.js'
import type { TokenSet } from '../../src/message/token-set.js'
import { LifeCycleMemory } from '../../src/session/life-cycle-memory.js'
import { TokenLifeCycle } from '../../src/session/token-life-cycle.js'
import type { TokenPlace } from '../../src/session/token-place.js'
import type { TokenRecord, TokenStore } from '../../src/session/token-record.js'
import { NOW } from '../environment.js'
import { numberOf, refusal } from './model-server.js'
import type { Step, Touch, Way } from './scheduler.js'
import type { World } from './world.js'

const KEY = 'alice'
const { emit: _silent, ...PLATFORM } = defaultEnvironment()

/** A process of the system: a life cycle with its own memory and its own clocks, whose every word to the world outside is a step. */
export class Process {
  readonly #world: World
  readonly number: number
  readonly environment: Environment
  readonly lifeCycle: TokenLifeCycle
  readonly place: TokenPlace
  /** Cleared by a crash: what is answered after it, nobody hears. */
  isAlive = true
  /** The store's count of changes, when the last that this process did was to look at it. */
  #seen: number | undefined

  /** How far the store was with each answer that is on its way. */
  readonly #unheard: number[] = []

  constructor(world: World, number: number) {
    this.#world = world
    this.number = number
    this.environment = this.#environment()
    this.lifeCycle = new TokenLifeCycle({
      environment: this.environment,
      memory: new LifeCycleMemory(this.environment),
      renew: (record, _how, sending) => this.#prepare().then(() => this.#renew(record, sending)),
      revoke: (token) => this.#revoke(token),
      ...(world.scenario.told ? { updateToken: () => this.#operation('tells the application', 'own', () => undefined) } : {}),
    })
    const store = this.#store()
    this.place = { store: world.mutation?.(store, () => this.environment.now()) ?? store, key: KEY }
  }

  /** How far the store was with the oldest answer that this process has not heard yet. */
  get unheard(): number | undefined {
    return this.#unheard.length === 0 ? undefined : Math.min(...this.#unheard)
  }

  #environment(): Environment {
    const { time } = this.#world
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
    const { time, scheduler, store, scenario } = this.#world
    // To look again is of no use before something has changed, or time has passed.
    const seen = this.#seen
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const due = time.elapsed + ms
      const step = scheduler.add({
        actor: this.number,
        name: 'wakes',
        touches: scenario.exactTimers ? 'everything' : 'reads',
        ready: () => store.changes !== seen || time.elapsed >= due,
        ways: [
          {
            name: '',
            go: () => {
              if (scenario.exactTimers) this.#world.passTime(Math.max(0, due - time.elapsed))
              this.#world.happened(this.number, `wakes after ${ms} ms`)
              resolve()
            },
          },
        ],
      })
      signal?.addEventListener('abort', () => {
        scheduler.remove(step)
        reject(signal.reason)
      })
    })
  }

  #store(): TokenStore {
    const { store, scenario } = this.#world
    return {
      ...(scenario.local ? { local: true } : {}),
      get: () =>
        this.#operation('reads', 'reads', () => {
          this.#seen = store.changes
          return store.get()
        }),
      compareAndSet: (_key, expected, value) =>
        this.#operation('writes', 'writes', () => {
          const receipt = store.compareAndSet(expected, value)
          if (receipt !== undefined) this.#world.wrote(this, store.record)
          return receipt
        }),
      delete: (_key, expected) =>
        this.#operation('deletes', 'writes', () => {
          const isDeleted = store.delete(expected)
          if (isDeleted) this.#world.wrote(this, undefined)
          return isDeleted
        }),
      ...(scenario.watch ? { watch: (_key: string, changed: () => void) => this.#world.watch(this.number, changed) } : {}),
    }
  }

  #operation<T>(name: string, touches: Touch, operate: () => T): Promise<T> {
    const { store } = this.#world
    return new Promise((resolve, reject) => {
      const failed = () => {
        this.#seen = undefined
        this.#world.invariants.storeFailed()
        if (this.isAlive) reject(new Error('the store has failed'))
      }
      const way = (name: string, go: () => void): Way => ({ name, go, ...(name === '' ? {} : { fault: 'store' as const }) })
      this.#step({
        name,
        touches,
        sent: touches === 'writes',
        ways: [
          way('', () => {
            this.#seen = undefined
            const answer = operate()
            this.#world.happened(this.number, `${name} ${answer === undefined ? '' : store.fingerprint}`, () => described(answer))
            if (this.#world.scenario.slowAnswers) this.#hearsLater(() => resolve(answer))
            else if (this.isAlive) resolve(answer)
          }),
          way('fails', () => {
            this.#world.happened(this.number, `${name}: fails`)
            failed()
          }),
          ...(touches === 'writes'
            ? [
                way('fails after it was made', () => {
                  operate()
                  this.#world.happened(this.number, `${name}: made, and fails`)
                  failed()
                }),
              ]
            : []),
        ],
      })
    })
  }

  /** What comes before the request, such as loading the server's metadata. */
  #prepare(): Promise<void> {
    return new Promise((resolve) => this.#hears('is ready to send', resolve))
  }

  #renew(record: TokenRecord, sending: () => void): Promise<TokenSet> {
    const { server, invariants, time } = this.#world
    sending()
    const token = record.token.refresh_token ?? ''
    const request = invariants.requested(this.number, numberOf(token))
    return new Promise((resolve, reject) => {
      const answer = (name: string, deliver: () => void) =>
        this.#step({
          name: 'hears from the server',
          touches: 'own',
          ways: [
            {
              name: '',
              go: () => {
                request.answered = true
                this.#world.happened(this.number, `hears ${name}`)
                deliver()
              },
            },
            {
              name: 'the answer is lost',
              fault: 'answer',
              go: () => {
                invariants.lost(request)
                this.#world.happened(this.number, 'loses the answer')
                reject(new TransportError('token', { reason: 'reset', sent: 'maybe' }))
              },
            },
          ],
        })
      this.#step({
        name: `sends ${token}`,
        touches: 'server',
        sent: true,
        ways: [
          {
            name: '',
            go: () => {
              if (time.elapsed >= request.until) request.lost = true
              invariants.arrived(request)
              try {
                const issued = server.refresh(token)
                invariants.issued(request, numberOf(issued.access_token))
                this.#world.happened(this.number, `${token} is spent for ${issued.refresh_token}`)
                answer(`of ${issued.refresh_token}`, () =>
                  resolve({ ...issued, expires_at: Math.floor(this.environment.now()) + Number(issued.expires_in) }),
                )
              } catch (error) {
                request.refused = true
                this.#world.happened(this.number, `${token} is refused`)
                answer('invalid_grant', () => reject(error))
              }
            },
          },
          {
            name: 'not sent',
            fault: 'request',
            go: () => {
              request.settled = true
              this.#world.happened(this.number, 'the request breaks before it is sent')
              if (this.isAlive) reject(new TransportError('token', { reason: 'reset', sent: 'no' }))
            },
          },
          {
            name: 'the server is unwell',
            fault: 'request',
            go: () => {
              request.settled = true
              this.#world.happened(this.number, 'the server is unwell')
              if (this.isAlive) reject(refusal('server_error', 503))
            },
          },
        ],
      })
    })
  }

  #revoke({ refresh_token: token = '' }: TokenSet): Promise<void> {
    const { server, invariants } = this.#world
    return new Promise((resolve) => {
      this.#step({
        name: `revokes ${token}`,
        touches: 'server',
        ways: [
          {
            name: '',
            go: () => {
              invariants.revoked(this.number, numberOf(token))
              server.revoke(token)
              this.#world.happened(this.number, `revokes ${token}`)
              resolve()
            },
          },
        ],
      })
    })
  }

  #hearsLater(deliver: () => void): void {
    const at = this.#world.invariants.past.length - 1
    this.#unheard.push(at)
    this.#hears('hears from the store', () => {
      this.#unheard.splice(this.#unheard.indexOf(at), 1)
      deliver()
    })
  }

  #hears(name: string, deliver: () => void): void {
    const go = () => {
      this.#world.happened(this.number, name)
      deliver()
    }
    this.#step({ name, touches: 'own', ways: [{ name: '', go }] })
  }

  /** What a process that has crashed would do next is not done. */
  #step(step: Omit<Step, 'actor'>): void {
    if (this.isAlive) this.#world.scheduler.add({ actor: this.number, ...step })
  }
}

/** What the store has answered, in words. */
function described(answer: unknown): string {
  if (typeof answer !== 'object' || answer === null) return answer === undefined ? 'nothing' : String(answer)
  const { value, version } = answer as { readonly value?: TokenRecord; readonly version: string }
  if (value === undefined) return `version ${version}`
  const { lease, ended } = value
  const state =
    ended !== undefined ? `, ended (${ended.reason})` : lease === undefined ? '' : `, leased by ${lease.owner} until ${lease.until - NOW}`
  return `version ${version}: ${value.token.refresh_token ?? value.token.access_token}${state}`
}
