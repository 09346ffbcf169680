import { describe, expect, it } from 'vitest'
import { memoryStore } from './memory-store.js'
import { API, AS, answer, json, rotatingServer, sessionOver, testClock, wire } from './testing/fixture.js'
import type { TokenRecord } from './token-record.js'

const good = { access_token: 'A', token_type: 'Bearer' }

describe("Authlib's issues: token answers", () => {
  it.each([
    ['#928, #132: a page with status 429', answer(429, '<html>slow down</html>', { 'content-type': 'text/html', 'retry-after': '7' }), 429],
    ['#338: a page with status 404', answer(404, 'not found', { 'content-type': 'text/plain' }), 404],
    ['#492: JSON without "error" with status 400', json({ ...good, message: 'no' }, 400), 400],
  ])('%s is an error with its status, never a token', async (_title, response, status) => {
    const session = sessionOver(wire(() => response))
    await expect(session.fetchToken({ grantType: 'client_credentials' })).rejects.toMatchObject({ name: 'ResponseError', status })
    expect(session.token).toBeUndefined()
  })

  it('#833, #841: a date as expires_at does no harm: expires_in counts', async () => {
    const clock = testClock()
    const line = wire(() => json({ ...good, expires_at: '2026-01-01T00:00:00Z', expires_in: 60 }))
    const token = await sessionOver(line, { environment: clock }).fetchToken()
    expect(token).toMatchObject({ expires_at: clock.time + 60 })
  })

  it('#145: what the server says of the refresh token stays with the token', async () => {
    const line = wire(() => json({ ...good, refresh_token: 'R', refresh_expires_in: 1800 }))
    expect(await sessionOver(line).fetchToken({ username: 'u', password: 'p' })).toMatchObject({ refresh_expires_in: 1800 })
  })

  it('#379: a token that was fetched with another client authentication is the session’s, as any other', async () => {
    const line = wire(() => json(good))
    const session = sessionOver(line)
    await session.fetchToken({ clientAuthentication: 'client_secret_post' })
    expect(await session.http(`${API}/me`)).toBe(200)
    expect(line.sent).toMatchObject([{ authorization: 'Bearer A' }])
  })
})

describe("Authlib's issues: renewal", () => {
  it('#532: the token of a password grant is renewed by its refresh token; the password is not sent again', async () => {
    const clock = testClock()
    const as = rotatingServer()
    const line = wire((request) => (request.body?.startsWith('grant_type=password') ? json(as.issue()) : as.answer(request)))
    const session = sessionOver(line, { environment: clock })
    await session.fetchToken({ username: 'u', password: 'p' })
    clock.time += 3600
    expect(await session.http(`${API}/me`)).toBe(200)
    expect(line.tokenRequests().map(({ grant_type }) => grant_type)).toEqual(['password', 'refresh_token'])
  })

  it('#780, #783, #650: another process fetches client credentials again by what the store has of the first time', async () => {
    const clock = testClock()
    let count = 0
    const line = wire(() => json({ ...good, access_token: `machine-${++count}`, expires_in: 600 }))
    const shared = { environment: clock, store: memoryStore<TokenRecord>(), key: 'machine' }
    await sessionOver(line, shared).fetchToken({ scope: 'read', parameters: { audience: API } })
    clock.time += 600
    expect(await sessionOver(line, shared).http(`${API}/me`)).toBe(200)
    expect(line.sent).toMatchObject([{ authorization: 'Bearer machine-2' }])
    const [first, second] = line.tokenRequests()
    expect(second).toEqual(first)
    expect(first).toMatchObject({ scope: 'read', audience: API })
  })

  it('#266, #673, #548: sessions that share a store renew once, and the rotated refresh token is carried on', async () => {
    const clock = testClock()
    const as = rotatingServer()
    const line = wire(as.answer)
    const shared = { environment: clock, store: memoryStore<TokenRecord>(), key: 'alice' }
    await sessionOver(line, shared).setToken(as.issue())
    for (let round = 0; round < 2; round += 1) {
      clock.time += 3600
      await Promise.all([1, 2, 3].map(() => sessionOver(line, shared).http(`${API}/me`)))
    }
    expect(as.presented).toEqual(['refresh-1', 'refresh-2'])
    expect(as.reuses).toBe(0)
  })
})

describe("Authlib's issues: logins", () => {
  it('#777: an answer without a code is told from one with a foreign state', async () => {
    const session = sessionOver(wire(() => json(good)))
    const { transaction, state } = await session.createAuthorizationUrl({ redirectUri: `${AS}/cb` })
    await expect(session.fetchToken({ authorizationResponse: `?state=${state}`, transaction })).rejects.toMatchObject({
      code: 'OAUTH_NO_CODE',
    })
    await expect(session.fetchToken({ authorizationResponse: '?state=other&code=c', transaction })).rejects.toMatchObject({
      code: 'OAUTH_STATE_MISMATCH',
    })
  })
})
