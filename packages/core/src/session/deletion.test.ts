import { describe, expect, it } from 'vitest'
import { type Answer, API, json, rotatingServer, sessionOver, testClock, wire } from './testing/fixture.js'
import { slowStore } from './testing/stores.js'
import { TokenLifeCycle } from './token-life-cycle.js'
import type { TokenRecord } from './token-record.js'

const KEY = 'alice'

function recordOf(refreshToken: string): TokenRecord {
  const token = { access_token: 'access', refresh_token: refreshToken, token_type: 'Bearer' }
  return { v: 1, issuer: 'i', token_endpoint: 't', client_id: 'c', generation: 0, grant: { type: 'authorization_code' }, token }
}

describe('RF05/F22: logout while a refresh is under way', () => {
  it('the session stays deleted, the new tokens are revoked, and the caller is told', async () => {
    const clock = testClock()
    const store = slowStore(clock.now)
    const as = rotatingServer()
    const asked = Promise.withResolvers<void>()
    const go = Promise.withResolvers<void>()
    const answer: Answer = async (request) => {
      if (request.endpoint === 'token') {
        asked.resolve()
        await go.promise
      }
      return as.answer(request)
    }
    const line = wire(answer)
    const session = sessionOver(line, { environment: clock, store, key: KEY })
    await session.setToken(as.issue())
    clock.time += 3601
    const call = session.http(`${API}/me`)
    await asked.promise
    await store.delete(KEY)
    go.resolve()
    await expect(call).rejects.toMatchObject({ code: 'OAUTH_REFRESH_TERMINAL', reason: 'session_deleted' })
    expect(store.peek(KEY)).toBeUndefined()
    expect(as.revoked).toEqual(['refresh-2'])
    expect(line.sent).toHaveLength(0)
    await expect(session.http(`${API}/me`)).rejects.toMatchObject({ code: 'OAUTH_MISSING_TOKEN' })
  })

  it('a revocation that fails changes nothing of that', async () => {
    const clock = testClock()
    const store = slowStore(clock.now)
    const line = wire(async ({ endpoint }) => {
      if (endpoint === 'revocation') throw new Error('down')
      await store.delete(KEY)
      return json({ access_token: 'a', token_type: 'Bearer' })
    })
    const session = sessionOver(line, { environment: clock, store, key: KEY })
    await session.setToken({ access_token: 'a', refresh_token: 'r', expires_at: 1 })
    await expect(session.http(`${API}/me`)).rejects.toMatchObject({ reason: 'session_deleted' })
  })

  it('a login that follows at once is not touched by the renewal before it', async () => {
    const clock = testClock()
    const store = slowStore(clock.now)
    const as = rotatingServer()
    const line = wire(async (request) => {
      if (request.endpoint !== 'token') return as.answer(request)
      await store.delete(KEY)
      await session.setToken({ access_token: 'bob', refresh_token: 'of-bob', expires_in: 3600 })
      return as.answer(request)
    })
    const session = sessionOver(line, { environment: clock, store, key: KEY })
    await session.setToken(as.issue())
    clock.time += 3601
    expect(await session.http(`${API}/me`)).toBe(200)
    expect(line.sent[0]?.authorization).toBe('Bearer bob')
    expect(store.peek(KEY)?.token.refresh_token).toBe('of-bob')
  })

  it('tokens that wait to be stored are given back when the session is deleted here', async () => {
    const clock = testClock()
    const store = slowStore(clock.now)
    const revoked: string[] = []
    const lifeCycle = new TokenLifeCycle({
      environment: clock,
      renew: async () => ({ access_token: 'new', refresh_token: 'new-refresh', token_type: 'Bearer' }),
      revoke: async ({ refresh_token }) => void revoked.push(refresh_token ?? ''),
    })
    const place = { store, key: KEY }
    await lifeCycle.put(place, recordOf('refresh-1'))
    store.failWrites(1)
    await expect(lifeCycle.renew(place)).rejects.toMatchObject({ code: 'OAUTH_PERSIST' })
    await lifeCycle.delete(place)
    expect(revoked).toEqual(['new-refresh'])
    expect(await lifeCycle.current(place)).toBeUndefined()
  })

  it('the token of the next login is renewed for itself, while the renewal before it is still under way', async () => {
    const clock = testClock()
    const store = slowStore(clock.now)
    const sent: string[] = []
    const first = Promise.withResolvers<void>()
    const lifeCycle = new TokenLifeCycle({
      environment: clock,
      renew: async ({ token }) => {
        sent.push(token.refresh_token ?? '')
        if (token.refresh_token === 'of-alice') await first.promise
        return { ...token, access_token: `for ${token.refresh_token}` }
      },
    })
    const place = { store, key: KEY }
    await lifeCycle.put(place, recordOf('of-alice'))
    const before = lifeCycle.renew(place)
    await lifeCycle.delete(place)
    await lifeCycle.put(place, recordOf('of-bob'))
    expect((await lifeCycle.renew(place)).token.access_token).toBe('for of-bob')
    first.resolve()
    expect((await before).token.access_token).toBe('for of-bob')
    expect(sent).toEqual(['of-alice', 'of-bob'])
  })

  it('RF17: keys do not share a renewal, whatever else they have in common', async () => {
    const clock = testClock()
    const store = slowStore(clock.now)
    let count = 0
    const lifeCycle = new TokenLifeCycle({ environment: clock, renew: async ({ token }) => ({ ...token, access_token: `new-${++count}` }) })
    const places = ['alice', 'bob'].map((key) => ({ store, key }))
    for (const place of places) await lifeCycle.put(place, recordOf('same'))
    const records = await Promise.all(places.map((place) => lifeCycle.renew(place)))
    expect(records.map(({ token }) => token.access_token)).toEqual(['new-1', 'new-2'])
  })

  it('a straggler of the deleted session does not send its spent token', async () => {
    const clock = testClock()
    const store = slowStore(clock.now)
    const as = rotatingServer()
    const line = wire(async (request) => {
      if (request.endpoint === 'token') await store.delete(KEY)
      return as.answer(request)
    })
    const session = sessionOver(line, { environment: clock, store, key: KEY })
    await session.setToken(as.issue())
    clock.time += 3601
    const held = store.holdRead()
    const straggler = session.http(`${API}/me`)
    await held.reached
    await expect(session.http(`${API}/me`)).rejects.toMatchObject({ reason: 'session_deleted' })
    held.release()
    await expect(straggler).rejects.toMatchObject({ reason: 'session_deleted' })
    expect(as.presented).toEqual(['refresh-1'])
  })

  it('a straggler of the deleted session leaves the next one alone', async () => {
    const clock = testClock()
    const store = slowStore(clock.now)
    const as = rotatingServer()
    const line = wire(as.answer)
    const session = sessionOver(line, { environment: clock, store, key: KEY })
    await session.setToken(as.issue())
    clock.time += 3601
    const held = store.holdRead()
    const straggler = session.http(`${API}/me`)
    await held.reached
    await session.http(`${API}/me`)
    await store.delete(KEY)
    await session.setToken({ access_token: 'bob', refresh_token: 'of-bob', expires_in: 3600 })
    held.release()
    await straggler
    expect(store.peek(KEY)?.token.refresh_token).toBe('of-bob')
    expect(as.presented).toEqual(['refresh-1'])
  })
})

