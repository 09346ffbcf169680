import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { defaultEnvironment } from '../environment.js'
import { EndpointError } from '../error/endpoint-error.js'
import { TransportError } from '../error/transport-error.js'
import { LEASE } from './refresh-lease.js'
import { NOW } from './testing/fixture.js'
import { KEY, record } from './testing/life-cycle.js'
import { current, expired, held, type Renew, type TestProcess } from './testing/processes.js'
import { tokenHash } from './token-hash.js'

const lost = () => new TransportError('token', { reason: 'reset', sent: 'maybe' })
const invalidGrant = new EndpointError({ endpoint: 'token', status: 400, error: 'invalid_grant' })
const types = ({ events }: TestProcess) => events.map(({ type }) => type)

/** One that has asked, and how it ends when the server refuses what it has sent. */
async function refusable(start: (renew: Renew) => TestProcess) {
  const reached = Promise.withResolvers<void>()
  const refused = Promise.withResolvers<never>()
  const asking = start(() => {
    reached.resolve()
    return refused.promise
  })
  const one = current(asking).catch((error: unknown) => error)
  await reached.promise
  return { one, refuse: () => refused.reject(invalidGrant) }
}

describe('RF02/F20: processes on one store', () => {
  it('ask the server once; those that wait get what it brought', async () => {
    const { start, server, time } = expired()
    const { slow, reached, release } = held((old) => server.refresh(old))
    const [first, second] = [start(slow), start()]
    const one = current(first)
    await reached
    const other = current(second)
    while (second.slept < 2000) await Promise.resolve()
    release()
    expect((await one)?.token.access_token).toBe('access-1')
    expect((await other)?.token.access_token).toBe('access-1')
    expect(server.sent).toEqual(['refresh-0'])
    expect(types(first)).toEqual(['refreshed'])
    expect(types(second)).toEqual(['waiting'])
    expect(time.now).toBeLessThan(NOW + 3601 + LEASE)
  })

  it('that start at the very same moment are one request, whoever wins', async () => {
    const { start, server } = expired()
    const all = Array.from({ length: 4 }, () => start())
    const tokens = await Promise.all(all.flatMap((one) => Array.from({ length: 50 }, () => current(one))))
    expect(new Set(tokens.map((token) => token?.token.access_token))).toEqual(new Set(['access-1']))
    expect(server.sent).toEqual(['refresh-0'])
  })

  it('use a token that is still valid while another process renews it, without a wait', async () => {
    const { start, server, write, time } = expired()
    write(record('0', { token: { ...record('0').token, expires_in: 3600, expires_at: time.now + 30 } }))
    const { slow, reached, release } = held((old) => server.refresh(old))
    const second = start()
    const one = current(start(slow))
    await reached
    expect((await current(second))?.token.access_token).toBe('access-0')
    expect(second.slept).toBe(0)
    release()
    await one
  })

  it('write down who renews what, since when and until when, before anything is sent', async () => {
    const { start, server, stored, time } = expired()
    const { slow, reached, release } = held((old) => server.refresh(old))
    const one = current(start(slow))
    await reached
    const since = time.now
    expect(stored()?.lease).toEqual({
      owner: expect.stringMatching(/^[\w-]{16}$/),
      refreshHash: expect.stringMatching(/^[\w-]{22}$/),
      since,
      until: since + LEASE,
    })
    release()
    await one
    expect(stored()).not.toHaveProperty('lease')
    expect(stored()?.previous).toEqual({ refreshHash: expect.stringMatching(/^[\w-]{22}$/), until: since + 30 })
  })

  it('F18: wait for a slow one no longer than two leases, and say that it may work later', async () => {
    const { start, write, time } = expired()
    const waiter = start()
    const lease = { owner: 'other', refreshHash: 'hash', since: time.now, until: time.now + 3600 }
    write(record('0', { lease, token: { ...record('0').token, expires_at: time.now - 1 } }))
    await expect(current(waiter)).rejects.toMatchObject({ name: 'RefreshError', terminal: false })
    expect(waiter.slept).toBeLessThan(2 * LEASE * 1000 + 1000)
  })

  it('renew with a wish of their own after another process has renewed without it', async () => {
    const { start, server } = expired()
    const { slow, reached, release } = held((old) => server.refresh(old))
    const second = start()
    const one = current(start(slow))
    await reached
    const wished = second.lifeCycle.renew(second.place, { scope: 'less' } as never)
    while (second.slept < 100) await Promise.resolve()
    release()
    await one
    expect((await wished).token.access_token).toBe('access-2')
    expect(server.sent).toEqual(['refresh-0', 'refresh-1'])
  })
})

