import { describe, expect, it } from 'vitest'
import type { TokenSet } from '../message/token-set.js'
import { memoryStore } from './memory-store.js'
import type { StoreEntry } from './store.js'
import { NOW, testClock } from './testing/fixture.js'
import { heldLifeCycle, KEY, record, settled } from './testing/life-cycle.js'
import { slowStore } from './testing/stores.js'
import { TokenLifeCycle } from './token-life-cycle.js'
import type { TokenRecord, TokenStore } from './token-record.js'

const cc = (name: string, more: Partial<TokenRecord> = {}): TokenRecord =>
  record(name, {
    token: { access_token: name, token_type: 'Bearer', expires_at: NOW + 3600 } as TokenSet,
    grant: { type: 'client_credentials' },
    ...more,
  })

describe('interleavings of renewals and logins', () => {
  it('a server that gives a machine token that it gave before: it is stored, and no chain of renewals goes round', async () => {
    const clock = testClock()
    const store = memoryStore<TokenRecord>(clock)
    let n = 0
    const life = new TokenLifeCycle({ environment: clock, renew: async ({ token }) => ({ ...token, access_token: ++n % 2 ? 'B' : 'A' }) })
    const place = { store, key: KEY }
    await life.put(place, cc('A'))
    await life.renew(place)
    await life.renew(place)
    await life.put(place, cc('A'))
    expect((await life.current(place))?.token.access_token).toBe('A')
  })
  it('fetchToken stores the token that the server gave, also one that was replaced a moment ago', async () => {
    const clock = testClock()
    const store = memoryStore<TokenRecord>(clock)
    const life = new TokenLifeCycle({ environment: clock, renew: async ({ token }) => ({ ...token, access_token: 'B' }) })
    const place = { store, key: KEY }
    await life.put(place, cc('A'))
    await life.renew(place)
    await life.delete(place)
    await life.put(place, cc('A', { token: { access_token: 'A', token_type: 'Bearer', expires_at: NOW + 9999 } }))
    expect(store.get(KEY)).toMatchObject({ value: { token: { access_token: 'A' } } })
  })
  it('the same token put back, whose write failed, is no login that a later renewal has to make way for', async () => {
    const { lifeCycle, place, store, revoked, release } = heldLifeCycle({ updateToken: () => undefined })
    await lifeCycle.put(place, record('a'))
    const renewal = lifeCycle.renew(place)
    await settled()
    store.failWrites(1)
    await expect(lifeCycle.put(place, record('a'))).rejects.toMatchObject({ name: 'PersistError' })
    release()
    expect((await renewal).token.access_token).toBe('access-a-2')
    expect((await lifeCycle.current(place))?.token.access_token).toBe('access-a-2')
    const next = await lifeCycle.renew(place)
    expect([next.token.access_token, store.peek(KEY)?.token.access_token, revoked]).toEqual(['access-a-2-2', 'access-a-2-2', []])
  })
  const fixed = (name: string, more: Partial<TokenRecord> = {}) =>
    record(name, { token: { access_token: `access-${name}`, refresh_token: 'R', token_type: 'Bearer', expires_at: NOW + 3600 }, ...more })
  it('RF07: a new login with the same refresh token is stored, also while a renewal waits to be stored', async () => {
    const clock = testClock()
    const store = slowStore(clock.now)
    const life = new TokenLifeCycle({ environment: clock, renew: async ({ token }) => ({ ...token, access_token: 'renewed' }) })
    const place = { store, key: KEY }
    await life.put(place, fixed('one'))
    store.failWrites(1)
    await expect(life.renew(place)).rejects.toMatchObject({ name: 'PersistError' })
    await life.put(place, fixed('new-login', { subject: 'x' }))
    expect(store.peek(KEY)?.token.access_token).toBe('access-new-login')
  })
  it('RF07: after a logout and a login with the same refresh token, the renewal before them has no say', async () => {
    const clock = testClock()
    const store = memoryStore<TokenRecord>(clock)
    let n = 0
    const life = new TokenLifeCycle({ environment: clock, renew: async ({ token }) => ({ ...token, access_token: `renewed-${++n}` }) })
    const place = { store, key: KEY }
    await life.put(place, fixed('one'))
    await life.renew(place)
    await life.delete(place)
    await life.put(place, fixed('new-login', { subject: 'new' }))
    const got = await life.renew(place)
    expect([got.token.access_token, got.subject]).toEqual(['renewed-2', 'new'])
  })
  it('what a renewal brings after a logout and a login is given back', async () => {
    const { lifeCycle, place, store, revoked, release } = heldLifeCycle()
    await lifeCycle.put(place, record('old'))
    const renewal = lifeCycle.renew(place)
    await settled()
    await lifeCycle.delete(place)
    await lifeCycle.put(place, record('bob'))
    release()
    await renewal.catch(() => undefined)
    expect([store.peek(KEY)?.token.access_token, revoked]).toEqual(['access-bob', ['refresh-old-2']])
  })
  it('so is it after a login alone', async () => {
    const { lifeCycle, place, store, revoked, release } = heldLifeCycle()
    await lifeCycle.put(place, record('old'))
    const renewal = lifeCycle.renew(place)
    await settled()
    await lifeCycle.put(place, record('bob'))
    release()
    await renewal.catch(() => undefined)
    expect([store.peek(KEY)?.token.access_token, revoked]).toEqual(['access-bob', ['refresh-old-2']])
  })
  it('two renewals and two logins under one key do not wait for each other', async () => {
    const clock = testClock()
    const store = slowStore(clock.now)
    const gates: Record<string, PromiseWithResolvers<void>> = {
      'refresh-x': Promise.withResolvers<void>(),
      'refresh-y': Promise.withResolvers<void>(),
    }
    const life = new TokenLifeCycle({
      environment: clock,
      async renew({ token }) {
        await gates[token.refresh_token ?? '']?.promise
        return { ...token, access_token: `${token.access_token}-2`, refresh_token: `${token.refresh_token}-2` }
      },
      revoke: async () => undefined,
    })
    const place = { store, key: KEY }
    await life.put(place, record('x'))
    const r1 = life.renew(place)
    await settled()
    await life.put(place, record('y'))
    const r2 = life.renew(place)
    await settled()
    await life.put(place, record('z'))
    const p1 = life.put(place, record('y'))
    await new Promise((r) => setTimeout(r, 50))
    gates['refresh-x']?.resolve()
    await new Promise((r) => setTimeout(r, 50))
    const p2 = life.put(place, record('x'))
    await new Promise((r) => setTimeout(r, 50))
    gates['refresh-y']?.resolve()
    await Promise.allSettled([r1, r2, p1, p2])
  }, 3000)
  it('a login whose write came second, and whose next look at the store failed, is stored at the next use', async () => {
    const clock = testClock()
    const memory = memoryStore<TokenRecord>(clock)
    let conflict = true
    let failRead = false
    const store: TokenStore = {
      async get(key) {
        if (failRead) {
          failRead = false
          throw new Error('down')
        }
        return memory.get(key)
      },
      async compareAndSet(key, expected, value, o) {
        if (conflict && value.token.access_token === 'access-bob') {
          conflict = false
          failRead = true
          // another process renews alice just now
          const e = memory.get(key) as StoreEntry<TokenRecord>
          memory.compareAndSet(key, e.version, { ...e.value, token: record('alice-2').token, generation: 1 }, o)
        }
        return memory.compareAndSet(key, expected, value, o)
      },
      delete: memory.delete,
    }
    const life = new TokenLifeCycle({ environment: clock, renew: () => Promise.reject(new Error('not asked')) })
    const place = { store, key: KEY }
    conflict = false
    await life.put(place, record('alice'))
    conflict = true
    await expect(life.put(place, record('bob'))).rejects.toMatchObject({ name: 'PersistError' })
    expect((await life.current(place))?.token.access_token).toBe('access-bob')
  })
  it('RF07: the same expired token put again while it is renewed is not served', async () => {
    const clock = testClock()
    const store = slowStore(clock.now)
    const gate = Promise.withResolvers<void>()
    const life = new TokenLifeCycle({
      environment: clock,
      renew: async ({ token }) => {
        await gate.promise
        return { ...token, access_token: 'renewed' }
      },
    })
    const place = { store, key: KEY }
    const expired = fixed('db', { token: { access_token: 'expired', refresh_token: 'R', token_type: 'Bearer', expires_at: NOW - 10 } })
    await life.put(place, expired)
    const using = life.current(place)
    await settled()
    await life.put(place, expired)
    gate.resolve()
    expect((await using)?.token.access_token).toBe('renewed')
  })
  it('a machine token that comes again and again can be renewed again and again', async () => {
    const clock = testClock()
    const store = memoryStore<TokenRecord>(clock)
    let n = 0
    const life = new TokenLifeCycle({ environment: clock, renew: async ({ token }) => ({ ...token, access_token: ++n % 2 ? 'B' : 'A' }) })
    const place = { store, key: KEY }
    await life.put(place, cc('A'))
    await life.renew(place)
    await life.renew(place)
    process.stderr.write('third renewal\n')
    await life.renew(place)
    process.stderr.write('done\n')
  })
  it('RF15: a renewal that failed does not hide the one before it', async () => {
    const { renewalMemory } = await import('./renewal-memory.js')
    let now = 0
    const memory = renewalMemory({ monotonic: () => now })
    const store = memoryStore<TokenRecord>()
    const place = { store, key: 'k' }
    const r1 = fixed('two', { generation: 1 })
    memory.add(place, fixed('one'), Promise.resolve(r1))
    await settled()
    memory.add(place, r1, Promise.reject(new Error('down')))
    await settled()
    now += 100_000
    memory.add({ store, key: 'last' }, record('l'), Promise.resolve(record('l2')))
    expect(memory.age(place, r1)).toBeUndefined()
  })
  it('a login over a renewal that waits to be stored gives the tokens of that back', async () => {
    const { lifeCycle, place, store, revoked, release } = heldLifeCycle()
    release()
    await lifeCycle.put(place, record('old'))
    store.failWrites(1)
    await expect(lifeCycle.renew(place)).rejects.toMatchObject({ name: 'PersistError' })
    await lifeCycle.put(place, record('bob'))
    expect(revoked).toEqual(['refresh-old-2'])
  })
  it('logouts elsewhere, however many, do not make a renewal count as logged out', async () => {
    const { lifeCycle, place, store, revoked, release } = heldLifeCycle()
    await lifeCycle.put(place, record('a'))
    await lifeCycle.delete(place)
    await lifeCycle.put(place, record('b'))
    const renewal = lifeCycle.renew(place)
    await settled()
    for (let i = 0; i < 501; i++) await lifeCycle.delete({ store, key: `u${i}` })
    store.failWrites(1)
    release()
    await expect(renewal).rejects.toMatchObject({ name: 'PersistError' })
    expect(revoked).toEqual([])
  })
})
