import { login } from '@oauth-test/provider'
import { nextFrameworks } from '@oauth-test/web/next'
import { NAVIGATION, raw } from '@oauth-test/web/raw'
import { loginCookies } from '@oauth-test/web/visitor'
import { useWorld } from '@oauth-test/web/world'
import { describe, expect, it } from 'vitest'

/** What Next's router sends, as a browser does. */
const ROUTER = {
  accept: '*/*',
  'sec-fetch-mode': 'cors',
  'sec-fetch-dest': 'empty',
  'sec-fetch-site': 'same-origin',
  rsc: '1',
  'next-url': '/static',
}

describe.each(nextFrameworks)('guards, $name', (framework) => {
  const world = useWorld(framework)

  it.each([
    ['a page', '/guarded', 'guarded: alice'],
    ['a page of a dynamic route', '/guarded/items/17?a=b&a=c', 'item: 17'],
  ])('%s sends people to the login and back to where they were', async (_name, path, text) => {
    const { app } = world
    const page = await login(await app.browser().goto(`${app.baseUrl}${path}`), { username: 'alice' })
    expect([page.url, page.text]).toEqual([`${app.baseUrl}${path}`, text])
  })

  it('a page that no proxy has seen sends people to the login, and does not know where it is', async () => {
    const { app } = world
    const browser = app.browser()
    const page = await login(await browser.goto(`${app.baseUrl}/without-proxy/guarded`), { username: 'alice' })
    expect(page.url).toBe(`${app.baseUrl}/`)
    expect((await browser.goto(`${app.baseUrl}/without-proxy/guarded`)).text).toBe('guarded: alice')
  })

  it('a route handler sends people to the login and back, and answers scripts with 401', async () => {
    const { app } = world
    const page = await login(await app.browser().goto(`${app.baseUrl}/guarded/api?a=b`), { username: 'alice' })
    expect([page.url, JSON.parse(page.body)]).toEqual([`${app.baseUrl}/guarded/api?a=b`, { sub: 'alice' }])
    expect((await app.browser().fetch(`${app.baseUrl}/guarded/api`)).status).toBe(401)
  })

  it.each(['/guarded', '/guarded/items/17', '/without-proxy/guarded'])(
    "SS15: %s begins no login for Next's router, which then has the browser go there",
    async (path) => {
      const { app, provider } = world
      const browser = app.browser()
      await browser.goto(`${app.baseUrl}/static`)
      const before = provider.requests.length
      for (const prefetch of [
        {},
        { 'next-router-prefetch': '1' },
        { 'next-router-prefetch': '1', 'next-router-segment-prefetch': '/_tree' },
      ]) {
        const answer = await browser.fetch(`${app.baseUrl}${path}`, { headers: { ...ROUTER, ...prefetch } })
        expect(await answer.text()).not.toMatch(/guarded: |item: /)
      }
      expect([loginCookies(browser, app), provider.requests.length - before]).toEqual([[], 0])
      // The login itself is nothing that a router can show: it leaves the page for it.
      const answer = await browser.fetch(`${app.baseUrl}/auth/demo/login`, { headers: ROUTER, redirect: 'manual' })
      expect([answer.status === 307 ? 401 : answer.status, loginCookies(browser, app)]).toEqual([401, []])
    },
  )

  it('SS15: a handler that calls login() begins none for a prefetch, nor for the router, and one for the person who goes there', async () => {
    const { app, provider } = world
    const browser = app.browser()
    await browser.goto(`${app.baseUrl}/static`)
    const before = provider.requests.length
    for (const headers of [ROUTER, { ...ROUTER, 'next-router-prefetch': '1' }, { ...NAVIGATION, 'sec-purpose': 'prefetch' }]) {
      const answer = await browser.fetch(`${app.baseUrl}/link?provider=demo`, { headers })
      expect([answer.status, new URL(answer.url).pathname, loginCookies(browser, app)]).toEqual([401, '/auth/demo/login', []])
    }
    expect(provider.requests.length).toBe(before)
    expect((await login(await browser.goto(`${app.baseUrl}/link?provider=demo`), { username: 'alice' })).url).toBe(`${app.baseUrl}/`)
  })

  it('RD07: what a request says of where it was is checked, where no proxy has written it over', async () => {
    const { app } = world
    for (const said of ['//evil.example/x', 'https://evil.example/', '/\\evil.example', 'javascript:alert(1)', '/\t/evil.example']) {
      for (const path of ['/without-proxy/guarded', '/guarded']) {
        const { headers } = await raw(app.baseUrl, path, { headers: { ...NAVIGATION, 'x-oauth-url': said } })
        const to = new URL(headers['location'] ?? '', app.baseUrl)
        expect([to.origin, to.pathname]).toEqual([app.baseUrl, '/auth/demo/login'])
        const { setCookie, status } = await raw(app.baseUrl, to.pathname + to.search)
        expect([status, setCookie.length]).toEqual([303, 1])
        const page = await login(await app.browser().goto(to.href), { username: 'alice' })
        expect(new URL(page.url).origin).toBe(app.baseUrl)
      }
    }
  })

  it('SS22: a redirect to a login may not be cached, whatever the request pretends to be', async () => {
    const { app } = world
    for (const path of ['/guarded', '/guarded/api', '/without-proxy/guarded', '/auth/demo/login']) {
      for (const pretence of [{}, { 'x-nextjs-data': '1' }, { rsc: '1' }, { rsc: '1', 'next-router-prefetch': '1' }]) {
        const headers = { ...NAVIGATION, ...pretence }
        const answer = await raw(app.baseUrl, path, { headers })
        expect([path, pretence, answer.headers['cache-control']]).toEqual([path, pretence, expect.stringContaining('no-store')])
      }
    }
  })

  it('SS24: the route of the hook tells claims and no token, and its page knows nobody when it is built', async () => {
    const { app, provider } = world
    const browser = await world.loggedIn()
    const page = await browser.goto(`${app.baseUrl}/hook`)
    expect(page.text).toBe('loading')
    const told = await (await browser.fetch(`${app.baseUrl}/auth/user`)).json()
    expect(told).toMatchObject({ sub: 'alice' })
    expect(provider.issued.length).toBeGreaterThan(0)
    for (const token of provider.issued) expect(JSON.stringify(told) + page.body).not.toContain(token)
  })
})