describe('RF16/F19: a process dies while it holds the lease', () => {
  it('before it has sent: the next one goes on when the lease is over, with one request in all', async () => {
    const { start, server, time } = expired()
    const dead = start(() => new Promise(() => undefined))
    void current(dead)
    const next = start()
    expect((await current(next))?.token.access_token).toBe('access-1')
    expect(server.sent).toEqual(['refresh-0'])
    expect(time.now - NOW - 3601).toBeGreaterThanOrEqual(LEASE)
    expect(time.now - NOW - 3601).toBeLessThan(LEASE + 1)
  })

  it('after it has sent, at a server with a grace: the old token is tried once more, and works', async () => {
    const { start, server } = expired()
    server.grace = true
    const { slow, reached } = held((old) => server.refresh(old))
    void current(start(slow))
    await reached
    const [next, third] = [start(), start()]
    expect((await current(next))?.token.access_token).toBe('access-2')
    expect((await current(third))?.token.access_token).toBe('access-2')
    expect(server.sent).toEqual(['refresh-0', 'refresh-0'])
  })

  it('after it has sent, at a server without one: it ends with refresh_answer_lost, once, for all', async () => {
    const { start, server, stored } = expired()
    const { slow, reached } = held((old) => server.refresh(old))
    void current(start(slow))
    await reached
    const next = start()
    const reason = { name: 'RefreshError', terminal: true, reason: 'refresh_answer_lost' }
    await expect(current(next)).rejects.toMatchObject(reason)
    await expect(current(start())).rejects.toMatchObject(reason)
    expect(server.sent).toEqual(['refresh-0', 'refresh-0'])
    // It waited for the lease of the one that died, and for nothing else.
    expect(next.slept).toBeLessThan(LEASE * 1000 + 500)
    expect(stored()).toMatchObject({ ended: { reason: 'refresh_answer_lost' } })
    expect(stored()).not.toHaveProperty('lease')
    expect(stored()?.token).not.toHaveProperty('refresh_token')
  })

  it('twice, one after the other: the third knows all the same that the token may be spent', async () => {
    const { start, server } = expired()
    const first = held((old) => server.refresh(old))
    void current(start(first.slow))
    await first.reached
    // Dies before it sends: its lease takes the place of the one that told of the first.
    void current(start(() => new Promise(() => undefined)))
    await expect(current(start())).rejects.toMatchObject({ reason: 'refresh_answer_lost' })
    expect(server.sent).toEqual(['refresh-0', 'refresh-0'])
  })

  it('the journal keeps since when, whoever takes the lease next', async () => {
    const { start, server, stored, time } = expired()
    const first = held((old) => server.refresh(old))
    void current(start(first.slow))
    await first.reached
    const since = stored()?.lease?.since
    const second = held((old) => server.refresh(old))
    server.grace = true
    const other = current(start(second.slow))
    await second.reached
    expect(stored()?.lease).toMatchObject({ since, until: expect.closeTo(time.now + LEASE, 3) })
    second.release()
    await other
  })

  it('after it has sent, and the next finds the server down: the third knows all the same', async () => {
    const { start, server, stored } = expired()
    const first = held((old) => server.refresh(old))
    void current(start(first.slow))
    await first.reached
    const down = start(() => Promise.reject(new EndpointError({ endpoint: 'token', status: 503, error: 'temporarily_unavailable' })))
    await expect(current(down)).rejects.toMatchObject({ terminal: false })
    expect(stored()).toHaveProperty('lease')
    await expect(current(start())).rejects.toMatchObject({ reason: 'refresh_answer_lost' })
  })

  it('the lease of another token says nothing of this one', async () => {
    const { start, write, time } = expired()
    const lease = { owner: 'other', refreshHash: 'of another', since: NOW, until: NOW }
    write(record('0', { lease, token: { ...record('0').token, expires_at: time.now - 1 } }))
    await expect(current(start(() => Promise.reject(invalidGrant)))).rejects.toMatchObject({ reason: 'invalid_grant' })
  })

  it('the next goes on as soon as its lease is over, and has looked some times only', async () => {
    const { start, time } = expired()
    void current(start(() => new Promise(() => undefined)))
    const next = start()
    const { store } = next.place
    let reads = 0
    const counted = {
      ...store,
      get(key: string) {
        reads += 1
        return store.get(key)
      },
    }
    await next.lifeCycle.current({ ...next.place, store: counted })
    expect(time.now - NOW - 3601 - LEASE).toBeLessThan(0.01)
    expect(reads).toBeLessThan(80)
  })

  it('its lease is judged by the store: a process whose clock is an hour ahead does not take it over', async () => {
    const { start, server } = expired()
    const { slow, reached, release } = held((old) => server.refresh(old))
    const one = current(start(slow))
    await reached
    const ahead = start()
    ahead.skew = 3600
    const other = current(ahead)
    while (ahead.slept < 5000) await Promise.resolve()
    expect(server.sent).toHaveLength(1)
    release()
    expect((await other)?.token.access_token).toBe('access-1')
    await one
  })
})

