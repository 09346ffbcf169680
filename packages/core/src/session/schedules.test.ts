import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Maybe } from '../environment.js'
import { isOAuthError } from '../error/any-oauth-error.js'
import { EndpointError } from '../error/endpoint-error.js'
import type { TokenSet } from '../message/token-set.js'
import { memoryStore } from './memory-store.js'
import { GRACE_MS } from './renewal-memory.js'
import { NOW, testClock } from './testing/fixture.js'
import { tokenHash } from './token-hash.js'
import { TokenLifeCycle } from './token-life-cycle.js'
import type { TokenPlace } from './token-place.js'
import type { TokenRecord, TokenStore } from './token-record.js'

const KEY = 'alice'
const OPERATIONS = [
  'current',
  'renew',
  'rejected',
  'expire',
  'fail-write',
  'fail-write-after',
  'fail-read',
  'fail-update',
  'login',
  'delete',
] as const
type Operation = (typeof OPERATIONS)[number]

/** A server with rotation and reuse detection, for any number of logins. */
function rotationModel() {
  const families = new Map<string, { family: number; spent: boolean }>()
  const ended = new Set<number>()
  let count = 0
  const model = {
    reuses: 0,
    issue(family = ++count): TokenSet {
      const refresh = `refresh-${++count}`
      families.set(refresh, { family, spent: false })
      return { access_token: `access-${count}`, refresh_token: refresh, token_type: 'Bearer', expires_in: 3600 }
    },
    refresh(token: string): TokenSet {
      const known = families.get(token)
      if (known?.spent) {
        model.reuses += 1
        ended.add(known.family)
      }
      if (known === undefined || known.spent || ended.has(known.family))
        throw new EndpointError({ endpoint: 'token', status: 400, error: 'invalid_grant' })
      known.spent = true
      return model.issue(known.family)
    },
    isSpent: (token: string) => families.get(token)?.spent ?? false,
  }
  return model
}

/** Everything that is awaited goes through the scheduler, which decides what comes first. */
function world(scheduler: fc.Scheduler) {
  // Tokens expire by the wall clock. The other one moves less than the grace altogether: no read takes longer than that here.
  let elapsed = 0
  const clock = testClock({ monotonic: () => elapsed })
  const model = rotationModel()
  const memory = memoryStore<TokenRecord>({ now: clock.now })
  const faults = { write: 0, writeAfter: 0, read: 0, update: 0 }
  const late = <T>(label: string, action: () => Maybe<T>): Promise<T> => scheduler.schedule(Promise.resolve(), label).then(action)
  const fail = (which: keyof typeof faults): boolean => faults[which] > 0 && faults[which]-- > 0

  const store: TokenStore = {
    local: true,
    get: (key) =>
      late('get', () => {
        if (fail('read')) throw new Error('read')
        return memory.get(key)
      }).then((entry) => late('got', () => entry)),
    compareAndSet: (key, expected, value, options) =>
      late('set', () => {
        if (fail('write')) throw new Error('write')
        const receipt = memory.compareAndSet(key, expected, value, options)
        if (fail('writeAfter')) throw new Error('write, after it was made')
        return receipt
      }).then((receipt) => late('is set', () => receipt)),
    delete: (key) => late('delete', () => memory.delete(key)),
  }
  const lifeCycle = new TokenLifeCycle({
    environment: clock,
    renew: async (record) => {
      const token = await late('refresh', () => model.refresh(record.token.refresh_token ?? ''))
      await late('answer', () => undefined)
      return { ...token, expires_at: clock.time + 3600 }
    },
    updateToken: () =>
      late('update', () => {
        if (fail('update')) throw new Error('update')
      }),
  })
  const place: TokenPlace = { store, key: KEY }
  const record = (token: TokenSet): TokenRecord => ({
    v: 1,
    issuer: 'https://as.example',
    token_endpoint: 'https://as.example/token',
    client_id: 'client',
    generation: 0,
    grant: { type: 'authorization_code' },
    token: { ...token, expires_at: clock.time + 3600 },
  })

  async function perform(operation: Operation): Promise<void> {
    switch (operation) {
      case 'current':
        await lifeCycle.current(place)
        return
      case 'renew':
        await lifeCycle.renew(place)
        return
      case 'rejected': {
        const used = await lifeCycle.current(place)
        if (used !== undefined) await lifeCycle.rejected(place, await tokenHash(clock, used))
        return
      }
      case 'expire':
        clock.time += 3601
        elapsed = Math.min(elapsed + 5_500, GRACE_MS - 1)
        return
      case 'fail-write':
        faults.write += 1
        return
      case 'fail-write-after':
        faults.writeAfter += 1
        return
      case 'fail-read':
        faults.read += 1
        return
      case 'fail-update':
        faults.update += 1
        return
      case 'login':
        await lifeCycle.put(place, record(model.issue()))
        return
      case 'delete':
        await lifeCycle.delete(place)
    }
  }

  return {
    clock,
    model,
    memory,
    faults,
    lifeCycle,
    place,
    record,
    perform,
    now: () => memory.get(KEY) as { value: TokenRecord } | undefined,
  }
}

