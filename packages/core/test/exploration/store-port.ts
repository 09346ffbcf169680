import type { TokenRecord, TokenStore } from '../../src/session/token-record.js'
import { NOW } from '../environment.js'
import type { Process } from './process.js'
import type { Touch, Way } from './scheduler.js'

/** The shared store as one process reaches it: each operation is a step, and may fail before or after it was done. */
export function storePort(process: Process): TokenStore {
  const { world, number } = process
  const { store, scenario } = world
  return {
    ...(scenario.local ? { local: true } : {}),
    get: () =>
      operation(process, {
        name: 'reads',
        touches: 'reads',
        operate: () => {
          process.seen = store.changes
          return store.get()
        },
      }),
    compareAndSet: (_key, expected, value) =>
      operation(process, {
        name: 'writes',
        touches: 'writes',
        operate: () => {
          const receipt = store.compareAndSet(expected, value)
          if (receipt !== undefined) world.wrote(number, store.record)
          return receipt
        },
      }),
    delete: (_key, expected) =>
      operation(process, {
        name: 'deletes',
        touches: 'writes',
        operate: () => {
          const isDeleted = store.delete(expected)
          if (isDeleted) world.wrote(number, undefined)
          return isDeleted
        },
      }),
    ...(scenario.watch ? { watch: (_key: string, changed: () => void) => world.watch(number, changed) } : {}),
  }
}

/** Something that a store does for a process. */
interface Operation<T> {
  readonly name: string
  readonly touches: Touch
  operate(): T
}

/** Has something done by the store, or by another place where tokens are kept. */
export function operation<T>(process: Process, { name, touches, operate }: Operation<T>): Promise<T> {
  const { store, scenario, invariants } = process.world
  return new Promise((resolve, reject) => {
    const isDone: Way = {
      name: '',
      go() {
        process.seen = undefined
        const answer = operate()
        process.happened(`${name} ${answer === undefined ? '' : store.fingerprint}`, () => described(answer))
        if (scenario.slowAnswers) process.hearsLater(() => resolve(answer))
        else if (process.isAlive) resolve(answer)
      },
    }
    const fails = (way: string, before: () => void): Way => ({
      name: way,
      fault: 'store',
      go() {
        process.seen = undefined
        before()
        process.happened(`${name}: ${way}`)
        invariants.storeFailed(process.number)
        if (process.isAlive) reject(new Error('the store has failed'))
      },
    })
    const ways = [isDone, fails('fails', () => undefined)]
    if (touches === 'writes') ways.push(fails('fails after it was made', operate))
    process.step({ name, touches, sent: touches === 'writes', ways })
  })
}

/** What the store has answered, in words. */
function described(answer: unknown): string {
  if (typeof answer !== 'object' || answer === null) return answer === undefined ? 'nothing' : String(answer)
  const { value, version } = answer as { readonly value?: TokenRecord; readonly version: string }
  return value === undefined ? `version ${version}` : `version ${version}: ${stateOf(value)}`
}

function stateOf({ lease, ended, token }: TokenRecord): string {
  const name = token.refresh_token ?? token.access_token
  if (ended !== undefined) return `${name}, ended (${ended.reason})`
  return lease === undefined ? name : `${name}, leased by ${lease.owner} until ${lease.until - NOW}`
}
