import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { PersistError } from '../error/persist-error.js'
import type { TokenSet } from '../message/token-set.js'
import { API, json, rotatingServer, sessionOver, testClock, wire } from './testing/fixture.js'
import { slowStore } from './testing/stores.js'
import { TokenLifeCycle } from './token-life-cycle.js'
import type { TokenRecord } from './token-record.js'
import type { ReplacedToken, UpdateToken } from './update-token.js'

const KEY = 'alice'

async function loggedIn({ updateToken, inMemory = false }: { updateToken?: UpdateToken; inMemory?: boolean } = {}) {
  const clock = testClock()
  const as = rotatingServer()
  const line = wire(as.answer, ({ authorization }) => (as.isLive(authorization?.slice(7) ?? '') ? 200 : 401))
  const store = slowStore(clock.now)
  const session = sessionOver(line, { environment: clock, updateToken, ...(inMemory ? {} : { store, key: KEY }) })
  await session.setToken(as.issue())
  const expire = () => {
    clock.time += 3600
  }
  return { clock, as, line, store, session, expire }
}

function record(): TokenRecord {
  const token = { access_token: 'access-1', refresh_token: 'refresh-1', token_type: 'Bearer' }
  return { v: 1, issuer: 'i', token_endpoint: 't', client_id: 'c', generation: 0, grant: { type: 'authorization_code' }, token }
}

async function persistError(action: Promise<unknown>): Promise<PersistError<TokenSet>> {
  const error = await action.catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(PersistError)
  return error as PersistError<TokenSet>
}