describe('F05: the answer of a renewal is lost', () => {
  it('the record says so, another process tries the old token once, and the end says why', async () => {
    const { start, server, stored, time } = expired()
    const first = start(async (old) => {
      await server.refresh(old)
      throw lost()
    })
    await expect(current(first)).rejects.toMatchObject({ name: 'RefreshError', terminal: false })
    expect(stored()?.lease).toMatchObject({ since: time.now, until: time.now })
    expect(stored()?.token.refresh_token).toBe('refresh-0')
    await expect(current(start())).rejects.toMatchObject({ reason: 'refresh_answer_lost' })
    expect(server.sent).toEqual(['refresh-0', 'refresh-0'])
  })

  it.each([
    ['nothing was sent', new TransportError('token', { reason: 'refused', sent: 'no' })],
    ['the server is down', new EndpointError({ endpoint: 'token', status: 503, error: 'temporarily_unavailable' })],
    ['the client is refused', new EndpointError({ endpoint: 'token', status: 401, error: 'invalid_client' })],
  ])('where %s, the lease is given back, and a later end says nothing of a lost answer', async (_why, error) => {
    const { start, stored } = expired()
    await expect(current(start(() => Promise.reject(error)))).rejects.toThrow()
    expect(stored()).not.toHaveProperty('lease')
    await expect(current(start(() => Promise.reject(invalidGrant)))).rejects.toMatchObject({ reason: 'invalid_grant' })
  })
})

