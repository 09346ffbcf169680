import { oauth, requireLogin } from '@oauth/express'
import { gotClient } from '@oauth/node-got'
import {
  createBrowser,
  type Listening,
  listen,
  login,
  type ResourceServer,
  startProvider,
  startResourceServer,
  type TestProvider,
} from '@oauth-test/provider'
import express, { type Express, type Request } from 'express'
import got, { type Got } from 'got'
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest'

declare module '@oauth/express' {
  interface Register {
    http: Got
  }
}

const secret = 'the secret of the application, long enough for a key'

describe('Express with got, a real provider and an API', () => {
  let provider: TestProvider
  let api: ResourceServer
  let server: Listening
  let app: Express

  beforeAll(async () => {
    provider = await startProvider()
    api = await startResourceServer({ provider })
    server = await listen((req, res) => app(req, res))
    app = await application()
  })
  afterAll(async () => {
    await server.close()
    await api.close()
    await provider.close()
  })

  async function application(): Promise<Express> {
    const client = await provider.addClient({
      client_id: 'express-got-e2e',
      client_secret: 'the-secret-of-the-client-0123456789',
      redirect_uris: [`${server.url}/auth/demo/callback`],
      post_logout_redirect_uris: [`${server.url}/`],
    })
    const made = express()
    made.use(
      oauth({
        baseUrl: server.url,
        secret,
        http: gotClient(got.extend({ prefixUrl: api.url })),
        providers: {
          demo: {
            issuer: provider.issuer,
            clientId: client.client_id,
            clientSecret: client.client_secret,
            scope: 'openid email offline_access',
            authorizationParameters: { prompt: 'consent' },
          },
        },
      }),
    )
    made.get('/me', requireLogin(), async (req, res) => {
      res.json(await req.oauth.client().get('me').json())
    })
    made.post('/echo', requireLogin(), async (req, res) => {
      res.json(
        await req.oauth
          .client('demo')
          .post('echo', { json: { a: 1 }, retry: { limit: 0 } })
          .json(),
      )
    })
    made.get('/elsewhere', requireLogin(), async (req, res) => {
      const refused = await req.oauth
        .client()('https://evil.example/', { prefixUrl: '' })
        .then(
          () => 'sent',
          (error: { code?: string; cause?: { code?: string } }) => error.code ?? error.cause?.code,
        )
      res.send(String(refused))
    })
    return made
  }

  async function loggedIn() {
    const browser = createBrowser()
    const page = await login(await browser.goto(`${server.url}/me`), { username: 'alice' })
    expect(page.status).toBe(200)
    return browser
  }

  it('req.oauth.client() is got', () => {
    expectTypeOf<Request['oauth']['client']>().returns.toEqualTypeOf<Got>()
  })

  it('logs in on the way to a page that calls the API as the person', async () => {
    const browser = await loggedIn()
    expect(await (await browser.fetch(`${server.url}/me`)).json()).toMatchObject({ sub: 'alice' })
  })

  it('twenty requests whose token the API refuses make one refresh; nothing is used twice, and all are answered', async () => {
    const browser = await loggedIn()
    const before = provider.tokenRequests('refresh_token')
    const cookie = browser.cookies.get('oauth.session.0', server.url)
    provider.expireAccessTokens()
    const answers = await Promise.all(Array.from({ length: 20 }, () => browser.fetch(`${server.url}/echo`, { method: 'POST' })))
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200))
    expect([provider.tokenRequests('refresh_token') - before, provider.reuseDetected, provider.grantRevoked]).toEqual([1, 0, 0])
    expect(browser.cookies.get('oauth.session.0', server.url)).not.toEqual(cookie)
    expect((await browser.fetch(`${server.url}/me`)).status).toBe(200)
    expect(provider.tokenRequests('refresh_token') - before).toBe(1)
  })

  it("RD10: the token goes to the API's origin and nowhere else", async () => {
    const browser = await loggedIn()
    expect(await (await browser.fetch(`${server.url}/elsewhere`)).text()).toBe('OAUTH_ORIGIN_NOT_ALLOWED')
  })

  it('F28: a restart with the same secret between login and callback, and after it, is not noticed', async () => {
    const browser = createBrowser()
    const page = await browser.goto(`${server.url}/me`)
    app = await application()
    expect((await login(page, { username: 'bob' })).status).toBe(200)
    app = await application()
    expect(await (await browser.fetch(`${server.url}/me`)).json()).toMatchObject({ sub: 'bob' })
  })

  it('logs out: the tokens are revoked at the provider, and the API is out of reach', async () => {
    const browser = await loggedIn()
    const revocations = () => provider.requests.filter(({ endpoint, status }) => endpoint === 'revocation' && status === 200).length
    const before = revocations()
    const page = await browser.goto(`${server.url}/auth/logout`, { from: server.url })
    expect(page.url.startsWith(provider.issuer)).toBe(true)
    expect(revocations() - before).toBe(1)
    expect((await browser.fetch(`${server.url}/me`)).status).toBe(401)
  })
})