describe('RF06/F17: the store fails after a successful refresh', () => {
  it('PersistError carries the tokens; the next use writes them; the server is not asked again', async () => {
    const { session, as, store, expire, line, clock } = await loggedIn()
    expire()
    store.failWrites(1)
    const error = await persistError(session.http(`${API}/me`))
    expect(error.code).toBe('OAUTH_PERSIST')
    expect(error.token).toMatchObject({ access_token: 'access-2', refresh_token: 'refresh-2' })
    expect(line.sent).toHaveLength(0)
    expect(store.peek(KEY)?.token.refresh_token).toBe('refresh-1')

    expect(await session.http(`${API}/me`)).toBe(200)
    expect(store.peek(KEY)?.token.refresh_token).toBe('refresh-2')
    expect(as.presented).toEqual(['refresh-1'])
    expect(clock.events.map(({ type }) => type)).toEqual(['persist-failed', 'refreshed'])
  })

  it('LG01: neither inspecting nor serialising the error shows a token, though the client of the database hangs its command on its error', async () => {
    const { session, store, expire } = await loggedIn()
    expire()
    store.failWrites(1)
    const error = await persistError(session.http(`${API}/me`))
    const shown = inspect(error, { depth: null, showHidden: true }) + JSON.stringify(error) + String(error.stack)
    expect(shown).not.toMatch(/access-\d|refresh-\d/)
    expect(error.cause).toMatchObject({ message: 'disk full', code: 'ENOSPC' })
  })

  it('as long as the store fails, each use says so, and none of them refreshes', async () => {
    const { session, as, store, expire } = await loggedIn()
    expire()
    store.failWrites(5)
    for (let i = 0; i < 5; i += 1) await persistError(session.http(`${API}/me`))
    expect(await session.http(`${API}/me`)).toBe(200)
    expect(as.presented).toEqual(['refresh-1'])
  })

  it('F16: while it cannot even be read, the uses after the first say StoreError, without the token; it is stored when there is a store', async () => {
    const { session, as, store, expire } = await loggedIn()
    expire()
    store.failWrites(1)
    await persistError(session.http(`${API}/me`))
    store.failReads(3)
    for (let i = 0; i < 3; i += 1) {
      const error: unknown = await session.http(`${API}/me`).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code: 'OAUTH_STORE' })
      expect(error).not.toHaveProperty('token')
    }
    expect(await session.http(`${API}/me`)).toBe(200)
    expect(store.peek(KEY)?.token.refresh_token).toBe('refresh-2')
    expect(as.presented).toEqual(['refresh-1'])
  })

  it('concurrent retries share one write', async () => {
    const { session, store, expire } = await loggedIn()
    expire()
    store.failWrites(1)
    await persistError(session.http(`${API}/me`))
    const before = store.writes.length
    const statuses = await Promise.all(Array.from({ length: 20 }, () => session.http(`${API}/me`)))
    expect(statuses).toEqual(Array(20).fill(200))
    expect(store.writes.length - before).toBe(1)
  })

  it('a straggler that read the old record while the write was failing does not spend the refresh token again', async () => {
    const { session, as, store, expire } = await loggedIn()
    expire()
    const held = store.holdRead()
    const straggler = session.http(`${API}/me`)
    await held.reached
    store.failWrites(1)
    await persistError(session.http(`${API}/me`))
    held.release()
    expect(await straggler).toBe(200)
    expect(as.presented).toEqual(['refresh-1'])
    expect(store.peek(KEY)?.token.refresh_token).toBe('refresh-2')
  })

  it('nor does one that goes on only after the write was made good', async () => {
    const { session, as, store, expire } = await loggedIn()
    expire()
    const held = store.holdRead()
    const straggler = session.http(`${API}/me`)
    await held.reached
    store.failWrites(1)
    await persistError(session.http(`${API}/me`))
    expect(await session.http(`${API}/me`)).toBe(200)
    held.release()
    expect(await straggler).toBe(200)
    expect(as.presented).toEqual(['refresh-1'])
  })

  it('nor does a 401 to the old token while the new one waits to be stored', async () => {
    const { session, as, store, line } = await loggedIn()
    store.failWrites(1)
    await persistError(session.refreshToken())
    as.forget()
    // The call is authorised with the new token by now, once it is stored; the API refuses it all the same.
    expect(await session.http(`${API}/me`)).toBe(401)
    expect(as.presented).toEqual(['refresh-1'])
    expect(line.sent.map(({ authorization }) => authorization)).toEqual(['Bearer access-2'])
  })

  it('a write that was made although it reported failure is not made twice', async () => {
    const { session, as, store, expire } = await loggedIn()
    expire()
    store.failWrites(1, { butWrite: true })
    await persistError(session.http(`${API}/me`))
    const writes = store.writes.length
    expect(await session.http(`${API}/me`)).toBe(200)
    expect(store.writes).toHaveLength(writes)
    expect(as.presented).toEqual(['refresh-1'])
  })

  it('a token stored by somebody else meanwhile stays', async () => {
    const { session, as, store, expire, line, clock } = await loggedIn()
    expire()
    store.failWrites(1)
    await persistError(session.http(`${API}/me`))
    const other = sessionOver(line, { environment: clock, store, key: KEY })
    await other.setToken(as.issue())
    expect(await session.http(`${API}/me`)).toBe(200)
    expect(store.peek(KEY)?.token.access_token).toBe('access-3')
    expect(line.sent.at(-1)?.authorization).toBe('Bearer access-3')
  })

  it('a session that was deleted meanwhile stays deleted, and the waiting tokens are given back', async () => {
    const { session, as, store, expire } = await loggedIn()
    expire()
    store.failWrites(1)
    await persistError(session.http(`${API}/me`))
    await store.delete(KEY)
    await expect(session.http(`${API}/me`)).rejects.toMatchObject({ code: 'OAUTH_REFRESH_TERMINAL', reason: 'session_deleted' })
    expect(as.revoked).toEqual(['refresh-2'])
    expect(store.peek(KEY)).toBeUndefined()
    await expect(session.http(`${API}/me`)).rejects.toMatchObject({ code: 'OAUTH_MISSING_TOKEN' })
  })
})

