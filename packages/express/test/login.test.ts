import { createBrowser, login, startProvider } from '@oauth-test/provider'
import express, { type ErrorRequestHandler, type RequestHandler } from 'express'
import { afterEach, describe, expect, it } from 'vitest'
import { requireLogin } from '../src/index.js'
import { NAVIGATION, raw } from './raw.js'
import { clock, closeAll, closing, registered, serve, world } from './world.js'

afterEach(closeAll)

describe('a whole login', () => {
  it('from a guarded page over the provider back to it; then out again', async () => {
    const { browser, url, provider, login } = await world({
      routes: (app) => app.get('/items', requireLogin(), (req, res) => res.send(`Hello ${req.oauth.user?.email} of ${req.oauth.provider}`)),
    })
    const page = await login('/items?page=2')
    expect([page.url, page.status, page.text]).toEqual([`${url}/items?page=2`, 200, 'Hello alice@example.com of demo'])
    expect(page.history.filter(({ url: visited }) => visited.startsWith(url)).map(({ status }) => status)).toEqual([303, 200])
    expect(browser.cookies.all(url).filter(({ name }) => name.startsWith('oauth.'))).toEqual([
      expect.objectContaining({ name: 'oauth.session.0', httpOnly: true, sameSite: 'lax', path: '/' }),
    ])
    expect(browser.cookies.visibleToScript(url)).toBe('')
    expect(await (await browser.fetch(`${url}/auth/user`)).json()).toMatchObject({ sub: 'alice', email: 'alice@example.com' })

    const stolen = browser.cookies.header(url)
    const out = await browser.goto(`${url}/auth/logout`, { from: url })
    expect(out.url).toMatch(new RegExp(`^${provider.issuer}/session/end`))
    expect(provider.requests.filter(({ endpoint }) => endpoint === 'revocation').map(({ status }) => status)).toEqual([200])
    expect((await browser.fetch(`${url}/auth/user`)).status).toBe(401)
    expect((await fetch(`${url}/auth/user`, { headers: { cookie: stolen } })).status).toBe(401)
  })

  it('by form_post', async () => {
    const { url, browser, login } = await world({ provider: { responseMode: 'form_post' } })
    const page = await login()
    // The page posts itself by a script; without scripts a person presses the button.
    const done = await page.submit()
    expect(done.history.map(({ method, status }) => [method, status])).toEqual([
      ['POST', 303],
      ['GET', 404],
    ])
    expect(done.url).toBe(`${url}/`)
    expect(await (await browser.fetch(`${url}/auth/user`)).json()).toMatchObject({ sub: 'alice' })
  })

  it('by form_post with a body parser in front', async () => {
    for (const extended of [true, false]) {
      const { url, browser, login } = await world({ provider: { responseMode: 'form_post' }, before: [express.urlencoded({ extended })] })
      await (await login()).submit()
      expect((await browser.fetch(`${url}/auth/user`)).status).toBe(200)
    }
  })

  it('that the person denies ends with 400, and nobody is logged in', async () => {
    const { url, browser } = await world()
    const page = await login(await browser.goto(`${url}/auth/demo/login`), { username: 'alice', consent: false })
    expect([page.status, page.text]).toEqual([400, expect.stringContaining('OAUTH_AUTHORIZATION_RESPONSE')])
    expect(browser.cookies.all(url).filter(({ name }) => name.startsWith('oauth.'))).toEqual([])
  })

  it('with own paths', async () => {
    const { url, browser, login } = await world({
      options: { paths: { login: '/in/{provider}', callback: '/back/{provider}', logout: '/out', user: '/me' } },
    })
    expect((await login('/in/demo')).url).toBe(`${url}/`)
    expect(await (await browser.fetch(`${url}/me`)).json()).toMatchObject({ sub: 'alice' })
    expect((await browser.goto(`${url}/auth/user`)).status).toBe(404)
    await browser.fetch(`${url}/out`, { method: 'POST', redirect: 'manual' })
    expect((await browser.fetch(`${url}/me`)).status).toBe(401)
  })

  it('that another site links to works; one that it frames or fetches does not start', async () => {
    const { url, browser } = await world()
    expect((await browser.goto(`${url}/auth/demo/login`, { from: 'https://elsewhere.example/' })).status).toBe(200)
    expect((await browser.fetch(`${url}/auth/demo/login`)).status).toBe(401)
  })

  it('F28: survives a restart of the application in the middle', async () => {
    const provider = closing(await startProvider())
    const time = clock()
    let oauth = express.Router()
    const server = await serve(async (url) => {
      oauth.use(await registered(provider, url, { clock: time }))
      return express().use((req, res, next) => oauth(req, res, next))
    })
    const browser = createBrowser()
    const page = await browser.goto(`${server.url}/auth/demo/login`)
    oauth = express.Router().use(await registered(provider, server.url, { clock: time }))
    await login(page, { username: 'alice' })
    expect((await browser.fetch(`${server.url}/auth/user`)).status).toBe(200)
  })

  it('req.oauth.logout() ends the session from a route of the application', async () => {
    const { url, browser, login } = await world({
      routes: (app) => app.post('/bye', async (req, res) => res.json({ go: await req.oauth.logout(), user: req.oauth.user ?? null })),
    })
    await login()
    const answer = await browser.fetch(`${url}/bye`, { method: 'POST' })
    expect(await answer.json()).toEqual({ go: expect.stringMatching(/\/session\/end\?/), user: null })
    expect(answer.headers.get('cache-control')).toBe('private, no-store')
    expect((await browser.fetch(`${url}/auth/user`)).status).toBe(401)
  })
})

