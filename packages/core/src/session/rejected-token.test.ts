import { describe, expect, it } from 'vitest'
import { API, answer, json, rotatingServer, sessionOver, testClock, wire } from './testing/fixture.js'

async function loggedIn() {
  const clock = testClock()
  const as = rotatingServer()
  const line = wire(as.answer, ({ authorization }) => (as.isLive(authorization?.slice(7) ?? '') ? 200 : 401))
  const session = sessionOver(line, { environment: clock })
  await session.setToken(as.issue())
  return { clock, as, line, session }
}

describe('a resource answers 401', () => {
  it('UI06, S57: the token is renewed once and the call repeated once', async () => {
    const { session, as, line } = await loggedIn()
    as.forget()
    expect(await session.http(`${API}/me`)).toBe(200)
    expect(as.presented).toEqual(['refresh-1'])
    expect(line.sent.map(({ authorization }) => authorization)).toEqual(['Bearer access-1', 'Bearer access-2'])
  })

  it('twenty calls at once that get it renew once', async () => {
    const { session, as } = await loggedIn()
    as.forget()
    const statuses = await Promise.all(Array.from({ length: 20 }, () => session.http(`${API}/me`)))
    expect(statuses).toEqual(Array(20).fill(200))
    expect(as.presented).toEqual(['refresh-1'])
  })

  it('a straggler with an older token just tries again with the present one', async () => {
    const { session, as, line } = await loggedIn()
    const authoriser = session.authoriser()
    const request = { method: 'GET', url: `${API}/me`, headers: {}, replayable: true }
    const old = await authoriser.authorise(request, 1)
    await session.refreshToken()
    expect(await authoriser.answered(old, { status: 401, headers: {} })).toBe('again')
    expect((await authoriser.authorise(request, 2)).headers).toEqual({ authorization: 'Bearer access-2' })
    expect(as.presented).toEqual(['refresh-1'])
    expect(line.sent).toHaveLength(0)
  })

  it('a 401 to a token that was just renewed renews nothing, and stays a 401', async () => {
    const { session, as, line, clock } = await loggedIn()
    await session.refreshToken()
    as.forget()
    expect(await session.http(`${API}/me`)).toBe(401)
    expect(line.sent).toHaveLength(1)
    expect(as.presented).toEqual(['refresh-1'])
    clock.time += 5
    expect(await session.http(`${API}/me`)).toBe(200)
    expect(as.presented).toEqual(['refresh-1', 'refresh-2'])
  })

  it('an API that says 401 for ever costs one renewal in five seconds, however often it is called', async () => {
    const clock = testClock()
    const as = rotatingServer()
    const line = wire(as.answer, () => 401)
    const session = sessionOver(line, { environment: clock })
    await session.setToken(as.issue())
    for (let i = 0; i < 50; i += 1) expect(await session.http(`${API}/me`)).toBe(401)
    expect(as.presented).toHaveLength(1)
    expect(line.sent).toHaveLength(51)
  })

  it('a server in trouble leaves the 401 as it is', async () => {
    const clock = testClock()
    const line = wire(
      () => answer(503),
      () => 401,
    )
    const session = sessionOver(line, { environment: clock })
    await session.setToken({ access_token: 'a', refresh_token: 'r', expires_in: 3600 })
    expect(await session.http(`${API}/me`)).toBe(401)
    expect(line.sent).toHaveLength(1)
  })

  it('a refresh token that is dead is told: only a login helps', async () => {
    const clock = testClock()
    const line = wire(
      () => json({ error: 'invalid_grant' }, 400),
      () => 401,
    )
    const session = sessionOver(line, { environment: clock })
    await session.setToken({ access_token: 'a', refresh_token: 'r', expires_in: 3600 })
    await expect(session.http(`${API}/me`)).rejects.toMatchObject({ code: 'OAUTH_REFRESH_TERMINAL', reason: 'invalid_grant' })
  })

  it('without a refresh token the 401 is the answer', async () => {
    const line = wire(
      () => answer(500),
      () => 401,
    )
    const session = sessionOver(line)
    await session.setToken({ access_token: 'a' })
    expect(await session.http(`${API}/me`)).toBe(401)
    expect(line.requests).toHaveLength(0)
  })

  it.each([400, 403, 404, 500, 503])('UI06: %i renews nothing', async (status) => {
    const line = wire(
      () => answer(500),
      () => status,
    )
    const session = sessionOver(line)
    await session.setToken({ access_token: 'a', refresh_token: 'r' })
    expect(await session.http(`${API}/me`)).toBe(status)
    expect(line.requests).toHaveLength(0)
  })

  it('UI06: userinfo renews once on 401, and asks once more', async () => {
    const clock = testClock()
    const as = rotatingServer()
    const line = wire((request) => {
      if (request.endpoint !== 'userinfo') return as.answer(request)
      return as.isLive(request.headers['authorization']?.slice(7) ?? '')
        ? json({ sub: 'alice' })
        : answer(401, '', { 'www-authenticate': 'Bearer error="invalid_token"' })
    })
    const session = sessionOver(line, { environment: clock })
    await session.setToken(as.issue())
    as.forget()
    expect(await session.userinfo()).toMatchObject({ sub: 'alice' })
    expect(as.presented).toEqual(['refresh-1'])
    as.forget()
    await expect(session.userinfo()).rejects.toMatchObject({ status: 401 })
    expect(line.requests.filter(({ endpoint }) => endpoint === 'userinfo')).toHaveLength(3)
  })
})