describe('F21: a process sleeps longer than its lease', () => {
  it('before it sends: it notices by its own clock, sends nothing, and uses what another has brought', async () => {
    const { start, server, time } = expired()
    const woken = Promise.withResolvers<void>()
    const sleeper = start(async (old, sending) => {
      await woken.promise
      sending()
      return server.refresh(old)
    })
    const one = current(sleeper)
    const other = await current(start())
    expect(other?.token.access_token).toBe('access-1')
    time.now += 1
    woken.resolve()
    expect((await one)?.token.access_token).toBe('access-1')
    expect(server.sent).toEqual(['refresh-0'])
  })

  it.each([
    ['with a grace: it uses what the other has brought', true, { token: expect.objectContaining({ access_token: 'access-2' }) }],
    ['without one: it says what the other has written, that the answer was lost', false, { terminal: true, reason: 'refresh_answer_lost' }],
  ])('while the server answers, so that its request is broken off, at a server %s', async (_how, grace, outcome) => {
    const { start, server, time } = expired()
    server.grace = grace
    const { slow, reached, release } = held((old) => server.refresh(old))
    const sleeper = start((old, sending) => slow(old, sending).then(() => Promise.reject(lost())))
    const one = current(sleeper).catch((error: unknown) => error)
    await reached
    time.now += LEASE + 1
    await current(start()).catch(() => undefined)
    release()
    expect(await one).toMatchObject(outcome)
    expect(server.sent).toEqual(['refresh-0', 'refresh-0'])
  })

  it.each([
    [4.9, 1],
    [5.1, 2],
  ])('for %d s, before it sends: the answer has to come within the lease, so it takes %d of them', async (seconds, leases) => {
    const { start, server, time } = expired()
    let attempts = 0
    const sleeper = start((old, sending) => {
      attempts += 1
      if (attempts === 1) time.now += seconds
      sending()
      return server.refresh(old)
    })
    await current(sleeper)
    expect(attempts).toBe(leases)
    expect(server.sent).toEqual(['refresh-0'])
  })

  it('again and again: it tries three leases, and then says that it may work later', async () => {
    const { start, server, time } = expired()
    let attempts = 0
    const sleeper = start((old, sending) => {
      attempts += 1
      time.now += 60
      if (attempts > 10) throw new Error('for ever')
      sending()
      return server.refresh(old)
    })
    await expect(current(sleeper)).rejects.toMatchObject({ name: 'RefreshError', terminal: false })
    expect(attempts).toBe(3)
    expect(server.sent).toEqual([])
  })

  it('before it sends, and nobody else came: it takes the lease again and sends once', async () => {
    const { start, server, time, stored } = expired()
    let sleeps = 1
    const sleeper = start((old, sending) => {
      if (sleeps-- > 0) time.now += 60
      sending()
      return server.refresh(old)
    })
    expect((await current(sleeper))?.token.access_token).toBe('access-1')
    expect(server.sent).toEqual(['refresh-0'])
    expect(stored()).not.toHaveProperty('lease')
  })

  it('after it has sent: its late write does not come over the newer token', async () => {
    const { start, server, stored } = expired()
    server.grace = true
    const { slow, reached, release } = held((old) => server.refresh(old))
    const one = current(start(slow))
    await reached
    expect((await current(start()))?.token.access_token).toBe('access-2')
    release()
    expect((await one)?.token.access_token).toBe('access-2')
    expect(stored()?.token.refresh_token).toBe('refresh-2')
  })

  it('after it has sent, at a server without a grace: the end that the next one wrote stands, and what came too late is given back', async () => {
    const { start, server, stored } = expired()
    const { slow, reached, release } = held((old) => server.refresh(old))
    const sleeper = start(slow)
    const one = current(sleeper).catch((error: unknown) => error)
    await reached
    const ended = { terminal: true, reason: 'refresh_answer_lost' }
    const next = start()
    await expect(current(next)).rejects.toMatchObject(ended)
    expect(next.events).toMatchObject([{ type: 'waiting' }, { type: 'ended', reason: 'refresh_answer_lost' }])
    release()
    expect(await one).toMatchObject(ended)
    expect(sleeper.revoked).toEqual(['refresh-1'])
    expect(stored()).toMatchObject({ ended: { reason: 'refresh_answer_lost' }, token: { access_token: 'access-0' } })
    await expect(current(sleeper)).rejects.toMatchObject(ended)
    expect(server.sent).toEqual(['refresh-0', 'refresh-0'])
  })

  it('after it has sent, and who took over is refused: that one waits for it and uses what it brought', async () => {
    const { start, server, stored } = expired()
    const first = held((old) => server.refresh(old))
    const one = current(start(first.slow))
    await first.reached
    const refused = Promise.withResolvers<void>()
    const second = start(async (old) => {
      const answer = server.refresh(old).catch((error: unknown) => error)
      first.release()
      await one
      refused.resolve()
      throw await answer
    })
    expect((await current(second))?.token.access_token).toBe('access-1')
    await refused.promise
    expect(stored()?.token.refresh_token).toBe('refresh-1')
  })

  it('an invalid_grant for a token whose lease another process holds ends nothing: the other one decides', async () => {
    const { start, server, stored } = expired()
    server.grace = true
    const sleeper = held((old) => server.refresh(old))
    const refusing = start(async (old, sending) => {
      await sleeper.slow(old, sending)
      throw new EndpointError({ endpoint: 'token', status: 400, error: 'invalid_grant' })
    })
    const one = current(refusing)
    await sleeper.reached
    const second = held((old) => server.refresh(old))
    const other = current(start(second.slow))
    await second.reached
    sleeper.release()
    while (refusing.slept === 0) await Promise.resolve()
    expect(stored()).not.toHaveProperty('ended')
    second.release()
    expect((await one)?.token.access_token).toBe('access-2')
    expect((await other)?.token.access_token).toBe('access-2')
  })
})

