import { describe, expect, it } from 'vitest'
import { LEASE } from '../../src/session/refresh-lease.js'
import { NOW, testClock } from '../../src/session/testing/fixture.js'
import { KEY, record, settled } from '../../src/session/testing/life-cycle.js'
import type { Renew } from '../../src/session/testing/processes.js'
import { TokenLifeCycle } from '../../src/session/token-life-cycle.js'
import { current, expired, held, on } from './world.js'

describe('waiting', () => {
  it('is for a renewal, also when it brings the same tokens with a later expiry: one request in all', async () => {
    const { start, server, time } = expired()
    const same: Renew = async (old) => {
      await server.refresh({ ...old, token: { ...old.token, refresh_token: `r${server.sent.length}` } })
      return { ...old.token, expires_in: 3600, expires_at: time.now + 3600 }
    }
    const first = held(same)
    const one = current(start(first.slow))
    await first.reached
    const second = start(same)
    const other = current(second)
    while (second.slept < 100) await Promise.resolve()
    first.release()
    await Promise.all([one, other])
    expect(server.sent).toHaveLength(1)
  })

  it('ends as soon as the store tells of the change, where it can: nobody looks again before', async () => {
    const { start, server, time } = expired()
    const { slow, reached, release } = held((old) => server.refresh(old))
    const one = current(start(slow))
    await reached
    const watchers = new Set<() => void>()
    let reads = 0
    const base = start()
    // Sleeps until it is woken, where it can be.
    async function sleep(_ms: number, signal?: AbortSignal): Promise<void> {
      if (signal !== undefined) await new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    }
    const environment = testClock({ now: () => time.now, sleep })
    const waiter = on({ ...base, lifeCycle: new TokenLifeCycle({ environment, renew: server.refresh }) }, (store) => ({
      get: (key) => {
        reads += 1
        return store.get(key)
      },
      watch: (_key, changed) => {
        watchers.add(changed)
        return () => watchers.delete(changed)
      },
    }))
    const other = current(waiter)
    await settled()
    expect([watchers.size, reads]).toEqual([1, 1])
    release()
    await one
    for (const changed of watchers) changed()
    expect((await other)?.token.access_token).toBe('access-1')
    expect([watchers.size, reads]).toEqual([0, 2])
    expect(server.sent).toHaveLength(1)
  })

  it('goes on by looking where watch throws', async () => {
    const { start, server } = expired()
    const { slow, reached, release } = held((old) => server.refresh(old))
    const one = current(start(slow))
    await reached
    const waiter = on(start(), () => ({
      watch() {
        throw new Error('no more watches: access-0')
      },
    }))
    const other = current(waiter).catch((error: unknown) => error)
    await settled()
    release()
    expect(await other).toMatchObject({ token: { access_token: 'access-1' } })
    await one
  })

  it('goes on where the stop of a watch throws', async () => {
    const { start, server } = expired()
    const { slow, reached, release } = held((old) => server.refresh(old))
    const one = current(start(slow))
    await reached
    const waiter = on(start(), () => ({
      watch: () => () => {
        throw new Error('not watched')
      },
    }))
    const other = current(waiter).catch((error: unknown) => error)
    await settled()
    release()
    expect(await other).toMatchObject({ token: { access_token: 'access-1' } })
    await one
  })

  it('keeps its pauses where watch calls back at once, every time', async () => {
    const { start, server } = expired()
    const { slow, reached, release } = held((old) => server.refresh(old))
    const one = current(start(slow))
    await reached
    let reads = 0
    const base = start()
    const waiter = on(base, (store) => ({
      get: (key) => {
        reads += 1
        if (base.slept >= 1000 || reads === 5000) release()
        return store.get(key)
      },
      watch: (_key, changed) => {
        changed()
        return () => undefined
      },
    }))
    await current(waiter)
    await one
    expect(reads).toBeLessThan(110)
  })

  it('is one loop and one watch at a time, for 500 callers', async () => {
    const { start, server } = expired()
    const { slow, reached, release } = held((old) => server.refresh(old))
    const one = current(start(slow))
    await reached
    let watches = 0
    let most = 0
    let reads = 0
    const base = start()
    const waiter = on(base, (store) => ({
      get: (key) => {
        reads += 1
        return store.get(key)
      },
      watch: () => {
        watches += 1
        most = Math.max(most, watches)
        return () => {
          watches -= 1
        }
      },
    }))
    const all = Array.from({ length: 500 }, () => current(waiter))
    while (base.slept < 2000) await Promise.resolve()
    release()
    expect(new Set((await Promise.all(all)).map((found) => found?.token.access_token))).toEqual(new Set(['access-1']))
    await one
    expect(most).toBe(1)
    expect(watches).toBe(0)
    expect(reads).toBeLessThan(530)
    expect(base.events.filter(({ type }) => type === 'waiting')).toHaveLength(1)
  })

  it('lasts for two leases in all, however many hold it one after the other', async () => {
    const { start, time } = expired()
    const waiter = start()
    const began = time.now
    // Whoever holds it gives it back when its request has timed out, and another one takes it at once.
    let holder = 0
    const busy = on(waiter, (store) => ({
      get: async (key) => {
        const entry = await store.get(key)
        if (entry === undefined) return entry
        const turn = Math.floor((time.now - began) / 10)
        if (turn >= 20) return entry
        if (turn !== holder && time.now - began - turn * 10 < 0.6) {
          holder = turn
          return { ...entry, version: 'gone by now' }
        }
        return {
          ...entry,
          value: {
            ...entry.value,
            lease: { owner: `p${turn}`, refreshHash: 'h', since: began + turn * 10, until: began + turn * 10 + LEASE },
          },
        }
      },
    }))
    await expect(current(busy)).rejects.toMatchObject({ name: 'RefreshError', terminal: false })
    expect(time.now - began).toBeLessThan(2 * LEASE + 2)
  })

  it('has pauses where a store shows old versions for a while, as one with replicas does', async () => {
    const { start, time, server, write } = expired()
    const base = start()
    const stale = await base.place.store.get(KEY)
    write({ ...record('0', { token: { ...record('0').token, expires_in: 3600, expires_at: NOW + 3600 } }) })
    let reads = 0
    const lagging = on(base, (store) => ({
      get: (key) => {
        reads += 1
        return reads > 300 ? store.get(key) : Promise.resolve(stale && { ...stale, now: time.now })
      },
    }))
    const end = await current(lagging).catch((error: unknown) => error)
    expect(end).toBeDefined()
    expect(server.sent.length).toBeLessThan(2)
    expect(reads).toBeLessThan(200)
  })
})
