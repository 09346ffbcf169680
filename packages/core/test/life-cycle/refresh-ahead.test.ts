import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LEASE } from '../../src/session/refresh-lease.js'
import { record, settled } from '../../src/session/testing/life-cycle.js'
import type { TokenRecord } from '../../src/session/token-record.js'
import { current, expired, on } from './world.js'

const unhandled: unknown[] = []
const note = (reason: unknown) => void unhandled.push(reason)
beforeEach(() => {
  unhandled.length = 0
  process.on('unhandledRejection', note)
})
afterEach(() => {
  process.off('unhandledRejection', note)
})
const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('refresh-ahead', () => {
  const machine = (name: string, expires_at: number): TokenRecord =>
    record(name, {
      grant: { type: 'client_credentials' },
      token: { access_token: `access-${name}`, token_type: 'Bearer', expires_in: 3600, expires_at },
    })

  it('causes no unhandled rejection when what it finds is a renewal that has failed', async () => {
    const { start, write, time } = expired()
    write(machine('m', time.now + 90))
    const answer = Promise.withResolvers<void>()
    const one = start(async () => {
      await answer.promise
      return { access_token: 'access-new', token_type: 'Bearer', expires_in: 3600, expires_at: time.now + 3600 }
    })
    expect((await current(one))?.token.access_token).toBe('access-m')
    await turn()
    // Another process deletes the token, and fetches it again: the server gives out the same as long as it is good.
    const other = start()
    await other.lifeCycle.delete(other.place)
    answer.resolve()
    await turn()
    await other.lifeCycle.put(other.place, machine('m', time.now + 90))
    expect((await current(one))?.token.access_token).toBe('access-m')
    await turn()
    expect(unhandled).toEqual([])
  })

  it('causes no unhandled rejection when a token waits to be stored', async () => {
    const { start, write, time } = expired()
    write(machine('m', time.now + 90))
    const one = start(async () => ({ access_token: 'access-new', token_type: 'Bearer', expires_in: 3600, expires_at: time.now + 3600 }))
    const gate = Promise.withResolvers<void>()
    let reads = 0
    const slow = on(one, (store) => ({
      get: async (key) => {
        const mine = ++reads
        const entry = await store.get(key)
        if (mine === 2) await gate.promise
        return entry
      },
    }))
    await current(slow)
    const late = current(slow)
    one.fail.compareAndSet = 0
    await settled()
    one.fail.compareAndSet = 1e9
    one.fail.get = 1e9
    gate.resolve()
    await late.catch(() => undefined)
    await turn()
    await turn()
    expect(unhandled).toEqual([])
  })

  it('asks once while the lease is held elsewhere', async () => {
    const { start, write, time, server } = expired()
    write({ ...machine('m', time.now + 90), lease: { owner: 'other', refreshHash: 'h', since: time.now, until: time.now + LEASE } })
    const one = start()
    expect((await current(one))?.token.access_token).toBe('access-m')
    await turn()
    expect(server.sent).toEqual([])
    expect(one.slept).toBe(0)
  })
})
