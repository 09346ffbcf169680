import type { Environment } from '../../src/environment.js'
import { memoryStore } from '../../src/session/memory-store.js'
import { type Call, sessionOver, testClock, type Wire } from '../../src/session/testing/fixture.js'
import type { TokenRecord, TokenStore } from '../../src/session/token-record.js'
import type { OAuth2Session } from '../../src/session.js'

/** Time that passes only when nobody has anything else to do, and then up to the next who sleeps. */
export interface VirtualTime extends Environment {
  /** Seconds since the epoch. */
  time: number
  until<T>(promise: Promise<T>): Promise<T>
}

export function virtualTime(): VirtualTime {
  const sleepers: { readonly at: number; wake(): void }[] = []
  const self: VirtualTime = {
    ...testClock(),
    now: () => self.time,
    monotonic: () => self.time * 1000,
    sleep: (ms) => new Promise((wake) => sleepers.push({ at: self.time + ms / 1000, wake })),
    async until(promise) {
      let isOver = false
      const over = () => {
        isOver = true
      }
      promise.then(over, over)
      for (;;) {
        await new Promise((next) => setImmediate(next))
        if (isOver) return promise
        const next = sleepers.sort((one, other) => one.at - other.at).shift()
        if (next === undefined) throw new Error('everybody waits, and nobody sleeps')
        self.time = Math.max(self.time, next.at)
        next.wake()
      }
    },
  }
  return self
}

/** One process: a session with a view of its own of the store that all share. */
export interface Process {
  readonly session: OAuth2Session<Call>
  /** From here on nothing that the process asks of the store is done or answered. */
  kill(): void
}

/** Processes of one client on one store, each call of which takes so many seconds. */
export function processes(line: Wire, time: VirtualTime, latency = 0) {
  const memory = memoryStore<TokenRecord>({ now: time.now })
  return {
    /** What is stored at present. */
    async stored(): Promise<TokenRecord | undefined> {
      return (await memory.get('alice'))?.value
    },
    start(): Process {
      let isDead = false
      const called = async <T>(action: () => T): Promise<Awaited<T>> => {
        if (latency > 0) await time.sleep(latency * 1000)
        if (isDead) await new Promise(() => undefined)
        return await action()
      }
      const store: TokenStore = {
        get: (key) => called(() => memory.get(key)),
        compareAndSet: (...write) => called(() => memory.compareAndSet(...write)),
        delete: (...which) => called(() => memory.delete(...which)),
      }
      const session = sessionOver(line, { environment: time, store, key: 'alice' })
      return {
        session,
        kill() {
          isDead = true
        },
      }
    },
  }
}
