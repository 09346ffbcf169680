import { describe, expect, it } from 'vitest'
import type { TokenSet } from '../message/token-set.js'
import { memoryStore } from './memory-store.js'
import { renewalMemory } from './renewal-memory.js'
import type { StoreEntry } from './store.js'
import { NOW, testClock } from './testing/fixture.js'
import { heldLifeCycle, KEY, machineRecord, record, renewed, settled } from './testing/life-cycle.js'
import { TokenLifeCycle } from './token-life-cycle.js'
import type { TokenRecord, TokenStore } from './token-record.js'

/** A record whose refresh token is the same whatever its access token. */
function fixed(name: string, more: Partial<TokenRecord> = {}): TokenRecord {
  const token: TokenSet = { access_token: `access-${name}`, refresh_token: 'R', token_type: 'Bearer', expires_at: NOW + 3600 }
  return record(name, { token, ...more })
}

/** Renewals that bring these access tokens, one after the other, and leave the refresh token as it is. */
function inTurn(...names: readonly string[]) {
  const left = names.values()
  return async ({ token }: TokenRecord): Promise<TokenSet> => ({ ...token, access_token: left.next().value ?? 'one too many' })
}

/** Lets everything run that waits for nothing, timers and all. */
function eventLoop(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50))
}

describe('interleavings of renewals and logins', () => {
  it('a server that gives a machine token that it gave before: it is stored, and no chain of renewals goes round', async () => {
    const { lifeCycle, place } = heldLifeCycle({ renew: inTurn('B', 'A') })
    await lifeCycle.put(place, machineRecord('A'))
    await lifeCycle.renew(place)
    await lifeCycle.renew(place)
    await lifeCycle.put(place, machineRecord('A'))
    expect((await lifeCycle.current(place))?.token.access_token).toBe('A')
  })

  it('fetchToken stores the token that the server gave, also one that was replaced a moment ago', async () => {
    const { lifeCycle, place, store } = heldLifeCycle({ renew: inTurn('B') })
    await lifeCycle.put(place, machineRecord('A'))
    await lifeCycle.renew(place)
    await lifeCycle.delete(place)
    await lifeCycle.put(place, machineRecord('A', { token: { access_token: 'A', token_type: 'Bearer', expires_at: NOW + 9999 } }))
    expect(store.peek(KEY)?.token.access_token).toBe('A')
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

  it('RF07: a new login with the same refresh token is stored, also while a renewal waits to be stored', async () => {
    const { lifeCycle, place, store } = heldLifeCycle({ renew: inTurn('renewed') })
    await lifeCycle.put(place, fixed('one'))
    store.failWrites(1)
    await expect(lifeCycle.renew(place)).rejects.toMatchObject({ name: 'PersistError' })
    await lifeCycle.put(place, fixed('new-login', { subject: 'x' }))
    expect(store.peek(KEY)?.token.access_token).toBe('access-new-login')
  })

  it('RF07: after a logout and a login with the same refresh token, the renewal before them has no say', async () => {
    const { lifeCycle, place } = heldLifeCycle({ renew: inTurn('renewed-1', 'renewed-2') })
    await lifeCycle.put(place, fixed('one'))
    await lifeCycle.renew(place)
    await lifeCycle.delete(place)
    await lifeCycle.put(place, fixed('new-login', { subject: 'new' }))
    const got = await lifeCycle.renew(place)
    expect([got.token.access_token, got.subject]).toEqual(['renewed-2', 'new'])
  })

  it.each([
    ['a logout and a login', true],
    ['a login alone', false],
  ])('what a renewal brings after %s is given back', async (_what, leaves) => {
    const { lifeCycle, place, store, revoked, release } = heldLifeCycle()
    await lifeCycle.put(place, record('old'))
    const renewal = lifeCycle.renew(place)
    await settled()
    if (leaves) await lifeCycle.delete(place)
    await lifeCycle.put(place, record('bob'))
    release()
    await renewal.catch(() => undefined)
    expect([store.peek(KEY)?.token.access_token, revoked]).toEqual(['access-bob', ['refresh-old-2']])
  })

  it('two renewals and two logins under one key do not wait for each other', { timeout: 3000 }, async () => {
    const gates: Readonly<Record<string, PromiseWithResolvers<void>>> = {
      'refresh-x': Promise.withResolvers<void>(),
      'refresh-y': Promise.withResolvers<void>(),
    }
    const { lifeCycle, place } = heldLifeCycle({
      async renew({ token }) {
        await gates[token.refresh_token ?? '']?.promise
        return renewed(token)
      },
    })
    await lifeCycle.put(place, record('x'))
    const renewals = [lifeCycle.renew(place)]
    await settled()
    await lifeCycle.put(place, record('y'))
    renewals.push(lifeCycle.renew(place))
    await settled()
    await lifeCycle.put(place, record('z'))
    const logins = [lifeCycle.put(place, record('y'))]
    await eventLoop()
    gates['refresh-x']?.resolve()
    await eventLoop()
    logins.push(lifeCycle.put(place, record('x')))
    await eventLoop()
    gates['refresh-y']?.resolve()
    await Promise.allSettled([...renewals, ...logins])
  })

  it('a login whose write came second, and whose next look at the store failed, is stored at the next use', async () => {
    const clock = testClock()
    const memory = memoryStore<TokenRecord>(clock)
    let failed = false
    let failRead = false
    const store: TokenStore = {
      async get(key) {
        if (failRead) {
          failRead = false
          throw new Error('down')
        }
        return memory.get(key)
      },
      async compareAndSet(key, expected, value, options) {
        if (!failed && value.token.access_token === 'access-bob') {
          failed = true
          failRead = true
          // Another process renews alice just now.
          const entry = memory.get(key) as StoreEntry<TokenRecord>
          memory.compareAndSet(key, entry.version, { ...entry.value, token: record('alice-2').token, generation: 1 }, options)
        }
        return memory.compareAndSet(key, expected, value, options)
      },
      delete: memory.delete,
    }
    const lifeCycle = new TokenLifeCycle({ environment: clock, renew: () => Promise.reject(new Error('not asked')) })
    const place = { store, key: KEY }
    await lifeCycle.put(place, record('alice'))
    await expect(lifeCycle.put(place, record('bob'))).rejects.toMatchObject({ name: 'PersistError' })
    expect((await lifeCycle.current(place))?.token.access_token).toBe('access-bob')
  })

  it('RF07: the same expired token put again while it is renewed is not served', async () => {
    const gate = Promise.withResolvers<void>()
    const { lifeCycle, place } = heldLifeCycle({
      async renew({ token }) {
        await gate.promise
        return { ...token, access_token: 'renewed' }
      },
    })
    const expired = fixed('db', { token: { access_token: 'expired', refresh_token: 'R', token_type: 'Bearer', expires_at: NOW - 10 } })
    await lifeCycle.put(place, expired)
    const using = lifeCycle.current(place)
    await settled()
    await lifeCycle.put(place, expired)
    gate.resolve()
    expect((await using)?.token.access_token).toBe('renewed')
  })

  it('a machine token that comes again and again can be renewed again and again', async () => {
    const { lifeCycle, place } = heldLifeCycle({ renew: inTurn('B', 'A', 'B') })
    await lifeCycle.put(place, machineRecord('A'))
    const names: string[] = []
    for (let count = 0; count < 3; count++) names.push((await lifeCycle.renew(place)).token.access_token)
    expect(names).toEqual(['B', 'A', 'B'])
  })

  it('RF15: a renewal that failed does not hide the one before it', async () => {
    let now = 0
    const memory = renewalMemory({ monotonic: () => now })
    const store = memoryStore<TokenRecord>()
    const place = { store, key: KEY }
    const brought = fixed('two', { generation: 1 })
    memory.add(place, fixed('one'), Promise.resolve(brought))
    await settled()
    memory.add(place, brought, Promise.reject(new Error('down')))
    await settled()
    now += 100_000
    memory.add({ store, key: 'last' }, record('l'), Promise.resolve(record('l2')))
    expect(memory.age(place, brought)).toBeUndefined()
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
    for (let user = 0; user < 501; user++) await lifeCycle.delete({ store, key: `user-${user}` })
    store.failWrites(1)
    release()
    await expect(renewal).rejects.toMatchObject({ name: 'PersistError' })
    expect(revoked).toEqual([])
  })
})