describe('requests that the routes do not take', () => {
  it.each([
    ['HEAD', '/auth/demo/login'],
    ['PUT', '/auth/demo/login'],
    ['HEAD', '/auth/demo/callback?code=a&state=b'],
    ['PUT', '/auth/demo/callback'],
    ['HEAD', '/auth/logout'],
    ['DELETE', '/auth/logout'],
    ['PUT', '/auth/user'],
    ['OPTIONS', '/auth/user'],
  ])('%s %s is 405 with Allow', async (method, path) => {
    const { url } = await world()
    const answer = await fetch(`${url}${path}`, { method })
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, expect.stringMatching(/^GET/)])
    expect(answer.headers.getSetCookie()).toEqual([])
  })

  it('HEAD of the user route has the status and no body', async () => {
    const { url } = await world()
    const answer = await fetch(`${url}/auth/user`, { method: 'HEAD' })
    expect([answer.status, await answer.text()]).toEqual([401, ''])
  })
})

/** An error handler that keeps what it gets. */
function noting(seen: unknown[]): ErrorRequestHandler {
  return (error, _req, res, _next) => {
    seen.push(error)
    res.status(500).end()
  }
}

describe('requireLogin', () => {
  it('sends a navigation to the login, and answers a script with 401 in JSON', async () => {
    const { url, browser } = await world({ routes: (app) => app.use('/items', requireLogin(), (_req, res) => res.send('inside')) })
    const sent = await raw(url, '/items/a?b=c', { headers: NAVIGATION })
    expect([sent.status, sent.headers.location]).toEqual([303, '/auth/demo/login?returnTo=%2Fitems%2Fa%3Fb%3Dc'])
    expect(sent.headers).toMatchObject({ 'cache-control': 'private, no-store', vary: 'Cookie' })
    const refused = await browser.fetch(`${url}/items/a`)
    expect([refused.status, await refused.json()]).toEqual([401, { error: 'login_required' }])
    expect([refused.headers.get('cache-control'), refused.headers.get('vary')]).toEqual(['private, no-store', 'Cookie'])
    expect((await raw(url, '/items/a', { method: 'POST', headers: NAVIGATION })).status).toBe(401)
  })

  it("SS15: a client of a test is a person without Fetch Metadata; Node's fetch is a script, whatever it is given, and can log out by form", async () => {
    const { url } = await world({ routes: (app) => app.get('/items', requireLogin(), (_req, res) => res.send('in')) })
    const pages = ['/items', '/auth/demo/login', '/auth/logout']
    const statuses = (send: (path: string) => Promise<{ readonly status: number }>) =>
      Promise.all(pages.map(async (path) => (await send(path)).status))
    expect(await statuses((path) => raw(url, path, { headers: { accept: 'text/html' } }))).toEqual([303, 303, 303])
    const headers = { accept: 'text/html', 'sec-fetch-mode': 'navigate' }
    expect(await statuses((path) => fetch(`${url}${path}`, { headers, redirect: 'manual' }))).toEqual([401, 401, 403])
    expect((await fetch(`${url}/auth/logout`, { method: 'POST', redirect: 'manual' })).status).toBe(303)
  })

  it('RD03: //evil.example on a guarded page does not come back there', async () => {
    const { url } = await world({ routes: (app) => app.use(requireLogin()) })
    for (const path of ['//evil.example/%2e%2e', '/%2f/evil.example', '/\\evil.example', 'http://evil.example/']) {
      expect(await raw(url, path, { headers: NAVIGATION })).toMatchObject({ status: 303, headers: { location: '/auth/demo/login' } })
    }
  })

  it('B1: for a provider that does not exist is an error at the first request, for everybody', async () => {
    const seen: unknown[] = []
    const { url, browser, login } = await world({
      routes: (app) => app.get('/items', requireLogin({ provider: 'toString' }), (_req, res) => res.send('inside')),
      handler: noting(seen),
    })
    await browser.fetch(`${url}/items`)
    await raw(url, '/items', { headers: NAVIGATION })
    await login()
    await browser.goto(`${url}/items`)
    const unknown = { name: 'UsageError', message: expect.stringContaining('no provider "toString". Known: demo') }
    expect(seen).toEqual([expect.objectContaining(unknown), expect.objectContaining(unknown), expect.objectContaining(unknown)])
  })

  it('B1: that is not called is an error that says so, and no request that hangs', async () => {
    const seen: unknown[] = []
    const { url } = await world({
      // Without types nobody notices before the first request.
      routes: (app) => app.get('/items', requireLogin as unknown as RequestHandler, (_req, res) => void res.send('inside')),
      handler: noting(seen),
    })
    expect((await fetch(`${url}/items`, { signal: AbortSignal.timeout(5_000) })).status).toBe(500)
    expect(seen).toEqual([expect.objectContaining({ name: 'UsageError', message: expect.stringContaining('requireLogin(), handler') })])
  })

  it('token: true sends a person whose token is expired and cannot be renewed to the login, and answers a script with 401', async () => {
    const { url, browser, login, clock } = await world({
      provider: { scope: 'openid email', authorizationParameters: {} },
      routes: (app) => {
        app.get('/items', requireLogin({ token: true }), (req, res) => res.send(req.oauth.user?.email))
        app.get('/me', requireLogin(), (req, res) => res.send(req.oauth.user?.email))
      },
    })
    await login('/items')
    expect(await (await browser.fetch(`${url}/items`)).text()).toBe('alice@example.com')
    clock.ahead = 120
    expect((await browser.fetch(`${url}/items`)).status).toBe(401)
    expect(await (await browser.fetch(`${url}/me`)).text()).toBe('alice@example.com')
    const cookie = browser.cookies.header(url)
    expect(await raw(url, '/items?page=2', { headers: { ...NAVIGATION, cookie } })).toMatchObject({
      status: 303,
      headers: { location: '/auth/demo/login?returnTo=%2Fitems%3Fpage%3D2' },
    })
  })

  it('token: true lets a login through whose expired token can be renewed', async () => {
    const { url, browser, login, clock } = await world({
      routes: (app) =>
        app.get('/items', requireLogin({ token: true }), async (req, res) => res.send(typeof (await req.oauth.session()?.accessToken()))),
    })
    await login()
    clock.ahead = 120
    expect(await (await browser.fetch(`${url}/items`)).text()).toBe('string')
  })
})