describe('RF11/F13: the server takes the refresh token no more', () => {
  it('who waits for the one that asked is told the reason, and asks no more', async () => {
    const { start, server } = expired()
    const { one, refuse } = await refusable(start)
    const waiter = start()
    const waiting = current(waiter)
    while (waiter.slept < 100) await Promise.resolve()
    refuse()
    await expect(waiting).rejects.toMatchObject({ terminal: true, reason: 'invalid_grant' })
    expect(await one).toMatchObject({ reason: 'invalid_grant' })
    expect(server.sent).toEqual([])
  })

  it('after a lease that ran out before anything was sent: the reason says nothing of a lost answer', async () => {
    const { start, time } = expired()
    let attempts = 0
    const sleeper = start((_old, sending) => {
      attempts += 1
      if (attempts === 1) time.now += 60
      sending()
      throw invalidGrant
    })
    await expect(current(sleeper)).rejects.toMatchObject({ reason: 'invalid_grant' })
    expect(attempts).toBe(2)
  })

  it('and another, which took the lease over, has lost its answer: the end says so', async () => {
    const { start, stored } = expired()
    const { one, refuse } = await refusable(start)
    await expect(current(start(() => Promise.reject(lost())))).rejects.toMatchObject({ terminal: false })
    refuse()
    expect(await one).toMatchObject({ terminal: true, reason: 'refresh_answer_lost' })
    expect(stored()).toMatchObject({ ended: { reason: 'refresh_answer_lost' } })
  })

  it('and a login comes at the very moment in which that is written down: it stays, and is used', async () => {
    const { start, stored, write, time } = expired()
    const one = start(() => Promise.reject(invalidGrant))
    const { store } = one.place
    const compareAndSet: typeof store.compareAndSet = (key, expected, value, options) => {
      if (value.ended !== undefined) write(record('login', { token: { ...record('login').token, expires_at: time.now + 3600 } }))
      return store.compareAndSet(key, expected, value, options)
    }
    const used = await one.lifeCycle.current({ ...one.place, store: { ...store, compareAndSet } })
    expect(used?.token.access_token).toBe('access-login')
    expect(stored()?.token.access_token).toBe('access-login')
  })
})

describe('F21: a store that answers late', () => {
  it('a read that was long on its way makes no lease that is over when the token is sent', async () => {
    const { start, server, stored, time } = expired()
    const slow = start((old, sending) => {
      sending()
      expect(stored()?.lease?.until).toBeGreaterThan(time.now + 9)
      return server.refresh(old)
    })
    slow.lateRead = LEASE + 1
    expect((await current(slow))?.token.access_token).toBe('access-1')
    expect(server.sent).toEqual(['refresh-0'])
  })
})

