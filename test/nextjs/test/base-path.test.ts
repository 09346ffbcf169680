import { login } from '@oauth-test/provider'
import { nextBelowAPath } from '@oauth-test/web/next'
import { front, loginCookies, sessionCookies } from '@oauth-test/web/visitor'
import { useWorld } from '@oauth-test/web/world'
import { describe, expect, it } from 'vitest'

describe('an application with the basePath of next.config', () => {
  const world = useWorld(nextBelowAPath)

  it.each(['/guarded', '/guarded/items/17?a=b', '/guarded/api'])(
    '%s sends people to the login and back, all below the path',
    async (path) => {
      const { app, provider } = world
      expect(new URL(app.baseUrl).pathname).toBe('/shop')
      const page = await login(await app.browser().goto(`${app.baseUrl}${path}`), { username: 'alice' })
      expect([page.status, page.url]).toEqual([200, `${app.baseUrl}${path}`])
      const own = page.history.map(({ url }) => url).filter((url) => !url.startsWith(provider.issuer))
      expect(own.filter((url) => !url.startsWith(`${app.baseUrl}/`))).toEqual([])
    },
  )

  it('server actions log in and out', async () => {
    const { app } = world
    const browser = app.browser()
    const asked = await (await browser.goto(`${app.baseUrl}/actions`)).click('sign in')
    const page = await login(asked, { username: 'alice' })
    expect([page.url, page.text]).toEqual([`${app.baseUrl}/actions`, expect.stringContaining('user: alice')])
    await page.click('sign out')
    expect(sessionCookies(browser, app)).toEqual([])
    expect(await front(browser, app)).toEqual({ logins: [] })
  })

  it('the proxy renews, and the same page has the new token', async () => {
    const { app, provider } = world
    const browser = await world.loggedIn()
    await app.restart({ ahead: 4000 })
    const page = await browser.goto(`${app.baseUrl}/proxied`)
    expect(page.text).toMatch(/^token: [\w-]{43} needsRefresh: false$/)
    expect((await browser.goto(`${app.baseUrl}/rendered`)).text).toBe(page.text)
    expect([provider.tokenRequests('refresh_token'), provider.reuseDetected]).toEqual([1, 0])
  })

  it('the routes are nowhere else', async () => {
    const { app } = world
    const browser = app.browser()
    const page = await browser.goto(new URL('/auth/demo/login', app.baseUrl).href)
    expect([page.status, loginCookies(browser, app)]).toEqual([404, []])
  })
})