describe('the store fails when a new token is to be stored', () => {
  it('the tokens of a grant are offered, and stored at the next use', async () => {
    const clock = testClock()
    const store = slowStore(clock.now)
    const line = wire(() => json({ access_token: 'granted', token_type: 'Bearer', expires_in: 600 }))
    const session = sessionOver(line, { environment: clock, store, key: KEY })
    store.failWrites(1)
    const error = await persistError(session.fetchToken({ username: 'u', password: 'p' }))
    expect(error.token.access_token).toBe('granted')
    expect(await session.http(`${API}/me`)).toBe(200)
    expect(store.peek(KEY)?.token.access_token).toBe('granted')
    expect(line.requests).toHaveLength(1)
  })

  it('also when it is the reading before the write that fails', async () => {
    const { session, store, as } = await loggedIn()
    store.failReads(1)
    await persistError(session.setToken(as.issue()))
    expect(await session.http(`${API}/me`)).toBe(200)
    expect(store.peek(KEY)?.token.access_token).toBe('access-2')
  })

  it('a later token is not overwritten by one that could not be stored before', async () => {
    const { session, store, as, line, clock } = await loggedIn()
    const tokens = as.issue()
    store.failWrites(1)
    await persistError(session.setToken(tokens))
    await sessionOver(line, { environment: clock, store, key: KEY }).setToken(as.issue())
    expect(await session.http(`${API}/me`)).toBe(200)
    expect(store.peek(KEY)?.token.access_token).toBe('access-3')
  })

  it('a straggler of a renewal that was never stored, because another login came, gets that login’s token', async () => {
    const { session, store, as, expire, line } = await loggedIn()
    expire()
    const held = store.holdRead()
    const straggler = session.http(`${API}/me`)
    await held.reached
    store.failWrites(1)
    await persistError(session.http(`${API}/me`))
    await session.setToken(as.issue())
    held.release()
    expect(await straggler).toBe(200)
    expect(line.sent.at(-1)?.authorization).toBe('Bearer access-3')
    expect(as.presented).toEqual(['refresh-1'])
  })

  it('a login whose retry is overtaken by a logout is not stored after it', async () => {
    const clock = testClock()
    const store = slowStore(clock.now)
    const lifeCycle = new TokenLifeCycle({ environment: clock, renew: () => Promise.reject(new Error('not now')) })
    const place = { store, key: KEY }
    store.failWrites(1)
    await persistError(lifeCycle.put(place, record()))
    const held = store.holdRead()
    const retry = Promise.resolve(lifeCycle.current(place))
    await held.reached
    await lifeCycle.delete(place)
    held.release()
    await retry
    expect(store.peek(KEY)).toBeUndefined()
  })

  it('nor is one whose first attempt was', async () => {
    const clock = testClock()
    const store = slowStore(clock.now)
    const lifeCycle = new TokenLifeCycle({ environment: clock, renew: () => Promise.reject(new Error('not now')) })
    const place = { store, key: KEY }
    store.failWrites(1)
    const held = store.holdWrite()
    const login = persistError(lifeCycle.put(place, record()))
    await held.reached
    await lifeCycle.delete(place)
    held.release()
    await login
    expect(await lifeCycle.current(place)).toBeUndefined()
    expect(store.peek(KEY)).toBeUndefined()
  })

  it('F16: a store that cannot be read is a StoreError, not a missing token; nothing is refreshed', async () => {
    const { session, store, as, expire } = await loggedIn()
    expire()
    store.failReads(1)
    await expect(session.http(`${API}/me`)).rejects.toMatchObject({ code: 'OAUTH_STORE' })
    expect(as.presented).toEqual([])
    expect(await session.http(`${API}/me`)).toBe(200)
  })
})

