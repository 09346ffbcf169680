import { describe, expect, it } from 'vitest'
import type { TokenSet } from '../message/token-set.js'
import { NOW, testClock } from './testing/fixture.js'
import { KEY, record, settled } from './testing/life-cycle.js'
import { slowStore } from './testing/stores.js'
import { TokenLifeCycle } from './token-life-cycle.js'
import type { TokenRecord } from './token-record.js'

const cc = (name: string, more: Partial<TokenRecord> = {}): TokenRecord =>
  record(name, {
    token: { access_token: name, token_type: 'Bearer', expires_at: NOW + 3600 } as TokenSet,
    grant: { type: 'client_credentials' },
    ...more,
  })

describe('what is given back, and what is not', () => {
  it('an older token put back during the second renewal: what that brings stays', async () => {
    const clock = testClock()
    const store = slowStore(clock.now)
    const revoked: string[] = []
    let gate: Promise<void> | undefined
    const life = new TokenLifeCycle({
      environment: clock,
      async renew({ token }) {
        await gate
        return { ...token, access_token: `${token.access_token}-2`, refresh_token: `${token.refresh_token}-2` }
      },
      revoke: async (t) => void revoked.push(t.refresh_token ?? t.access_token),
    })
    const place = { store, key: KEY }
    await life.put(place, record('a'))
    await life.renew(place)
    const g = Promise.withResolvers<void>()
    gate = g.promise
    const p = life.renew(place)
    await settled()
    const read = store.holdRead()
    const put = life.put(place, record('a'))
    await read.reached
    g.resolve()
    await settled()
    read.release()
    await Promise.allSettled([p, put])
    expect([revoked, store.peek(KEY)?.token.refresh_token]).toEqual([[], 'refresh-a-2-2'])
  })
  it('nor is it given back when it cannot be stored at once', async () => {
    const clock = testClock()
    const store = slowStore(clock.now)
    const revoked: string[] = []
    let gate: Promise<void> | undefined
    const life = new TokenLifeCycle({
      environment: clock,
      async renew({ token }) {
        await gate
        return { ...token, access_token: `${token.access_token}-2`, refresh_token: `${token.refresh_token}-2` }
      },
      revoke: async (t) => void revoked.push(t.refresh_token ?? t.access_token),
    })
    const place = { store, key: KEY }
    await life.put(place, record('a'))
    await life.renew(place)
    const g = Promise.withResolvers<void>()
    gate = g.promise
    const p = life.renew(place).catch((e: unknown) => e)
    await settled()
    await life.put(place, record('a'))
    store.failWrites(1)
    g.resolve()
    const r = (await p) as Error
    expect([r.name, revoked]).toEqual(['PersistError', []])
  })
  it('a machine token that fetch and renewal both got from the server stays', async () => {
    const clock = testClock()
    const store = slowStore(clock.now)
    const revoked: string[] = []
    const g = Promise.withResolvers<void>()
    const life = new TokenLifeCycle({
      environment: clock,
      async renew({ token }) {
        await g.promise
        return { ...token, access_token: 'B' }
      },
      revoke: async (t) => void revoked.push(t.refresh_token ?? t.access_token),
    })
    const place = { store, key: KEY }
    await life.put(place, cc('A'))
    const p = life.renew(place)
    await settled()
    await life.put(place, cc('B'))
    g.resolve()
    await p
    expect([revoked, store.peek(KEY)?.token.access_token]).toEqual([[], 'B'])
  })
  it('RF07: a refresh token that is not replaced stays, also beside a new login with it', async () => {
    const clock = testClock()
    const store = slowStore(clock.now)
    const revoked: string[] = []
    const life = new TokenLifeCycle({
      environment: clock,
      async renew({ token }) {
        return { ...token, access_token: `${token.access_token}-2` }
      },
      revoke: async (t) => void revoked.push(t.refresh_token ?? t.access_token),
    })
    const place = { store, key: KEY }
    await life.put(place, record('a'))
    store.failWrites(1)
    await life.renew(place).catch(() => undefined)
    const read = store.holdRead()
    const cur = Promise.resolve(life.current(place)).catch((e: unknown) => e)
    await read.reached
    const login = record('a')
    await life.put(place, { ...login, token: { ...login.token, access_token: 'new' } })
    read.release()
    await cur
    expect([revoked, store.peek(KEY)?.token]).toEqual([[], expect.objectContaining({ access_token: 'new', refresh_token: 'refresh-a' })])
  })
  it('a token put back whose write failed does not come over what it became', async () => {
    const clock = testClock()
    const store = slowStore(clock.now)
    const revoked: string[] = []
    const g = Promise.withResolvers<void>()
    let n = 0
    const life = new TokenLifeCycle({
      environment: clock,
      async renew({ token }) {
        if (n++ === 0) await g.promise
        return { ...token, access_token: `${token.access_token}-2`, refresh_token: `${token.refresh_token}-2` }
      },
      revoke: async (t) => void revoked.push(t.refresh_token ?? t.access_token),
    })
    const place = { store, key: KEY }
    await life.put(place, record('a'))
    const p = life.renew(place)
    await settled()
    store.failWrites(1)
    await life.put(place, record('a')).catch(() => undefined)
    const c = tokenHashOf(clock)
    g.resolve()
    await p
    clock.time += 40
    const { tokenHash } = await import('./token-hash.js')
    void c
    await life.rejected(place, await tokenHash(clock, store.peek(KEY) as TokenRecord))
    expect([revoked, store.peek(KEY)?.token.refresh_token]).toEqual([[], 'refresh-a-2-2'])
  })
})
function tokenHashOf(_: unknown) {
  return undefined
}
