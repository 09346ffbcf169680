import { memoryStore, type TokenRecord } from '@oauth/node-got'
import type { HostileScript } from '@oauth-test/provider'
import { afterEach, describe, expect, it } from 'vitest'
import { held } from './processes.ts'
import { clients, clock, closeAll, TOKEN, world } from './world.ts'

afterEach(closeAll)

const json = { 'Content-Type': 'application/json' }
const good: HostileScript = { body: TOKEN }
const refused = (error: string, status = 400): HostileScript => ({ status, body: { error } })

/** The server may have rotated the refresh token without our hearing of it. */
const LOST: readonly (readonly [title: string, fault: HostileScript])[] = [
  ['F05: reset in the middle of the answer', { fault: 'reset-mid-body' }],
  ['F05: reset before the answer', { fault: 'reset' }],
  ['F08: a byte now and then, until the time is over', { fault: 'drip' }],
  ['F08: silence', { fault: 'silence' }],
  ['F09: closed before the end that was announced', { fault: 'truncated' }],
  ['F09: JSON that was cut off', { headers: json, body: '{"access_token":"a' }],
  ['F10: a page with status 200', { headers: { 'Content-Type': 'text/html' }, body: '<html>' }],
  ['F11: a body without an end', { fault: 'endless' }],
  ['F11: a member given twice', { headers: json, body: '{"access_token":"a","access_token":"b","token_type":"Bearer"}' }],
  ['F15: an error with status 200', { body: { error: 'made_up' } }],
]

/** The server has said no, or nothing was sent. */
const TROUBLE: readonly (readonly [title: string, fault: HostileScript])[] = [
  ['F06: 500', { status: 500 }],
  ['F06: 502 with a page', { status: 502, headers: { 'Content-Type': 'text/html' }, body: '<html>' }],
  ['F06: 503', { status: 503 }],
  ['F06: 504', { status: 504 }],
  ['F07: 429', { status: 429 }],
  ['F12: a redirect', { fault: 'redirect', status: 307, location: '/elsewhere' }],
  ['F15: an error code that nobody knows, with status 500', refused('made_up', 500)],
]

const TRANSIENT = { name: 'RefreshError', code: 'OAUTH_REFRESH_TRANSIENT', terminal: false }