describe('updateToken', () => {
  it.each([
    [
      'synchronous',
      (calls: unknown[]) =>
        (...call: [TokenSet, ReplacedToken]) =>
          void calls.push(call),
    ],
    [
      'asynchronous',
      (calls: unknown[]) =>
        async (...call: [TokenSet, ReplacedToken]) =>
          void calls.push(await call),
    ],
  ])('S55/S56: %s; called once, by the one that refreshed, with the old refresh token alone', async (_kind, make) => {
    const calls: [TokenSet, ReplacedToken][] = []
    const { session, expire } = await loggedIn({ updateToken: make(calls), inMemory: true })
    expire()
    await Promise.all(Array.from({ length: 10 }, () => session.http(`${API}/me`)))
    expect(calls).toEqual([
      [expect.objectContaining({ access_token: 'access-2', refresh_token: 'refresh-2' }), { refreshToken: 'refresh-1' }],
    ])
  })

  it('S26: not called by fetchToken or setToken', async () => {
    const calls: unknown[] = []
    const line = wire(() => json({ access_token: 'a', token_type: 'Bearer', refresh_token: 'r' }))
    const session = sessionOver(line, { updateToken: (token) => void calls.push(token) })
    await session.fetchToken({ username: 'u', password: 'p' })
    await session.setToken({ access_token: 'b' })
    expect(calls).toHaveLength(0)
  })

  it('S54: called on a manual renewal, and on one that a 401 brought about', async () => {
    const old: ReplacedToken[] = []
    const { session, as } = await loggedIn({ updateToken: (_token, replaced) => void old.push(replaced), inMemory: true })
    await session.refreshToken()
    expect(old).toEqual([{ refreshToken: 'refresh-1' }])
    const calls: ReplacedToken[] = []
    const other = await loggedIn({ updateToken: (_token, replaced) => void calls.push(replaced), inMemory: true })
    other.as.forget()
    expect(await other.session.http(`${API}/me`)).toBe(200)
    expect(calls).toEqual([{ refreshToken: 'refresh-1' }])
    expect(as.reuses).toBe(0)
  })

  it('nobody uses the new token before it is done', async () => {
    const done = Promise.withResolvers<void>()
    const called = Promise.withResolvers<void>()
    const updateToken = () => {
      called.resolve()
      return done.promise
    }
    const { session, line, expire } = await loggedIn({ updateToken, inMemory: true })
    expire()
    const calls = [session.http(`${API}/me`), session.http(`${API}/me`)]
    await called.promise
    expect(line.sent).toHaveLength(0)
    done.resolve()
    expect(await Promise.all(calls)).toEqual([200, 200])
  })

  it('nor who comes when the store has it already', async () => {
    const done = Promise.withResolvers<void>()
    const called = Promise.withResolvers<void>()
    const { session, line, store, expire } = await loggedIn({
      updateToken: () => {
        called.resolve()
        return done.promise
      },
    })
    expire()
    const first = session.http(`${API}/me`)
    await called.promise
    expect(store.peek(KEY)?.token.access_token).toBe('access-2')
    const second = session.http(`${API}/me`)
    // A call that does not wait is through by now: each step of it is a microtask.
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(line.sent).toHaveLength(0)
    done.resolve()
    expect(await Promise.all([first, second])).toEqual([200, 200])
  })

  it.each([
    [
      'throws',
      () => () => {
        throw new Error('no database')
      },
    ],
    ['rejects', () => () => Promise.reject(new Error('no database'))],
  ])(
    'C20: when it %s, PersistError; it is called again with the same token at the next use, and the token endpoint is not',
    async (_how, fail) => {
      const calls: [TokenSet, ReplacedToken][] = []
      let failing = true
      const updateToken: UpdateToken = (token, old) => {
        calls.push([token, old])
        return failing ? fail()() : undefined
      }
      const { session, as, expire } = await loggedIn({ updateToken, inMemory: true })
      expire()
      const error = await persistError(session.http(`${API}/me`))
      expect(error.token).toMatchObject({ refresh_token: 'refresh-2' })
      failing = false
      expect(await session.http(`${API}/me`)).toBe(200)
      expect(calls).toHaveLength(2)
      expect(calls[1]).toEqual(calls[0])
      expect(as.presented).toEqual(['refresh-1'])
      expect(await session.http(`${API}/me`)).toBe(200)
      expect(calls).toHaveLength(2)
    },
  )

  it('with a store: called after the store has the token; when it throws, only it is called again', async () => {
    const stored: unknown[] = []
    let failing = true
    const context: { store?: ReturnType<typeof slowStore> } = {}
    const begun = await loggedIn({
      updateToken: () => {
        stored.push(context.store?.peek(KEY)?.token.refresh_token)
        if (failing) throw new Error('no')
      },
    })
    context.store = begun.store
    begun.expire()
    await persistError(begun.session.http(`${API}/me`))
    const writes = begun.store.writes.length
    failing = false
    await begun.session.http(`${API}/me`)
    expect(stored).toEqual(['refresh-2', 'refresh-2'])
    expect(begun.store.writes).toHaveLength(writes)
  })

  it('not called for a token that another process has replaced, or a session that it has ended, meanwhile', async () => {
    const calls: string[] = []
    let failing = true
    const { session, store, as, line, clock, expire } = await loggedIn({
      updateToken: (token) => {
        calls.push(token.access_token)
        if (failing) throw new Error('no')
      },
    })
    expire()
    await persistError(session.http(`${API}/me`))
    failing = false
    await sessionOver(line, { environment: clock, store, key: KEY }).setToken(as.issue())
    await session.http(`${API}/me`)
    expect(calls).toEqual(['access-2'])
  })
})
