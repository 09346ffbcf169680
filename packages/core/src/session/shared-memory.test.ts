import { describe, expect, it } from 'vitest'
import { memoryStore } from './memory-store.js'
import { API, rotatingServer, sessionOver, testClock, wire } from './testing/fixture.js'
import type { TokenRecord } from './token-record.js'

describe('sessions on one store', () => {
  it('RF01: of two session objects with one key, only one renews the token; both use the new one', async () => {
    const clock = testClock()
    const server = rotatingServer()
    const http = wire(server.answer)
    const store = memoryStore<TokenRecord>(clock)
    const sessions = Array.from({ length: 2 }, () => sessionOver(http, { environment: clock, store, key: 'alice' }))
    const [first] = sessions
    await first?.setToken(server.issue())
    clock.time += 3601
    const statuses = await Promise.all(sessions.map((session) => session.http(`${API}/items`)))
    expect(statuses).toEqual([200, 200])
    expect([http.tokenRequests().length, server.reuses]).toEqual([1, 0])
    expect(new Set(http.sent.map(({ authorization }) => authorization)).size).toBe(1)
  })

  it('sessions on different stores have nothing in common, whatever their keys', async () => {
    const clock = testClock()
    const http = wire(rotatingServer().answer)
    const sessions = Array.from({ length: 2 }, () =>
      sessionOver(http, { environment: clock, store: memoryStore<TokenRecord>(clock), key: 'alice' }),
    )
    await Promise.all(
      sessions.map((session, index) =>
        session.setToken({ access_token: `access-${index}`, refresh_token: 'refresh-1', expires_at: clock.time - 1 }),
      ),
    )
    await Promise.allSettled(sessions.map((session) => session.http(`${API}/items`)))
    expect(http.tokenRequests()).toHaveLength(2)
  })
})

describe('fetchToken takes no other grant than the one that was meant', () => {
  it.each([
    ['a user name without a password', { username: 'u', password: undefined }],
    ['a transaction without the answer', { transaction: {} }],
    ['a state without the answer', { state: 's' }],
  ])('%s is a UsageError, and nothing is sent', async (_what, options) => {
    const http = wire(rotatingServer().answer)
    const session = sessionOver(http, { environment: testClock() })
    await expect(session.fetchToken(options as never)).rejects.toMatchObject({ code: 'OAUTH_USAGE' })
    expect(http.requests).toEqual([])
  })

  it('an answer that is an object of the framework is a UsageError, not a crash', async () => {
    const session = sessionOver(wire(rotatingServer().answer), { environment: testClock() })
    await expect(session.fetchToken({ authorizationResponse: { code: 'c' } as never, state: 's' })).rejects.toMatchObject({
      code: 'OAUTH_USAGE',
    })
  })
})