describe('RF05/F22: a logout in another process while a token is renewed', () => {
  it('the session stays deleted, and the new tokens are given back', async () => {
    const { start, server, stored } = expired()
    const { slow, reached, release } = held((old) => server.refresh(old))
    const first = start(slow)
    const one = current(first)
    await reached
    const second = start()
    await second.lifeCycle.delete(second.place)
    release()
    await expect(one).rejects.toMatchObject({ name: 'RefreshError', reason: 'session_deleted' })
    expect(stored()).toBeUndefined()
    expect(first.revoked).toEqual(['refresh-1'])
    expect(first.events).toMatchObject([{ type: 'ended', reason: 'session_deleted' }])
  })

  it('here, while the new token is written again to a store that fails: it is told, and the new tokens are given back once', async () => {
    const { start, server, stored } = expired()
    const { slow, reached, release } = held((old) => server.refresh(old))
    const one = start(slow)
    const token = current(one)
    await reached
    one.fail.compareAndSet = 1
    release()
    while (one.slept === 0) await Promise.resolve()
    await one.lifeCycle.delete(one.place)
    await expect(token).rejects.toMatchObject({ name: 'RefreshError', reason: 'session_deleted' })
    expect(stored()).toBeUndefined()
    expect(one.revoked).toEqual(['refresh-1'])
  })

  it('who waits for the renewal is told, too', async () => {
    const { start, server } = expired()
    const { slow, reached, release } = held((old) => server.refresh(old))
    const one = current(start(slow)).catch((error: unknown) => error)
    await reached
    const waiter = start()
    const waiting = current(waiter)
    while (waiter.slept < 100) await Promise.resolve()
    await waiter.lifeCycle.delete(waiter.place)
    await expect(waiting).rejects.toMatchObject({ reason: 'session_deleted' })
    release()
    expect(await one).toMatchObject({ reason: 'session_deleted' })
  })
})

describe("the straggler's grace across processes", () => {
  it('an application that puts the spent token back gets what it became, within the grace time', async () => {
    const { start, server, stored } = expired()
    await current(start())
    const late = start()
    const put = await late.lifeCycle.put(late.place, record('0'))
    expect(put.token.access_token).toBe('access-1')
    expect(stored()?.token.refresh_token).toBe('refresh-1')
    expect(server.sent).toEqual(['refresh-0'])
  })

  it('the grace time begins with the answer, however long that took', async () => {
    const { start, server, stored, time } = expired()
    await current(
      start(async (old, sending) => {
        sending()
        time.now += 9
        return server.refresh(old)
      }),
    )
    expect(stored()?.previous?.until).toBeCloseTo(time.now + 30, 3)
  })

  it('so does one that is behind by two renewals, each in its own grace', async () => {
    const { start, server, stored, time } = expired()
    const one = start()
    await current(one)
    time.now += 20
    await one.lifeCycle.renew(one.place)
    const late = start()
    expect((await late.lifeCycle.put(late.place, record('0'))).token.access_token).toBe('access-2')
    time.now += 10
    await one.lifeCycle.renew(one.place)
    expect(stored()?.previous?.earlier).toHaveLength(1)
    await late.lifeCycle.put(late.place, record('0'))
    expect(stored()?.token.refresh_token).toBe('refresh-0')
    expect(server.sent).toEqual(['refresh-0', 'refresh-1', 'refresh-2'])
  })

  it('after the grace time it is a login like any other', async () => {
    const { start, stored, time } = expired()
    await current(start())
    time.now += 30
    const late = start()
    await late.lifeCycle.put(late.place, record('0'))
    expect(stored()?.token.refresh_token).toBe('refresh-0')
  })

  it('putting the token again that another process is renewing takes nobody the lease', async () => {
    const { start, server, stored } = expired()
    const { slow, reached, release } = held((old) => server.refresh(old))
    const one = current(start(slow))
    await reached
    const other = start()
    const old = record('0', { token: { ...record('0').token, expires_at: NOW } })
    await other.lifeCycle.put(other.place, old)
    const waiting = current(other)
    while (other.slept < 100) await Promise.resolve()
    release()
    expect((await waiting)?.token.access_token).toBe('access-1')
    expect((await one)?.token.access_token).toBe('access-1')
    expect(server.sent).toEqual(['refresh-0'])
    expect(stored()?.token.refresh_token).toBe('refresh-1')
  })
})

