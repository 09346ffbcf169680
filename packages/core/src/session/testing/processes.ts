import type { OAuthEvent } from '../../environment.js'
import { EndpointError } from '../../error/endpoint-error.js'
import type { TokenSet } from '../../message/token-set.js'
import { memoryStore } from '../memory-store.js'
import type { StoreEntry } from '../store.js'
import { TokenLifeCycle } from '../token-life-cycle.js'
import type { TokenPlace } from '../token-place.js'
import type { TokenRecord, TokenStore } from '../token-record.js'
import { NOW, testClock } from './fixture.js'
import { KEY, record } from './life-cycle.js'

/** What a process's renewal does; the token endpoint of the test. */
export type Renew = (record: TokenRecord, sending: () => void) => Promise<TokenSet>

/** One process on a store that others share: its own memory, its own clocks, its own view of the store. */
export interface TestProcess {
  readonly lifeCycle: TokenLifeCycle
  readonly place: TokenPlace
  readonly events: OAuthEvent[]
  readonly revoked: string[]
  /** Seconds that its wall clock is off. */
  skew: number
  /** Milliseconds that it slept in all. */
  slept: number
  /** What its store does instead of the next call of a kind. */
  readonly fail: { get: number; compareAndSet: number; delete: number }
  /** Seconds that the next read is on its way. */
  lateRead: number
}

/** A store that processes share, and the time of all of them. It moves while a process sleeps, and when the test moves it. */
function sharedProcesses() {
  const time = { now: NOW }
  const memory = memoryStore<TokenRecord>({ now: () => time.now })
  const server = rotation()

  function start(renew: Renew = (record) => server.refresh(record), watched = false): TestProcess {
    const fail = { get: 0, compareAndSet: 0, delete: 0 }
    const failing = (name: keyof typeof fail) => {
      if (fail[name] === 0) return
      fail[name] -= 1
      throw new Error('connection lost')
    }
    const store: TokenStore = {
      async get(key) {
        failing('get')
        const entry = await memory.get(key)
        time.now += process.lateRead
        process.lateRead = 0
        return entry
      },
      async compareAndSet(key, expected, value, options) {
        failing('compareAndSet')
        return memory.compareAndSet(key, expected, value, options)
      },
      async delete(key, expected) {
        failing('delete')
        return memory.delete(key, expected)
      },
      ...(watched ? { watch: () => () => undefined } : {}),
    }
    const clock = testClock({
      now: () => time.now + process.skew,
      monotonic: () => time.now * 1000,
      async sleep(ms, signal) {
        signal?.throwIfAborted()
        process.slept += ms
        time.now += ms / 1000
        // The others go on meanwhile.
        for (let turn = 0; turn < 50; turn++) await Promise.resolve()
      },
    })
    const revoked: string[] = []
    const process: TestProcess = {
      lifeCycle: new TokenLifeCycle({
        environment: clock,
        renew: (record, _how, sending) => renew(record, sending),
        revoke: async ({ refresh_token = '' }) => void revoked.push(refresh_token),
      }),
      place: { store, key: KEY },
      events: clock.events,
      revoked,
      skew: 0,
      slept: 0,
      lateRead: 0,
      fail,
    }
    return process
  }

  return {
    time,
    server,
    start,
    /** What is stored at present. */
    stored: () => (memory.get(KEY) as StoreEntry<TokenRecord> | undefined)?.value,
    write(value: TokenRecord): void {
      const entry = memory.get(KEY) as StoreEntry<TokenRecord> | undefined
      memory.compareAndSet(KEY, entry?.version ?? null, value, { ttl: 1e9 })
    },
  }
}

/** A server that takes each refresh token once. With a grace it takes a spent one again; without, that ends the family. */
function rotation() {
  const sent: string[] = []
  const spent = new Set<string>()
  let isOver = false
  return {
    /** Refresh tokens in the order they came in. */
    sent,
    grace: false,
    async refresh({ token: { refresh_token = '' } }: TokenRecord): Promise<TokenSet> {
      sent.push(refresh_token)
      isOver ||= spent.has(refresh_token) && !this.grace
      if (isOver) throw new EndpointError({ endpoint: 'token', status: 400, error: 'invalid_grant' })
      spent.add(refresh_token)
      const name = `${sent.length}`
      return {
        access_token: `access-${name}`,
        refresh_token: `refresh-${name}`,
        token_type: 'Bearer',
        expires_in: 3600,
        expires_at: NOW + 7200,
      }
    },
  }
}

/** Processes on one store that has a login in it whose token is expired. */
export function expired(more: Partial<TokenRecord> = {}) {
  const world = sharedProcesses()
  world.write(record('0', { token: { ...record('0').token, expires_in: 3600, expires_at: NOW + 3600 }, ...more }))
  world.time.now += 3601
  return world
}

/** The token that a process uses now. */
export function current({ lifeCycle, place }: TestProcess): Promise<TokenRecord | undefined> {
  return Promise.resolve(lifeCycle.current(place))
}

/** A renewal that has reached the server, and whose answer is held back. */
export function held(renew: Renew) {
  const reached = Promise.withResolvers<void>()
  const answer = Promise.withResolvers<void>()
  const slow: Renew = async (old, sending) => {
    sending()
    const token = await renew(old, sending)
    reached.resolve()
    await answer.promise
    return token
  }
  return { slow, reached: reached.promise, release: answer.resolve }
}
