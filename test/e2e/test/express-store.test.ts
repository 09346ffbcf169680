import { memoryStore, oauth, requireLogin, type Store } from '@oauth/express'
import { gotClient } from '@oauth/node-got'
import {
  type Browser,
  createBrowser,
  type Listening,
  listen,
  login,
  type ResourceServer,
  startProvider,
  startResourceServer,
  type TestProvider,
} from '@oauth-test/provider'
import express, { type Express } from 'express'
import got from 'got'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const secret = 'the secret of the application, long enough for a key'

/** What instances share: a store that does not say that one process alone can reach it, so that tokens are leased. */
function shared(): Store<unknown> {
  const { local: _alone, ...store } = memoryStore()
  return store
}

describe('Express with got on two instances and one store, a real provider and an API', () => {
  let provider: TestProvider
  let api: ResourceServer
  let server: Listening
  let instances: readonly Express[] = []
  let start: () => Express
  let turn = 0

  beforeAll(async () => {
    provider = await startProvider()
    api = await startResourceServer({ provider })
    server = await listen((req, res) => instances[turn++ % instances.length]?.(req, res))
    const client = await provider.addClient({
      client_id: 'express-store-e2e',
      client_secret: 'the-secret-of-the-client-0123456789',
      redirect_uris: [`${server.url}/auth/demo/callback`],
      post_logout_redirect_uris: [`${server.url}/`],
    })
    const store = shared()
    const demo = {
      issuer: provider.issuer,
      clientId: client.client_id,
      clientSecret: client.client_secret,
      scope: 'openid email offline_access',
      authorizationParameters: { prompt: 'consent' },
    }
    start = () => {
      const app = express()
      app.use(oauth({ baseUrl: server.url, secret, store, http: gotClient(got.extend({ prefixUrl: api.url })), providers: { demo } }))
      app.get('/me', requireLogin(), async (req, res) => {
        res.json(await req.oauth.client().get('me').json())
      })
      app.get('/report', requireLogin(), async (req, res) => {
        res.write('[')
        res.end(`${JSON.stringify(await req.oauth.client().get('me').json())}]`)
      })
      return app
    }
    instances = [start(), start()]
  })
  afterAll(async () => {
    await server.close()
    await api.close()
    await provider.close()
  })

  async function loggedIn(): Promise<Browser> {
    const browser = createBrowser()
    expect((await login(await browser.goto(`${server.url}/me`), { username: 'alice' })).status).toBe(200)
    return browser
  }

  it('RF02: thirty requests whose token the API refuses, spread over both, make one refresh, and all are answered', async () => {
    const browser = await loggedIn()
    const before = provider.tokenRequests('refresh_token')
    provider.expireAccessTokens()
    const answers = await Promise.all(Array.from({ length: 30 }, () => browser.fetch(`${server.url}/me`)))
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    expect([provider.tokenRequests('refresh_token') - before, provider.reuseDetected, provider.grantRevoked]).toEqual([1, 0, 0])
  })

  it('F28: a restart of all, and a token that is renewed while the answer is streamed, are not noticed', async () => {
    const browser = await loggedIn()
    const cookie = browser.cookies.get('oauth.session.0', server.url)
    instances = [start(), start(), start()]
    provider.expireAccessTokens()
    expect(await (await browser.fetch(`${server.url}/report`)).json()).toMatchObject([{ sub: 'alice' }])
    expect(await (await browser.fetch(`${server.url}/me`)).json()).toMatchObject({ sub: 'alice' })
    expect(browser.cookies.get('oauth.session.0', server.url)).toEqual(cookie)
  })

  it('logs out of all of them, and the API is out of reach for a copy of the cookie', async () => {
    const browser = await loggedIn()
    const { value } = browser.cookies.get('oauth.session.0', server.url) ?? {}
    const copy = () => fetch(`${server.url}/me`, { headers: { cookie: `oauth.session.0=${value}` }, redirect: 'manual' })
    expect((await copy()).status).toBe(200)
    await browser.goto(`${server.url}/auth/logout`, { from: server.url })
    expect(await Promise.all(Array.from({ length: 3 }, async () => (await copy()).status))).not.toContain(200)
  })
})
