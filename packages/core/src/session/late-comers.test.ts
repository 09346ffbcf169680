import { describe, expect, it } from 'vitest'
import { API, NOW, rotatingServer, sessionOver, testClock, wire } from './testing/fixture.js'
import { slowStore } from './testing/stores.js'
import { TokenLifeCycle } from './token-life-cycle.js'
import type { TokenRecord } from './token-record.js'

const KEY = 'alice'

function world() {
  const clock = testClock()
  const store = slowStore(clock.now)
  const as = rotatingServer()
  const line = wire(as.answer)
  const session = () => sessionOver(line, { environment: clock, store, key: KEY })
  return { clock, store, as, line, session }
}

describe('a token that was renewed comes back as if it were a new one', () => {
  it('within the grace time its spent refresh token is not sent; the new token takes its place in the store', async () => {
    const { clock, store, as, line, session } = world()
    const kept = as.issue()
    await session().setToken(kept)
    clock.time += 3601
    await session().refreshToken()
    // A request that had read the token from the application's database before, say.
    const late = session()
    await late.setToken({ ...kept, expires_at: NOW + 3600 })
    expect(await late.http(`${API}/me`)).toBe(200)
    expect(line.sent.at(-1)?.authorization).toBe('Bearer access-2')
    expect(store.peek(KEY)?.token.refresh_token).toBe('refresh-2')
    clock.time += 3601
    expect(await late.http(`${API}/me`)).toBe(200)
    expect(as.presented).toEqual(['refresh-1', 'refresh-2'])
    expect(as.reuses).toBe(0)
  })

  it('so it is while the renewal is still under way', async () => {
    const { clock, store, as, line, session } = world()
    const kept = as.issue()
    await session().setToken(kept)
    clock.time += 3601
    const held = store.holdWrite()
    const renewal = session().refreshToken()
    await held.reached
    const late = session()
    const setting = late.setToken({ ...kept, expires_at: NOW + 3600 })
    const call = setting.then(() => late.http(`${API}/me`))
    held.release()
    await Promise.all([renewal, call])
    expect(line.sent.at(-1)?.authorization).toBe('Bearer access-2')
    expect(as.presented).toEqual(['refresh-1'])
  })
})

describe('two logins under one key at the same moment', () => {
  it.each([['read', 'holdRead'] as const, ['write', 'holdWrite'] as const])(
    'the later one stays, though the %s of the other is slow',
    async (_what, hold) => {
      const { store, session } = world()
      const held = store[hold]()
      const first = session().setToken({ access_token: 'first' })
      await held.reached
      await session().setToken({ access_token: 'second' })
      held.release()
      await first
      expect(store.peek(KEY)?.token.access_token).toBe('second')
    },
  )
})

describe('a logout while a login is being written', () => {
  it.each([['read', 'holdRead'] as const, ['written', 'holdWrite'] as const])(
    'while the store is %s: nothing is left',
    async (_what, hold) => {
      const clock = testClock()
      const store = slowStore(clock.now)
      const lifeCycle = new TokenLifeCycle({ environment: clock, renew: () => Promise.reject(new Error('not asked')) })
      const place = { store, key: KEY }
      const record: TokenRecord = {
        v: 1,
        issuer: 'i',
        token_endpoint: 't',
        client_id: 'c',
        generation: 0,
        grant: { type: 'authorization_code' },
        token: { access_token: 'a', token_type: 'Bearer' },
      }
      const held = store[hold]()
      const login = lifeCycle.put(place, record)
      await held.reached
      await lifeCycle.delete(place)
      held.release()
      await login
      expect(store.peek(KEY)).toBeUndefined()
    },
  )
})
