import { describe, expect, it } from 'vitest'
import { record } from '../../src/session/testing/life-cycle.js'
import type { Renew } from '../../src/session/testing/processes.js'
import { current, expired } from './world.js'

describe('a server that does not rotate refresh tokens', () => {
  const same =
    (time: { now: number }): Renew =>
    async ({ token, generation }) => ({
      access_token: `access-${generation + 1}`,
      refresh_token: token.refresh_token ?? '',
      token_type: 'Bearer',
      expires_in: 3600,
      expires_at: time.now + 3600,
    })

  it('a login within the grace time that brings the same refresh token and another access token is the session’s', async () => {
    const { start, stored, time } = expired()
    await current(start(same(time)))
    time.now += 10
    const login = start()
    const token = { ...record('0').token, access_token: 'access-login', scope: 'more', expires_in: 3600, expires_at: time.now + 3600 }
    await login.lifeCycle.put(login.place, record('0', { token }))
    expect(stored()?.token.access_token).toBe('access-login')
  })

  it('a login an hour after the last renewal is not over at once', async () => {
    const { start, stored, time } = expired()
    await current(start(same(time)))
    time.now += 3590
    const login = start()
    const token = { ...record('0').token, access_token: 'access-login', expires_in: 3600, expires_at: time.now + 3600 }
    await login.lifeCycle.put(login.place, record('0', { token }))
    let asked = 0
    const reader = start(() => {
      asked += 1
      return Promise.reject(new Error('not to be asked'))
    })
    await current(reader).catch(() => undefined)
    expect(asked).toBe(0)
    expect(stored()?.token.access_token).toBe('access-login')
  })
})