describe('several places of one token', () => {
  /** Two requests of one browser: each sees the cookie it came with, and sets its own. */
  function views() {
    const clock = testClock()
    const as = rotatingServer()
    const lifeCycle = new TokenLifeCycle({
      environment: clock,
      renew: async (record) => {
        const response = await as.answer({
          body: new URLSearchParams({ refresh_token: record.token.refresh_token ?? '' }).toString(),
          endpoint: 'token',
        } as never)
        return { ...JSON.parse(new TextDecoder().decode(response.body)), expires_at: clock.time + 3600 }
      },
    })
    const record = { v: 1 as const, issuer: 'i', token_endpoint: 't', client_id: 'c', generation: 0, grant: { type: 'authorization_code' } }
    const token = { ...as.issue(), expires_at: clock.time - 1 }
    const place = async (options: { writable?: () => boolean } = {}) => {
      const store = slowStore(clock.now)
      await store.compareAndSet('token', null, { ...record, token }, { ttl: 60 })
      return { store, key: 'token', ...options }
    }
    return { clock, as, lifeCycle, place }
  }

  it('RF03/RF04: both get the new record, and both write it to their own place', async () => {
    const { as, lifeCycle, place } = views()
    const [one, two] = [await place(), await place()]
    await Promise.all([lifeCycle.current(one), lifeCycle.current(two)])
    const late = await place()
    await lifeCycle.current(late)
    for (const { store } of [one, two, late]) expect(store.peek()).toMatchObject({ generation: 1, token: { refresh_token: 'refresh-2' } })
    expect(as.presented).toEqual(['refresh-1'])
  })

  it('RF18: where the new token could not be kept, nothing is sent', async () => {
    const { as, lifeCycle, place } = views()
    await expect(lifeCycle.current(await place({ writable: () => false }))).rejects.toMatchObject({ code: 'OAUTH_SESSION_READ_ONLY' })
    expect(as.presented).toEqual([])
  })

  it('a place that cannot be written to is served by the renewal of another', async () => {
    const { as, lifeCycle, place } = views()
    const [fixed, open] = [await place({ writable: () => false }), await place()]
    await lifeCycle.current(open)
    expect(await lifeCycle.current(fixed)).toMatchObject({ token: { access_token: 'access-2' } })
    expect(fixed.store.peek()).toMatchObject({ generation: 0 })
    expect(as.presented).toEqual(['refresh-1'])
  })

  it('RF06: a record that one place could not keep is stored by the next, and the third gets it too; one refresh', async () => {
    const { as, lifeCycle, place } = views()
    const [one, two, three] = [await place(), await place(), await place()]
    one.store.failWrites(1)
    await expect(lifeCycle.current(one)).rejects.toMatchObject({ code: 'OAUTH_PERSIST' })
    await Promise.all([lifeCycle.current(two), lifeCycle.current(three)])
    for (const { store } of [two, three]) expect(store.peek()).toMatchObject({ generation: 1 })
    expect(as.presented).toEqual(['refresh-1'])
  })
})
