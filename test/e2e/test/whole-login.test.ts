import { OAuth2Session as KySession } from '@oauth/ky'
import { OAuth2Session as GotSession } from '@oauth/node-got'
import { createBrowser, login, startProvider, startResourceServer, type TestProvider } from '@oauth-test/provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const redirectUri = 'http://127.0.0.1/callback'

/** A session on each client, and calls that each sends once but for the renewal of the token. */
const ON = {
  got(options: ConstructorParameters<typeof GotSession>[0]) {
    const session = new GotSession(options)
    return {
      session,
      get: (url: string): Promise<unknown> => session.http.get(url).json(),
      post: (url: string, json: object): Promise<unknown> => session.http.post(url, { json, retry: { limit: 0 } }).json(),
    }
  },
  ky(options: ConstructorParameters<typeof KySession>[0]) {
    const session = new KySession(options)
    return {
      session,
      get: (url: string): Promise<unknown> => session.http.get(url).json(),
      post: (url: string, json: object): Promise<unknown> => session.http.post(url, { json, retry: 0 }).json(),
    }
  },
} as const

describe.each(['got', 'ky'] as const)('a whole login on %s', (client) => {
  let provider: TestProvider
  let api: Awaited<ReturnType<typeof startResourceServer>>

  beforeAll(async () => {
    provider = await startProvider({ accessTokenTtl: 3600 })
    api = await startResourceServer({ provider })
  })
  afterAll(async () => {
    await api.close()
    await provider.close()
  })

  async function loggedIn() {
    const { session, get, post } = ON[client]({
      issuer: provider.issuer,
      clientId: provider.client.client_id,
      clientSecret: provider.client.client_secret,
      scope: 'openid email offline_access',
      redirectUri,
      authorizationParameters: { prompt: 'consent' },
    })
    const { url, transaction } = await session.createAuthorizationUrl()
    const browser = createBrowser({ stopAt: ({ pathname }) => pathname === '/callback' })
    const page = await login(await browser.goto(url), { username: 'alice', consent: true })
    const token = await session.fetchToken({ authorizationResponse: page.url, transaction: JSON.parse(JSON.stringify(transaction)) })
    return { session, token, get, post }
  }

  it('logs in, verifies the ID token, calls an API', async () => {
    const { session, token, get } = await loggedIn()
    expect(session.claims).toMatchObject({ iss: provider.issuer, aud: provider.client.client_id })
    expect(token.refresh_token).toBeTypeOf('string')
    expect(await get(`${api.url}/me`)).toMatchObject({ sub: session.claims?.sub })
    expect(await session.userinfo()).toMatchObject({ sub: session.claims?.sub, email: expect.stringContaining('@') })
  })

  it('RF01: fifty calls with an expired token make one refresh, with rotation and reuse detection on', async () => {
    const { session, token, get } = await loggedIn()
    const before = provider.tokenRequests('refresh_token')
    await session.setToken({ ...token, expires_at: 1 })
    const answers = await Promise.all(Array.from({ length: 50 }, () => get(`${api.url}/me`)))
    expect(answers).toHaveLength(50)
    expect(provider.tokenRequests('refresh_token') - before).toBe(1)
    expect(provider.reuseDetected).toBe(0)
    expect(session.token?.refresh_token).not.toBe(token.refresh_token)
  })

  it('a 401 from the API refreshes once and retries once', async () => {
    const { post } = await loggedIn()
    const before = provider.tokenRequests('refresh_token')
    provider.expireAccessTokens()
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(`${api.url}/echo`, { a: 1 })))
    expect(answers[0]).toMatchObject({ method: 'POST' })
    expect(provider.tokenRequests('refresh_token') - before).toBe(1)
  })
})
