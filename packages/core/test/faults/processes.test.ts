import { describe, expect, it } from 'vitest'
import { type Answer, API, json, rotatingServer, wire } from '../../src/session/testing/fixture.js'
import { type Process, processes, virtualTime } from './processes.js'

/** Seconds that a lease lasts, with the last look at the store. */
const LEASE = 16

/** Two processes with one token that is over. */
async function two(answer: Answer, latency = 0) {
  const time = virtualTime()
  const line = wire(answer)
  const { start, stored } = processes(line, time, latency)
  const [one, other] = [start(), start()]
  const token = { access_token: 'access-1', refresh_token: 'refresh-1', expires_at: time.now() - 1 }
  await time.until(one.session.setToken(token))
  return {
    time,
    stored,
    one,
    other,
    call: ({ session }: Process) => session.http(`${API}/me`),
    /** Refresh tokens, and tokens that the API was shown, in their order. */
    presented: () => line.tokenRequests().map(({ refresh_token }) => refresh_token),
    shown: () => line.sent.map(({ authorization }) => authorization),
    revoked: () => line.requests.filter(({ endpoint }) => endpoint === 'revocation').map(({ body }) => body),
  }
}

/** Takes each refresh token once, and ends the family when a spent one comes again. */
function strict(): Answer {
  const as = rotatingServer()
  as.issue()
  return as.answer
}

/** Takes a spent refresh token again, as a server does that grants some grace. */
function forgiving(): Answer {
  let count = 1
  return () => json({ access_token: `access-${++count}`, refresh_token: `refresh-${count}`, token_type: 'Bearer', expires_in: 3600 })
}

/** A server whose first answer about tokens is on its way until it is released. */
function slowAtFirst(server: Answer) {
  const asked = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  let isFirst = true
  const answer: Answer = async (request) => {
    const response = await server(request)
    if (isFirst && request.endpoint === 'token') {
      isFirst = false
      asked.resolve()
      await released.promise
    }
    return response
  }
  return { answer, asked: asked.promise, release: released.resolve }
}

describe('two processes on one store', () => {
  it.each([0, 2])(
    'F18, F20: of 25 calls in each, on a store that takes %d s for everything: one refresh, the new token for all',
    async (latency) => {
      const { time, one, other, call, presented, shown } = await two(strict(), latency)
      const began = time.now()
      const calls = [one, other].flatMap((process) => Array.from({ length: 25 }, () => call(process)))
      expect(await time.until(Promise.all(calls))).toEqual(Array(50).fill(200))
      expect(presented()).toEqual(['refresh-1'])
      expect(new Set(shown())).toEqual(new Set(['Bearer access-2']))
      expect(time.now() - began).toBeLessThan(LEASE)
    },
  )

  it('F18: with a store that takes longer than a lease allows nothing is sent, and nobody waits for ever', async () => {
    const { time, one, other, call, presented } = await two(strict(), 6)
    const results = await time.until(Promise.allSettled([call(one), call(other)]))
    for (const result of results) expect(result).toMatchObject({ status: 'rejected', reason: { code: 'OAUTH_REFRESH_TRANSIENT' } })
    expect(presented()).toEqual([])
  })

  it('F19: one is killed between answer and save, the server forgives: the other has new tokens when the lease is over', async () => {
    const { answer, asked } = slowAtFirst(forgiving())
    const { time, one, other, call, presented, shown, stored } = await two(answer)
    call(one)
    await asked
    one.kill()
    const began = time.now()
    expect(await time.until(call(other))).toBe(200)
    expect(time.now() - began).toBeLessThan(LEASE)
    expect(presented()).toEqual(['refresh-1', 'refresh-1'])
    expect(shown()).toEqual(['Bearer access-3'])
    expect(await stored()).toMatchObject({ generation: 1, token: { refresh_token: 'refresh-3' } })
  })

  it('F19: the server does not forgive: after one more try the end, and it says that the token may have been rotated and lost', async () => {
    const { answer, asked } = slowAtFirst(strict())
    const { time, one, other, call, presented, stored } = await two(answer)
    call(one)
    await asked
    one.kill()
    for (let i = 0; i < 3; i += 1) {
      await expect(time.until(call(other))).rejects.toMatchObject({ code: 'OAUTH_REFRESH_TERMINAL', reason: 'refresh_answer_lost' })
    }
    expect(presented()).toEqual(['refresh-1', 'refresh-1'])
    expect(await stored()).toMatchObject({ ended: { reason: 'refresh_answer_lost' } })
  })

  it('F21: one that slept through its lease writes nothing over the newer tokens, uses them, and revokes nothing', async () => {
    const { answer, asked, release } = slowAtFirst(forgiving())
    const { time, one, other, call, shown, stored, revoked } = await two(answer)
    const late = call(one)
    await asked
    time.time += LEASE
    expect(await time.until(call(other))).toBe(200)
    release()
    expect(await time.until(late)).toBe(200)
    expect(shown()).toEqual(['Bearer access-3', 'Bearer access-3'])
    expect(await stored()).toMatchObject({ generation: 1, token: { access_token: 'access-3', refresh_token: 'refresh-3' } })
    expect(revoked()).toEqual([])
  })

  it('F22: a logout in one while the other renews: the session stays deleted, and the new tokens are revoked', async () => {
    const { answer, asked, release } = slowAtFirst(strict())
    const { time, one, other, call, shown, stored, revoked } = await two(answer)
    const renewing = call(one)
    await asked
    await time.until(other.session.deleteToken())
    release()
    await expect(time.until(renewing)).rejects.toMatchObject({ code: 'OAUTH_REFRESH_TERMINAL', reason: 'session_deleted' })
    expect(await stored()).toBeUndefined()
    expect(revoked()).toEqual([expect.stringContaining('token=refresh-2')])
    expect(shown()).toEqual([])
  })
})
