import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../src/session/memory-store.js'
import { API, NOW, rotatingServer, sessionOver, wire } from '../../src/session/testing/fixture.js'
import type { TokenRecord } from '../../src/session/token-record.js'
import { processes, virtualTime } from '../faults/processes.js'

/** Two processes with one token that is over; the answer to the first of them is held back. */
async function renewing() {
  const time = virtualTime()
  const as = rotatingServer()
  const reached = Promise.withResolvers<void>()
  const answer = Promise.withResolvers<void>()
  const line = wire(async (request) => {
    const response = as.answer(request)
    if (request.endpoint !== 'token') return response
    reached.resolve()
    await answer.promise
    return response
  })
  const { start, stored } = processes(line, time)
  const [one, other] = [start(), start()]
  await time.until(one.session.setToken({ ...as.issue(), expires_at: NOW - 1 }))
  const call = one.session.http(`${API}/me`).catch((error: unknown) => error)
  await time.until(reached.promise)
  return { time, as, other, stored, call, release: answer.resolve }
}

describe('RF05/F22: a logout in one process while another renews', () => {
  it('revokeToken: the old token and the new one are revoked, and nothing is stored', async () => {
    const { time, as, other, stored, call, release } = await renewing()
    await time.until(other.session.revokeToken())
    release()
    expect(await time.until(call)).toMatchObject({ name: 'RefreshError', reason: 'session_deleted' })
    expect(as.revoked).toEqual(['refresh-1', 'refresh-2'])
    expect(await stored()).toBeUndefined()
  })

  it('deleteToken, and the one that renews asks again at once: it finds no token', async () => {
    const { time, as, other, stored, call, release } = await renewing()
    await time.until(other.session.deleteToken())
    release()
    await time.until(call)
    expect(as.revoked).toEqual(['refresh-2'])
    expect(await stored()).toBeUndefined()
    await expect(time.until(other.session.http(`${API}/me`))).rejects.toMatchObject({ code: 'OAUTH_MISSING_TOKEN' })
  })

  it('another login there: it stays, whatever the renewal brings', async () => {
    const { time, other, stored, call, release } = await renewing()
    await time.until(other.session.setToken({ access_token: 'access-login', refresh_token: 'refresh-login', expires_in: 3600 }))
    release()
    await time.until(call)
    expect((await stored())?.token.access_token).toBe('access-login')
  })
})

describe('two sessions with different leeways on one store', () => {
  it('renew once for both', async () => {
    const time = virtualTime()
    const as = rotatingServer()
    const line = wire(as.answer)
    const memory = memoryStore<TokenRecord>({ now: time.now })
    const store = () => ({
      get: async (key: string) => memory.get(key),
      compareAndSet: async (...write: Parameters<typeof memory.compareAndSet>) => memory.compareAndSet(...write),
      delete: async (...which: Parameters<typeof memory.delete>) => memory.delete(...which),
    })
    const [early, late] = [600, 10].map((leeway) => sessionOver(line, { environment: time, store: store(), key: 'alice', leeway }))
    await time.until(early?.setToken(as.issue()) ?? Promise.resolve())
    for (let minute = 0; minute < 120; minute++) {
      time.time += 60
      for (const session of [late, early]) await time.until(Promise.resolve(session?.http(`${API}/me`)))
    }
    expect(as.presented).toHaveLength(2)
    expect(as.reuses).toBe(0)
  })
})
