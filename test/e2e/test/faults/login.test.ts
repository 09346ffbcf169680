import { memoryStore, type TokenRecord } from '@oauth/node-got'
import { createSigner, type HostileScript, type Signer, startHostileServer } from '@oauth-test/provider'
import { afterEach, describe, expect, it } from 'vitest'
import { type Clock, clients, clock, closeAll, closing, login, TOKEN, world } from './world.ts'

afterEach(closeAll)

const first = createSigner({ alg: 'ES256' })
const second = createSigner({ alg: 'ES256' })
const HOUR = 3600

describe.each(clients)('$name', (client) => {
  /** A server that signs with the key it is given, by a clock of its own, and a session that asks for ID tokens. */
  async function openid() {
    const app = await world(client)
    const { server } = app
    const [environment, theirs] = [clock(), clock()]
    const session = app.session({ scope: 'openid', environment })
    let nonce: string | null = null
    const publish = (...signers: readonly Signer[]) => server.answer('jwks', { body: { keys: signers.map(({ jwk }) => jwk) } })
    return {
      ...app,
      environment,
      theirs,
      session,
      publish,
      /** Answers token requests with an ID token that is right. */
      sign(signer: Signer): void {
        server.answer('token', () => ({ body: { ...TOKEN, id_token: idToken(signer, { iss: server.url, nonce, time: theirs }) } }))
      },
      async login(): Promise<unknown> {
        const { url, state, transaction } = await session.createAuthorizationUrl()
        nonce = new URL(url).searchParams.get('nonce')
        const answer = new URLSearchParams({ code: 'C', state, iss: server.url })
        return session.fetchToken({ authorizationResponse: `https://app.example/callback?${answer}`, transaction })
      },
    }
  }

  it.each<HostileScript & object>([{ fault: 'reset' }, { fault: 'reset-mid-body' }, { fault: 'truncated' }])(
    'F04: %o: the code is not sent again, there is no half session, and a new login works',
    async (fault) => {
      const { server, session } = await world(client)
      const tested = session()
      server.answer('token', fault, { body: TOKEN })
      await expect(login(tested, server.url)).rejects.toMatchObject({ name: 'TransportError', code: 'OAUTH_RESET', sent: 'maybe' })
      expect(server.requestsTo('token')).toHaveLength(1)
      expect(tested.token).toBeUndefined()
      expect(await login(tested, server.url)).toMatchObject({ access_token: 'access-2' })
    },
  )

  it.each([
    ['ahead', HOUR, 'OAUTH_ID_TOKEN_IAT'],
    ['behind', -HOUR, 'OAUTH_ID_TOKEN_EXP'],
  ])('F23: a server whose clock is an hour %s: nobody is logged in, and the error says to compare clocks', async (_how, ahead, code) => {
    const { publish, sign, login, theirs, session } = await openid()
    publish(first)
    sign(first)
    theirs.ahead = ahead
    await expect(login()).rejects.toMatchObject({ code, message: expect.stringContaining('clock') })
    expect(session.token).toBeUndefined()
    theirs.ahead = 0
    expect(await login()).toMatchObject({ access_token: 'access-2' })
  })

  it('F24: a key that is changed right after the keys were fetched: one more request, and the login works', async () => {
    const { publish, sign, login, server } = await openid()
    publish(first)
    sign(first)
    await login()
    publish(second)
    sign(second)
    await login()
    await login()
    expect(server.requestsTo('jwks')).toHaveLength(2)
  })

  it('F24: unknown keys, one after the other, make one request', async () => {
    const { publish, sign, login, server } = await openid()
    publish(first)
    sign(first)
    await login()
    for (let i = 0; i < 5; i += 1) {
      sign(createSigner({ alg: 'ES256' }))
      await expect(login()).rejects.toMatchObject({ code: 'OAUTH_KEY_NOT_FOUND' })
    }
    expect(server.requestsTo('jwks')).toHaveLength(2)
  })

  it.each<HostileScript & object>([{ status: 503 }, { fault: 'reset' }])(
    'F25: keys that cannot be fetched for ten minutes (%o): logins go on with the known ones; one with a new key cannot',
    async (outage) => {
      const { publish, sign, login, server, environment, theirs } = await openid()
      publish(first)
      sign(first)
      await login()
      server.answer('jwks', outage)
      for (const minutes of [5, 10, 15, 20]) {
        environment.ahead = theirs.ahead = minutes * 60
        expect(await login()).toMatchObject({ access_token: 'access-2' })
      }
      sign(second)
      await expect(login()).rejects.toMatchObject({ endpoint: 'jwks' })
      publish(first, second)
      environment.ahead = theirs.ahead += 60
      expect(await login()).toMatchObject({ access_token: 'access-2' })
    },
  )

  it.each([
    ['issuer', 'OAUTH_ISSUER_MISMATCH'],
    ['token_endpoint', 'OAUTH_ENDPOINT_CHANGED'],
  ])('F26: another %s between the start of a login and its end: the code goes nowhere', async (member, code) => {
    const { server, session } = await world(client)
    const elsewhere = closing(await startHostileServer())
    const { state, transaction } = await session().createAuthorizationUrl()
    server.answer('discovery', { body: server.metadata({ [member]: member === 'issuer' ? elsewhere.url : `${elsewhere.url}/token` }) })
    // Another process, say: it has to look for itself.
    const finish = session().fetchToken({
      authorizationResponse: `https://app.example/callback?${new URLSearchParams({ code: 'C', state, iss: server.url })}`,
      transaction,
    })
    await expect(finish).rejects.toMatchObject({ code })
    expect(server.requestsTo('token')).toEqual([])
    expect(elsewhere.requests).toEqual([])
  })

  it('F26: a stored refresh token is sent to the place it came from, or nowhere', async () => {
    const { server, session, presented } = await world(client)
    const elsewhere = closing(await startHostileServer())
    elsewhere.answer('discovery', { body: elsewhere.metadata() })
    server.answer('token', { body: TOKEN })
    const store = memoryStore<TokenRecord>()
    const before = session({ store, key: 'alice' })
    await before.fetchToken({ grantType: 'password', username: 'alice', password: 'canary' })
    server.answer('discovery', { body: server.metadata({ token_endpoint: `${elsewhere.url}/token` }) })
    await session({ store, key: 'alice' }).refreshToken()
    expect(presented().at(-1)).toBe('refresh-2')
    await expect(session({ store, key: 'alice', issuer: elsewhere.url }).refreshToken()).rejects.toMatchObject({
      code: 'OAUTH_PROVIDER_MISMATCH',
    })
    expect(elsewhere.requestsTo('token')).toEqual([])
  })
})

function idToken(signer: Signer, { iss, nonce, time }: { iss: string; nonce: string | null; time: Clock }): string {
  const iat = Math.floor(time.now())
  return signer.sign({ iss, sub: 'alice', aud: 'client', iat, exp: iat + 300, nonce })
}
