import { OAuth2Session } from '@oauth/ky'
import { createBrowser, login, startProvider, startResourceServer, type TestProvider } from '@oauth-test/provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const redirectUri = 'http://127.0.0.1/callback'

describe('a whole login on ky', () => {
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

  async function loggedIn(options: object = {}) {
    const session = new OAuth2Session({
      issuer: provider.issuer,
      clientId: provider.client.client_id,
      clientSecret: provider.client.client_secret,
      scope: 'openid email offline_access',
      redirectUri,
      authorizationParameters: { prompt: 'consent' },
      ...options,
    })
    const { url, transaction } = await session.createAuthorizationUrl()
    const browser = createBrowser({ stopAt: ({ pathname }) => pathname === '/callback' })
    const page = await login(await browser.goto(url), { username: 'alice', consent: true })
    const token = await session.fetchToken({ authorizationResponse: page.url, transaction: JSON.parse(JSON.stringify(transaction)) })
    return { session, token }
  }

  it('logs in, verifies the ID token, calls an API', async () => {
    const { session, token } = await loggedIn()
    expect(session.claims).toMatchObject({ iss: provider.issuer, aud: provider.client.client_id })
    expect(token.refresh_token).toBeTypeOf('string')
    expect(await session.http.get(`${api.url}/me`).json()).toMatchObject({ sub: session.claims?.sub })
    expect(await session.userinfo()).toMatchObject({ sub: session.claims?.sub, email: expect.stringContaining('@') })
  })

  it('RF01: fifty calls with an expired token make one refresh, with rotation and reuse detection on', async () => {
    const { session, token } = await loggedIn()
    const before = provider.tokenRequests('refresh_token')
    await session.setToken({ ...token, expires_at: 1 })
    const answers = await Promise.all(Array.from({ length: 50 }, () => session.http.get(`${api.url}/me`).json()))
    expect(answers).toHaveLength(50)
    expect(provider.tokenRequests('refresh_token') - before).toBe(1)
    expect(provider.reuseDetected).toBe(0)
    expect(session.token?.refresh_token).not.toBe(token.refresh_token)
  })

  it('a 401 from the API refreshes once and retries once', async () => {
    const { session } = await loggedIn()
    const before = provider.tokenRequests('refresh_token')
    provider.expireAccessTokens()
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => session.http.post(`${api.url}/echo`, { json: { a: 1 }, retry: 0 }).json()),
    )
    expect(answers[0]).toMatchObject({ method: 'POST' })
    expect(provider.tokenRequests('refresh_token') - before).toBe(1)
  })
})
