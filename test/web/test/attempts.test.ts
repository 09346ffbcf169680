import { type Browser, login } from '@oauth-test/provider'
import { describe, expect, it } from 'vitest'
import { applications } from '../src/frameworks.ts'
import { NAVIGATION, raw } from '../src/raw.ts'
import { readSetCookie } from '../src/set-cookie.ts'
import { answeredLogin, front, logIn, loginCookies, sessionCookies, subOf } from '../src/visitor.ts'
import { useWorld } from '../src/world.ts'

describe.each(applications)('$name', ({ framework, stored }) => {
  const world = useWorld(framework, { stored, also: ['other'] })

  describe('AR02: a state that another browser brings', () => {
    it("AR02: the attacker's own answer in the victim's browser logs nobody in, asks the provider nothing, and is still good where it belongs", async () => {
      const { app, provider } = world
      const attacker = await answeredLogin(app, { username: 'bob' })
      const victim = app.browser()
      const before = provider.tokenRequests()
      const page = await victim.goto(attacker.callback, { from: 'https://attacker.example/' })
      expect([page.status, page.body.includes('OAUTH_NO_TRANSACTION')]).toEqual([400, true])
      expect(provider.tokenRequests()).toBe(before)
      expect(await front(victim, app)).toEqual({ logins: [] })
      expect(sessionCookies(victim, app)).toEqual([])
      expect((await attacker.finish()).text).toContain('guarded: bob')
    })

    it('AR02: nor in a browser that has a login of its own under way, which goes on', async () => {
      const { app, provider } = world
      const attacker = await answeredLogin(app, { username: 'bob' })
      const victim = await answeredLogin(app, { username: 'alice' })
      const before = provider.tokenRequests()
      const page = await victim.browser.goto(attacker.callback, { from: 'https://attacker.example/' })
      expect([page.status, page.body.includes('OAUTH_STATE_MISMATCH')]).toEqual([400, true])
      expect(provider.tokenRequests()).toBe(before)
      expect((await victim.finish()).text).toContain('guarded: alice')
    })

    it('AR02: nor in a browser that is logged in, whose session stays; an answer that was used does not log anybody else in either', async () => {
      const { app, provider } = world
      const victim = await world.loggedIn('alice')
      const attacker = await answeredLogin(app, { username: 'bob' })
      expect((await victim.goto(attacker.callback, { from: 'https://attacker.example/' })).status).toBe(400)
      expect(await subOf(victim, app)).toBe('alice')
      await attacker.finish()
      const before = provider.tokenRequests()
      await victim.goto(attacker.callback, { from: 'https://attacker.example/' })
      expect(await subOf(victim, app)).toBe('alice')
      const stranger = app.browser()
      expect((await stranger.goto(attacker.callback, { from: 'https://attacker.example/' })).status).toBe(400)
      expect(await subOf(stranger, app)).toBeUndefined()
      expect(provider.tokenRequests()).toBe(before)
    })
  })

  it("AR08: a login that was begun at one provider is refused at the other's callback, and asks neither anything", async () => {
    const { app, provider } = world
    const { browser, callback, finish } = await answeredLogin(app)
    const before = provider.tokenRequests()
    const page = await browser.goto(callback.replace('/auth/demo/', '/auth/other/'), { from: provider.issuer })
    expect([page.status, page.body.includes('OAUTH_PROVIDER_MISMATCH')]).toEqual([400, true])
    expect(provider.tokenRequests()).toBe(before)
    expect(await subOf(browser, app)).toBeUndefined()
    expect((await finish()).text).toContain('guarded: alice')
  })

  describe('SS13: many tabs', () => {
    it('SS13: four logins that are begun in parallel and finished in reverse all end where they were to go', async () => {
      const { app } = world
      const browser = app.browser()
      const paths = [
        '/guarded/items/1',
        '/auth/other/login?returnTo=/guarded/items/2',
        '/guarded/items/3',
        '/auth/demo/login?returnTo=/guarded/items/4',
      ]
      const tabs = await Promise.all(paths.map((path) => browser.goto(`${app.baseUrl}${path}`)))
      expect(loginCookies(browser, app)).toHaveLength(4)
      for (const [index, tab] of [...tabs.entries()].reverse()) {
        const page = await login(tab, { username: 'alice' })
        expect([page.url, page.text.includes(`item: ${index + 1}`)]).toEqual([`${app.baseUrl}/guarded/items/${index + 1}`, true])
      }
      expect(loginCookies(browser, app)).toEqual([])
      expect(await subOf(browser, app)).toBe('alice')
    })

    it('SS13: answers that come at the same moment do not harm each other: somebody is logged in, and no page is an error of the server', async () => {
      const { app, provider } = world
      const browser = app.browser()
      await logIn(browser, app)
      const callbacks = await Promise.all(
        [1, 2, 3, 4].map(async () => {
          const { history } = await browser.goto(`${app.baseUrl}/auth/demo/login?returnTo=/guarded`)
          return history.map(({ url }) => url)
        }),
      )
      expect(callbacks.every((urls) => urls.some((url) => url.includes('/callback')))).toBe(true)
      expect(await subOf(browser, app)).toBe('alice')
      expect(loginCookies(browser, app)).toEqual([])
      expect(provider.reuseDetected).toBe(0)
    })

    it('SS13: the same answer twice at once is used once, and the browser is logged in', async () => {
      const { app, provider } = world
      const { browser, callback } = await answeredLogin(app)
      const before = provider.tokenRequests('authorization_code')
      const pages = await Promise.all([1, 2, 3].map(() => browser.goto(callback, { from: provider.issuer })))
      expect(provider.tokenRequests('authorization_code')).toBe(before + 1)
      for (const { status } of pages) expect([200, 400]).toContain(status)
      expect(pages.some(({ text }) => text.includes('guarded: alice'))).toBe(true)
      expect(await subOf(browser, app)).toBe('alice')
    })

    it('SS13: the back button, and a reload of the callback, lead to the application and not to an error', async () => {
      const { app, provider } = world
      const { browser, callback, finish } = await answeredLogin(app)
      await finish()
      const before = provider.tokenRequests()
      const page = await browser.goto(callback, { from: provider.issuer })
      expect([page.url, page.status]).toEqual([`${app.baseUrl}/guarded`, 200])
      expect(provider.tokenRequests()).toBe(before)
      expect(await subOf(browser, app)).toBe('alice')
    })
  })

  describe('SS14: logins that are abandoned', () => {
    /** As a navigation, up to the redirect to the provider. */
    async function beginLogin(browser: Browser): Promise<void> {
      const { baseUrl } = world.app
      const cookie = browser.cookies.header(baseUrl)
      const answer = await raw(baseUrl, '/auth/demo/login?returnTo=/guarded', { headers: { ...NAVIGATION, ...(cookie ? { cookie } : {}) } })
      expect(answer.status).toBe(303)
      browser.cookies.store(answer.setCookie, baseUrl)
      for (const { maxAge } of answer.setCookie.map(readSetCookie)) expect(maxAge).toBeLessThanOrEqual(900)
    }

    it('SS14: 200 of them leave a few cookies below 8 KiB, and the newest can be finished', async () => {
      const { app } = world
      const browser = await world.loggedIn()
      for (let count = 0; count < 200; count++) await beginLogin(browser)
      expect(loginCookies(browser, app).length).toBeLessThanOrEqual(10)
      expect(browser.cookies.header(app.baseUrl).length).toBeLessThan(8192)
      const page = await logIn(browser, app, { path: '/auth/demo/login?returnTo=/guarded/items/201' })
      expect(page.text).toContain('item: 201')
    })

    it('SS14: the one that was begun last is never the one that goes', async () => {
      const { app } = world
      const { browser, finish } = await answeredLogin(app, {}, async (one) => {
        for (let count = 0; count < 12; count++) await beginLogin(one)
      })
      for (let count = 0; count < 5; count++) await beginLogin(browser)
      expect((await finish()).text).toContain('guarded: alice')
    })
  })
})
