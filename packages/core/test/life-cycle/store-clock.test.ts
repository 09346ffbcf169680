import { describe, expect, it } from 'vitest'
import { NOW, testClock } from '../../src/session/testing/fixture.js'
import { current, expired } from './world.js'

describe('a lease', () => {
  it('of a request that was late says by the store’s clock when the token was renewed', async () => {
    const { start, server, stored, time } = expired()
    const one = start(async (old, sending) => {
      sending()
      return server.refresh(old)
    })
    one.lateRead = 4
    await current(one)
    expect((stored()?.previous?.until ?? 0) - 30).toBeLessThanOrEqual(time.now + 0.01)
  })
})

describe('F23: the clock of the store is put back', () => {
  it('a token that is over is renewed all the same', async () => {
    const { start, server, time, stored, write } = expired()
    await current(start())
    const now = stored()
    if (now?.previous === undefined) throw new Error('no grace')
    // What the store said when it was renewed was an hour ahead of what it says now.
    write({
      ...now,
      token: { ...now.token, expires_at: NOW + 3601 + 600 },
      previous: { ...now.previous, until: now.previous.until + 3600 },
    })
    time.now += 700
    expect((await current(start()))?.token.access_token).toBe('access-2')
    expect(server.sent).toHaveLength(2)
  })

  it('a token that a resource refuses is renewed all the same', async () => {
    const { start, server, time, stored, write } = expired()
    await current(start())
    const now = stored()
    if (now?.previous === undefined) throw new Error('no grace')
    write({ ...now, previous: { ...now.previous, until: now.previous.until + 3600 } })
    time.now += 60
    const one = start()
    const { tokenHash } = await import('../../src/session/token-hash.js')
    const hash = await tokenHash(testClock(), now)
    expect(await one.lifeCycle.rejected(one.place, hash)).toBe(true)
    expect(server.sent).toHaveLength(2)
  })
})
