import { setTimeout } from 'node:timers/promises'
import type { TokenRecord, TokenStore } from '@oauth/node-got'
import { type HostileScript, passwordOf, startProvider, startResourceServer } from '@oauth-test/provider'
import { afterEach, describe, expect, it } from 'vitest'
import { event, held, hurriedClock, KEY, sharedStore } from './processes.ts'
import { clients, clock, closeAll, closing, TOKEN, world } from './world.ts'

afterEach(closeAll)

/** Seconds, and more than a lease lasts. */
const LONG = 16

/** What a server brings that takes a spent refresh token again. */
const brought = (number: number) => ({ body: { ...TOKEN, access_token: `access-${number}`, refresh_token: `refresh-${number}` } })
const refused: HostileScript = { status: 400, body: { error: 'invalid_grant' } }
const down = () => Promise.reject(new Error('connect ECONNREFUSED'))

describe.each(clients)('$name', (client) => {
  /** A server that answers refreshes as told, and processes with one token that is over. */
  async function facing(...answers: readonly HostileScript[]) {
    const app = await world(client)
    app.server.answer('token', ...answers)
    app.server.answer('revocation', {})
    const time = hurriedClock()
    const { seen, stored } = sharedStore(time)
    const start = (faults?: (right: TokenStore) => Partial<TokenStore>, options: object = {}) =>
      app.session({ environment: time, store: seen(faults), key: KEY, ...options })
    await start().setToken({ access_token: 'access-1', refresh_token: 'refresh-1', expires_at: 1 })
    return { ...app, time, start, stored, shown: () => app.server.requestsTo('/me').map(({ headers }) => headers.authorization) }
  }

  it('F16: a store that cannot be read: an error that says so, nothing is sent without a token, and nobody is logged out', async () => {
    const { start, me, server } = await facing(brought(2))
    let isDown = true
    const session = start((right) => ({ get: (key) => (isDown ? down() : right.get(key)) }))
    await expect(me(session)).rejects.toMatchObject({ name: 'StoreError', code: 'OAUTH_STORE' })
    await expect(session.userinfo()).rejects.toMatchObject({ code: 'OAUTH_STORE' })
    expect(server.requests).toEqual([])
    isDown = false
    expect(await me(session)).toEqual({ authorization: 'Bearer access-2' })
  })

  it('F17: a store that fails after the refresh: the tokens are kept and offered, written at the next use, and not asked for again', async () => {
    const { start, me, presented, stored, shown } = await facing(brought(2))
    const updates: unknown[] = []
    let isDown = true
    const session = start(
      (right) => ({
        compareAndSet: (key, expected, record, options) =>
          isDown && record.token.refresh_token === 'refresh-2' ? down() : right.compareAndSet(key, expected, record, options),
      }),
      { updateToken: (token: unknown) => void updates.push(token) },
    )
    for (let i = 0; i < 3; i += 1) {
      const error = (await me(session).catch((thrown: unknown) => thrown)) as { token: unknown }
      expect(error).toMatchObject({ name: 'PersistError', code: 'OAUTH_PERSIST' })
      expect(error.token).toMatchObject({ refresh_token: 'refresh-2' })
    }
    expect([updates, shown()]).toEqual([[], []])
    isDown = false
    expect(await me(session)).toEqual({ authorization: 'Bearer access-2' })
    expect(await stored()).toMatchObject({ generation: 1, token: { refresh_token: 'refresh-2' } })
    expect(updates).toEqual([expect.objectContaining({ refresh_token: 'refresh-2' })])
    expect(presented()).toEqual(['refresh-1'])
  })

  it('F17: a store that cannot be written before the refresh: nothing is sent, so nothing can be lost', async () => {
    const { start, me, presented } = await facing(brought(2))
    let failing = 1
    const session = start((right) => ({ compareAndSet: (...write) => (failing-- > 0 ? down() : right.compareAndSet(...write)) }))
    await expect(me(session)).rejects.toMatchObject({ code: 'OAUTH_STORE' })
    expect(presented()).toEqual([])
    expect(await me(session)).toEqual({ authorization: 'Bearer access-2' })
  })

  it('F18: a store that takes 200 ms for everything, and 25 calls in each of two processes: one refresh, the new token for all', async () => {
    const { me, session, presented, server } = await world(client)
    server.answer('token', brought(2), refused)
    const { seen } = sharedStore(clock())
    const slow = (right: TokenStore): Partial<TokenStore> => ({
      get: async (key) => setTimeout(200).then(() => right.get(key)),
      compareAndSet: async (...write) => setTimeout(200).then(() => right.compareAndSet(...write)),
    })
    const processes = [session({ store: seen(slow), key: KEY }), session({ store: seen(slow), key: KEY })]
    await processes[0]?.setToken({ access_token: 'access-1', refresh_token: 'refresh-1', expires_at: 1 })
    const answers = await Promise.all(processes.flatMap((one) => Array.from({ length: 25 }, () => me(one))))
    expect(answers).toEqual(Array(50).fill({ authorization: 'Bearer access-2' }))
    expect(presented()).toEqual(['refresh-1'])
  })

  it.each([
    ['forgives', brought(3), 'Bearer access-3'],
    ['does not forgive', refused, 'refresh_answer_lost'],
  ])(
    'F19: a process that ends between answer and save, at a server that %s: the old token is sent once more',
    async (_how, second, end) => {
      const { start, me, presented } = await facing(brought(2), second)
      const killed = event()
      const dying = start((right) => ({
        compareAndSet(key, expected, record, options) {
          if (record.generation === 0) return right.compareAndSet(key, expected, record, options)
          killed.happen()
          return new Promise(() => undefined)
        },
      }))
      me(dying)
      await killed.happened
      const outcome = await me(start()).catch(({ reason }: { reason: string }) => ({ authorization: reason }))
      expect(outcome).toEqual({ authorization: end })
      await me(start()).catch(() => undefined)
      expect(presented()).toEqual(['refresh-1', 'refresh-1'])
    },
  )

  it('F20: two processes at a provider that rotates and notices a token that comes twice: one refresh, and the family lives on', async () => {
    const provider = closing(
      await startProvider({
        clients: [{ client_id: 'cli', grant_types: ['password', 'refresh_token'], redirect_uris: [], response_types: [] }],
      }),
    )
    const api = closing(await startResourceServer({ provider }))
    const { seen, stored } = sharedStore(clock())
    const { client_id: clientId, client_secret: clientSecret } = provider.client
    const [one, other] = [0, 1].map(
      () => new client.OAuth2Session({ issuer: provider.issuer, clientId, clientSecret, scope: 'openid', store: seen(), key: KEY }),
    )
    if (one === undefined || other === undefined) throw new Error('there are two')
    const token = await one.fetchToken({ grantType: 'password', username: 'alice', password: passwordOf('alice') })
    await one.setToken({ ...token, expires_at: 1 })
    const calls = [one, other].flatMap((process) => Array.from({ length: 25 }, () => process.http.get(`${api.url}/me`).json()))
    expect(await Promise.all(calls)).toEqual(Array(50).fill(expect.objectContaining({ sub: 'alice' })))
    expect(provider.tokenRequests('refresh_token')).toBe(1)
    expect([provider.reuseDetected, provider.grantRevoked]).toEqual([0, 0])
    expect((await stored())?.token.refresh_token).not.toBe(token.refresh_token)
    expect(await other.refreshToken()).toMatchObject({ refresh_token: expect.any(String) })
  })

  it('F21: a process whose answer comes after its lease is over writes nothing over the newer tokens, and uses them', async () => {
    const late = held(brought(2))
    const { start, me, time, stored, server } = await facing(late.script, brought(3))
    const sleeper = me(start())
    await late.asked
    time.ahead += LONG
    expect(await me(start())).toEqual({ authorization: 'Bearer access-3' })
    late.release()
    expect(await sleeper).toEqual({ authorization: 'Bearer access-3' })
    expect(await stored()).toMatchObject({ generation: 1, token: { refresh_token: 'refresh-3' } } satisfies Partial<
      Record<keyof TokenRecord, unknown>
    >)
    expect(server.requestsTo('revocation')).toEqual([])
  })

  it('F22: a logout in one process while another renews: the session stays deleted, and the new tokens are revoked', async () => {
    const late = held(brought(2))
    const { start, me, stored, server, shown } = await facing(late.script)
    const renewing = me(start())
    await late.asked
    await start().deleteToken()
    late.release()
    await expect(renewing).rejects.toMatchObject({ code: 'OAUTH_REFRESH_TERMINAL', reason: 'session_deleted' })
    expect(await stored()).toBeUndefined()
    expect(server.requestsTo('revocation').map(({ body }) => new URLSearchParams(body).get('token'))).toEqual(['refresh-2'])
    expect(shown()).toEqual([])
    await expect(me(start())).rejects.toMatchObject({ code: 'OAUTH_MISSING_TOKEN' })
  })
})