describe('a spent token that is put back late', () => {
  it('is not taken for a renewal by who waits for one', async () => {
    const { start, server, time } = expired()
    const dead = start(() => new Promise(() => undefined))
    void current(dead)
    const waiter = start()
    const waiting = current(waiter)
    while (waiter.slept < 100) await Promise.resolve()
    await dead.lifeCycle.put(dead.place, record('0', { token: { ...record('0').token, expires_at: time.now - 1 } }))
    expect((await waiting)?.token.access_token).toBe('access-1')
    expect(server.sent).toEqual(['refresh-0'])
  })

  it('does not come over what it became, when another process renews it meanwhile, and however late it is tried again', async () => {
    const { start, server, stored, time } = expired()
    const [one, late] = [start(), start()]
    const { store } = late.place
    let first = true
    const place = {
      ...late.place,
      store: {
        ...store,
        async compareAndSet(...args: Parameters<typeof store.compareAndSet>) {
          if (first) {
            first = false
            await current(one)
            late.fail.get = 1
          }
          return store.compareAndSet(...args)
        },
      },
    }
    await expect(late.lifeCycle.put(place, record('0'))).rejects.toMatchObject({ name: 'PersistError' })
    time.now += 60
    expect((await late.lifeCycle.current(place))?.token.access_token).toBe('access-1')
    expect(stored()?.token.refresh_token).toBe('refresh-1')
    expect(server.sent).toEqual(['refresh-0'])
  })
})

describe('RF15/F23: clocks that differ, and tiny lifetimes', () => {
  it('a process whose clock is an hour ahead does not renew what another has just renewed', async () => {
    const { start, server, time } = expired()
    const [one, ahead] = [start(), start()]
    ahead.skew = 3600
    await current(one)
    for (let turn = 0; turn < 20; turn++) {
      expect((await current(ahead))?.token.access_token).toBe('access-1')
      await current(one)
      time.now += 60
    }
    expect(server.sent).toEqual(['refresh-0'])
  })

  it('a process whose clock is an hour behind renews when the others would', async () => {
    const { start, server, time } = expired()
    const [one, behind] = [start(), start()]
    behind.skew = -3600
    await current(one)
    time.now += 3600
    expect((await current(behind))?.token.access_token).toBe('access-2')
    expect(server.sent).toEqual(['refresh-0', 'refresh-1'])
  })

  it('tokens that last for no time at all are renewed once a second by all processes together', async () => {
    const { start, server, time } = expired()
    const none: Renew = async (old) => ({ ...(await server.refresh(old)), expires_in: 0, expires_at: NOW })
    const all = [start(none), start(none), start(none)]
    for (let turn = 0; turn < 30; turn++) {
      for (const one of all) await current(one)
      time.now += 0.1
    }
    expect(server.sent).toHaveLength(3)
  })

  it('a resource that refuses what another process has just brought is asked no second time', async () => {
    const { start, server } = expired()
    const [one, other] = [start(), start()]
    const brought = await current(one)
    const hash = await tokenHash(defaultEnvironment(), brought ?? record('none'))
    expect(await other.lifeCycle.rejected(other.place, hash)).toBe(false)
    expect(server.sent).toEqual(['refresh-0'])
  })
})

