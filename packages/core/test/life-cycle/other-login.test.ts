import { describe, expect, it } from 'vitest'
import { LEASE } from '../../src/session/refresh-lease.js'
import { record } from '../../src/session/testing/life-cycle.js'
import type { TokenRecord } from '../../src/session/token-record.js'
import { current, expired } from './world.js'

describe('a login that comes while its key waits', () => {
  it('RF17: putting the first login again afterwards does not give the second', async () => {
    const { start, stored, write, time } = expired()
    write({ ...(stored() as TokenRecord), lease: { owner: 'dead', refreshHash: 'h', since: time.now, until: time.now + LEASE } })
    const waiter = start()
    const waiting = current(waiter)
    while (waiter.slept < 100) await Promise.resolve()
    const other = start()
    const token = { ...record('b').token, expires_in: 3600, expires_at: time.now + 3600 }
    await other.lifeCycle.put(other.place, record('b', { token }))
    expect((await waiting)?.token.access_token).toBe('access-b')
    // The first login's tokens were never spent.
    const again = { ...record('0').token, expires_in: 3600, expires_at: time.now + 3600 }
    const put = await waiter.lifeCycle.put(waiter.place, record('0', { token: again }))
    expect(put.token.access_token).toBe('access-0')
    expect(stored()?.token.access_token).toBe('access-0')
  })

  it('in the same process: who waits gets it', async () => {
    const { start, stored, write, server, time } = expired()
    write({ ...(stored() as TokenRecord), lease: { owner: 'dead', refreshHash: 'h', since: time.now, until: time.now + LEASE } })
    const waiter = start()
    const waiting = [current(waiter), current(waiter)]
    while (waiter.slept < 100) await Promise.resolve()
    const token = { ...record('b').token, expires_in: 3600, expires_at: time.now + 3600 }
    await waiter.lifeCycle.put(waiter.place, record('b', { token }))
    for (const one of waiting) expect((await one)?.token.access_token).toBe('access-b')
    expect(server.sent).toEqual([])
    expect(waiter.slept).toBeLessThan(LEASE * 1000)
  })
})