/** Tasks that run side by side; each does its operations in order. Errors of the library are results, anything else is a defect. */
async function play(
  operate: (operation: Operation) => Promise<void>,
  scheduler: fc.Scheduler,
  tasks: readonly (readonly Operation[])[],
): Promise<void> {
  const running = tasks.map(async (operations) => {
    for (const operation of operations) {
      await scheduler.schedule(Promise.resolve(), operation)
      await operate(operation).catch((error: unknown) => {
        if (!isOAuthError(error)) throw error
      })
    }
  })
  await scheduler.waitFor(Promise.all(running))
}

const tasks = (operations: readonly Operation[]) =>
  fc.array(fc.array(fc.constantFrom(...operations), { minLength: 1, maxLength: 5 }), { minLength: 2, maxLength: 6 })
const runs = { numRuns: 1500, endOnFailure: false }

describe('any interleaving, one process, an asynchronous store', () => {
  it('RF01/F17: never spends a refresh token twice, and loses none: what the server issued last is stored, or waits to be', async () => {
    const operations = OPERATIONS.filter((operation) => operation !== 'login' && operation !== 'delete')
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), tasks(operations), async (scheduler, plan) => {
        const { model, memory, faults, lifeCycle, place, record, perform, now } = world(scheduler)
        memory.compareAndSet(KEY, null, record(model.issue()), { ttl: Number.POSITIVE_INFINITY })
        await play(perform, scheduler, plan)
        expect(model.reuses).toBe(0)
        expect(now()?.value.ended).toBeUndefined()
        Object.assign(faults, { write: 0, writeAfter: 0, read: 0, update: 0 })
        const last = await scheduler.waitFor(Promise.resolve(lifeCycle.current(place)))
        expect(model.isSpent(last?.token.refresh_token ?? '')).toBe(false)
        expect(now()?.value.token.refresh_token).toBe(last?.token.refresh_token)
      }),
      runs,
    )
  })

  it('RF05/F22: with logins and logouts between: no token is spent twice', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), tasks(OPERATIONS), async (scheduler, plan) => {
        const { model, memory, record, perform } = world(scheduler)
        memory.compareAndSet(KEY, null, record(model.issue()), { ttl: Number.POSITIVE_INFINITY })
        await play(perform, scheduler, plan)
        expect(model.reuses).toBe(0)
      }),
      runs,
    )
  })

  it('RF05/F22: a session that was deleted, while anything else but a login was going on, stays deleted', async () => {
    const operations = OPERATIONS.filter((operation) => operation !== 'login')
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), tasks(operations), async (scheduler, plan) => {
        const { model, memory, record, perform, lifeCycle, place, now } = world(scheduler)
        memory.compareAndSet(KEY, null, record(model.issue()), { ttl: Number.POSITIVE_INFINITY })
        await play(perform, scheduler, [...plan, ['delete']])
        expect(now()).toBeUndefined()
        // Nor do tokens that waited to be stored come back with the next uses.
        for (let use = 0; use < 2; use += 1) {
          await scheduler.waitFor(Promise.resolve(lifeCycle.current(place)).catch(() => undefined))
        }
        expect(now()).toBeUndefined()
      }),
      runs,
    )
  })

  it('stands at the time it was told', () => {
    expect(testClock().now()).toBe(NOW)
  })
})