describe('F16/F17: the store fails', () => {
  it('before the lease is taken: nothing is sent, and the failure is told as the store’s', async () => {
    const { start, server } = expired()
    const one = start()
    one.fail.compareAndSet = 1
    await expect(current(one)).rejects.toMatchObject({ name: 'StoreError' })
    expect(server.sent).toEqual([])
    expect((await current(one))?.token.access_token).toBe('access-1')
  })

  it('LG01: before the lease is taken: the error of the store shows nothing of what was to be written', async () => {
    const { start } = expired()
    const one = start()
    const compareAndSet = (...write: unknown[]) => Promise.reject(new Error(`SET ${JSON.stringify(write)}`))
    const place = { ...one.place, store: { ...one.place.store, compareAndSet } }
    const error = await Promise.resolve(one.lifeCycle.current(place)).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ name: 'StoreError' })
    expect(inspect(error, { depth: null, showHidden: true })).not.toMatch(/access-0|refresh-0/)
  })

  it('when the lease is given back: what is told is why the token was not renewed', async () => {
    const { start, server, time } = expired()
    const one = start(async () => {
      one.fail.compareAndSet = 1
      throw new EndpointError({ endpoint: 'token', status: 503, error: 'temporarily_unavailable' })
    })
    await expect(current(one)).rejects.toMatchObject({ name: 'RefreshError', terminal: false })
    expect((await current(start()))?.token.access_token).toBe('access-1')
    expect(server.sent).toEqual(['refresh-0'])
    expect(time.now - NOW - 3601).toBeGreaterThanOrEqual(LEASE)
  })

  it('before the lease is taken: a token that is still valid is used meanwhile', async () => {
    const { start, server, write, time } = expired()
    write(record('0', { token: { ...record('0').token, expires_in: 3600, expires_at: time.now + 30 } }))
    const one = start()
    one.fail.compareAndSet = 1
    expect((await current(one))?.token.access_token).toBe('access-0')
    expect(server.sent).toEqual([])
  })

  it('for a moment after the token came: it is written again while the lease lasts, and nobody notices', async () => {
    const { start, server, stored } = expired()
    const { slow, reached, release } = held((old) => server.refresh(old))
    const one = start(slow)
    const token = current(one)
    await reached
    one.fail.compareAndSet = 3
    release()
    expect((await token)?.token.access_token).toBe('access-1')
    expect(stored()?.token.refresh_token).toBe('refresh-1')
    expect(types(one)).toContain('persist-failed')
  })

  it('altogether after the token came: PersistError with the token', async () => {
    const { start, server } = expired()
    const { slow, reached, release } = held((old) => server.refresh(old))
    const one = start(slow)
    const token = current(one)
    await reached
    Object.assign(one.fail, { get: 1e9, compareAndSet: 1e9 })
    release()
    await expect(token).rejects.toMatchObject({ name: 'PersistError', token: { access_token: 'access-1' } })
    Object.assign(one.fail, { get: 0, compareAndSet: 0 })
    expect((await current(one))?.token.access_token).toBe('access-1')
    expect(server.sent).toEqual(['refresh-0'])
  })

  it('for longer: PersistError with the token, and the next use stores it without asking the server again', async () => {
    const { start, server, stored } = expired()
    const { slow, reached, release } = held((old) => server.refresh(old))
    const one = start(slow)
    const token = current(one)
    await reached
    one.fail.compareAndSet = 1e9
    release()
    await expect(token).rejects.toMatchObject({ name: 'PersistError', token: { access_token: 'access-1' } })
    one.fail.compareAndSet = 0
    expect((await current(one))?.token.access_token).toBe('access-1')
    expect(server.sent).toEqual(['refresh-0'])
    expect(stored()?.token.refresh_token).toBe('refresh-1')
  })
})

describe('what is told of it', () => {
  it('names the token by its key and its hash, and holds no token', async () => {
    const { start } = expired()
    const one = start()
    await current(one)
    expect(one.events).toEqual([{ type: 'refreshed', key: KEY, tokenHash: expect.stringMatching(/^[\w-]{22}$/), detail: 'generation 1' }])
    expect(JSON.stringify(one.events)).not.toMatch(/access-|refresh-/)
  })
})