describe.each(clients)('$name', (client) => {
  /** A session whose access token is over, and a server that answers its refreshes as told. */
  async function facing(answers: readonly HostileScript[], token?: object) {
    const app = await world(client)
    app.server.answer('token', ...answers)
    const environment = clock()
    const session = await app.loggedIn({ environment }, token)
    session.registerComplianceHook('refresh_token_request', (request) => ({ ...request, timeoutMs: 500 }))
    return { ...app, environment, session, call: () => app.me(session) }
  }

  it.each([...LOST, ...TROUBLE])('%s: a transient error after one request; the next call renews', async (_title, fault) => {
    const { call, presented, session, server } = await facing([fault, good])
    await expect(call()).rejects.toMatchObject(TRANSIENT)
    expect(presented()).toEqual(['refresh-1'])
    expect(session.token).toMatchObject({ refresh_token: 'refresh-1' })
    expect(await call()).toEqual({ authorization: 'Bearer access-2' })
    expect(presented()).toEqual(['refresh-1', 'refresh-1'])
    expect(server.requestsTo('/elsewhere')).toEqual([])
  })

  it.each([...LOST, ...TROUBLE])('%s: an access token that is still valid is served', async (_title, fault) => {
    const soon = { expires_at: Math.floor(Date.now() / 1000) + 30 }
    const { call, presented } = await facing([fault], soon)
    for (let i = 0; i < 3; i += 1) expect(await call()).toEqual({ authorization: 'Bearer access-1' })
    expect(presented()).toEqual(['refresh-1'])
  })

  it.each(LOST)('%s, then invalid_grant: the end, and it says that the token may have been rotated and lost', async (_title, fault) => {
    const { call, presented } = await facing([fault, refused('invalid_grant')])
    await expect(call()).rejects.toMatchObject(TRANSIENT)
    for (let i = 0; i < 3; i += 1) {
      await expect(call()).rejects.toMatchObject({ code: 'OAUTH_REFRESH_TERMINAL', reason: 'refresh_answer_lost' })
    }
    expect(presented()).toEqual(['refresh-1', 'refresh-1'])
  })

  it.each(TROUBLE)('%s, then invalid_grant: the end, and nothing was lost on the way', async (_title, fault) => {
    const { call } = await facing([fault, refused('invalid_grant')])
    await expect(call()).rejects.toMatchObject(TRANSIENT)
    await expect(call()).rejects.toMatchObject({ code: 'OAUTH_REFRESH_TERMINAL', reason: 'invalid_grant' })
  })

  it.each([
    ['2', 2],
    ['3600', 3600],
    ['999999999', 3600],
    ['a date', 600],
  ])('F07, RX05: Retry-After: %s: nobody asks before, and the error says when', async (value, seconds) => {
    const asked = value === 'a date' ? new Date(Date.now() + seconds * 1000).toUTCString() : value
    const { call, presented, environment } = await facing([{ status: 503, headers: { 'Retry-After': asked } }, good])
    const due = environment.now() + seconds
    for (let i = 0; i < 3; i += 1) {
      const error = (await call().catch((thrown: unknown) => thrown)) as { retryAt: number }
      expect(error).toMatchObject(TRANSIENT)
      expect(Math.abs(error.retryAt - due)).toBeLessThan(5)
    }
    expect(presented()).toHaveLength(1)
    environment.ahead += seconds + 2
    expect(await call()).toEqual({ authorization: 'Bearer access-2' })
  })

  it.each(['soon', '-1', '1e9'])('F07, RX05: Retry-After: %s is no time', async (value) => {
    const { call } = await facing([{ status: 503, headers: { 'Retry-After': value } }, good])
    await expect(call()).rejects.toMatchObject({ ...TRANSIENT, retryAt: undefined })
    expect(await call()).toEqual({ authorization: 'Bearer access-2' })
  })

  it.each([503, 429])('F07: what one session was told by a %i, the others on the store know', async (status) => {
    const { server, session, me, presented } = await world(client)
    server.answer('token', { status, headers: { 'Retry-After': '3600' } })
    const store = memoryStore<TokenRecord>()
    const users = ['alice', 'bob', 'carol'].map((key) => session({ store, key }))
    for (const user of users) await user.setToken({ access_token: 'a', refresh_token: 'r', expires_at: 1 })
    for (const user of users) await expect(me(user)).rejects.toMatchObject({ ...TRANSIENT, retryAt: expect.any(Number) })
    expect(presented()).toHaveLength(1)
  })

  it.each([503, 429])(
    'F07: what one session was told by a %i, every other of the process knows, of other clients on stores of their own',
    async (status) => {
      const { server, loggedIn, me, presented } = await world(client)
      server.answer('token', { status, headers: { 'Retry-After': '3600' } })
      for (const clientId of ['one', 'another']) {
        await expect(me(await loggedIn({ clientId }))).rejects.toMatchObject({ ...TRANSIENT, retryAt: expect.any(Number) })
      }
      expect(presented()).toHaveLength(1)
    },
  )

  it('RX05, RX09: whoever gives up while the token is renewed is let go at once; the renewal goes on, for the others', async () => {
    const late = held({ body: TOKEN })
    const { session, server, call, presented } = await facing([late.script])
    const caller = new AbortController()
    const givenUp = session.http.get(`${server.url}/me`, { signal: caller.signal }).json()
    const waiting = call()
    await late.asked
    caller.abort()
    await expect(givenUp).rejects.toMatchObject({ name: 'AbortError' })
    late.release()
    expect(await waiting).toEqual({ authorization: 'Bearer access-2' })
    expect([presented().length, server.requestsTo('/me').length]).toEqual([1, 1])
  })

  it('F13: invalid_grant is the end: the refresh token is sent once, whoever asks and however often', async () => {
    const { call, presented, session } = await facing([refused('invalid_grant')])
    const ended = { name: 'RefreshError', code: 'OAUTH_REFRESH_TERMINAL', terminal: true, reason: 'invalid_grant' }
    const results = await Promise.allSettled(Array.from({ length: 20 }, call))
    for (const result of results) expect(result).toMatchObject({ status: 'rejected', reason: ended })
    await expect(call()).rejects.toMatchObject(ended)
    await expect(session.refreshToken()).rejects.toMatchObject(ended)
    expect(presented()).toEqual(['refresh-1'])
    await session.setToken(TOKEN)
    expect(await call()).toEqual({ authorization: 'Bearer access-2' })
  })

  it.each([
    ['invalid_client', 401],
    ['unauthorized_client', 400],
  ])('F14: %s: the error names the configuration; the session goes on once that is right', async (error, status) => {
    const { call, presented, session } = await facing([refused(error, status), good])
    await expect(call()).rejects.toMatchObject({ name: 'EndpointError', endpoint: 'token', error, status })
    expect(session.token).toMatchObject({ refresh_token: 'refresh-1' })
    expect(await call()).toEqual({ authorization: 'Bearer access-2' })
    expect(presented()).toEqual(['refresh-1', 'refresh-1'])
  })

  it('F15: an error code that nobody knows is passed on; the session is kept', async () => {
    const { call, session } = await facing([refused('made_up'), good])
    await expect(call()).rejects.toMatchObject({ name: 'EndpointError', error: 'made_up', status: 400 })
    expect(session.token).toMatchObject({ refresh_token: 'refresh-1' })
    expect(await call()).toEqual({ authorization: 'Bearer access-2' })
  })

  it.each([3600, -3600])('F23: a clock that jumps by %d s, and back, makes one renewal at the most', async (seconds) => {
    const { call, presented, environment } = await facing([good], { expires_in: 3600 })
    for (const ahead of [0, seconds, 0]) {
      environment.ahead = ahead
      for (let i = 0; i < 5; i += 1) await call()
    }
    expect(presented().length).toBe(seconds > 0 ? 1 : 0)
  })
})
