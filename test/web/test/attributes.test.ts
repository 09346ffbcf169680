import { type Page, startProvider } from '@oauth-test/provider'
import { describe, expect, it } from 'vitest'
import type { App } from '../src/framework.ts'
import { frameworks } from '../src/frameworks.ts'
import { NAVIGATION, raw } from '../src/raw.ts'
import { refusalOf } from '../src/refusal.ts'
import { type ReceivedCookie, readSetCookie } from '../src/set-cookie.ts'
import { answeredLogin, front, leaveProvider, logIn, loginCookies, sessionCookies, signOut, subOf } from '../src/visitor.ts'
import { useWorld } from '../src/world.ts'

/** What the application has set on the way to a page. */
function cookiesOf({ history }: Page, { baseUrl }: App): readonly ReceivedCookie[] {
  return history.filter(({ url }) => url.startsWith(baseUrl)).flatMap(({ setCookie }) => setCookie.map(readSetCookie))
}

describe.each(frameworks)('$name', (framework) => {
  describe('behind a reverse proxy with TLS', () => {
    const world = useWorld(framework, { app: { https: true }, also: ['other'] })

    it('SS04: every cookie is __Host-, Secure, HttpOnly, SameSite=Lax, of Path=/ and without Domain', async () => {
      const { app } = world
      const browser = app.browser()
      const begun = await browser.goto(`${app.baseUrl}/guarded`)
      const attempt = cookiesOf(begun, app)
      const done = cookiesOf(await logIn(browser, app), app)
      expect(attempt.map(({ name }) => name)).toEqual([expect.stringMatching(/^__Host-oauth\.login\.[\w-]+$/)])
      expect(done.map(({ name }) => name)).toContain('__Host-oauth.session.0')
      for (const { attributes, maxAge } of [...attempt, ...done]) {
        expect(attributes).toEqual(['httponly', 'path=/', 'samesite=lax', 'secure'])
        expect(maxAge).toBeTypeOf('number')
      }
      expect(browser.cookies.visibleToScript(app.baseUrl)).toBe('')
      expect(sessionCookies(browser, app)).not.toEqual([])
    })

    it('SS05: a cookie without the prefix, as a neighbouring host can set it, is nobody', async () => {
      const { app } = world
      const attacker = await world.loggedIn('bob')
      const victim = app.browser()
      for (const { name, value } of sessionCookies(attacker, app))
        victim.cookies.store(`${name.replace('__Host-', '')}=${value}; Path=/`, app.baseUrl)
      expect(victim.cookies.header(app.baseUrl)).toContain('oauth.session.0=')
      expect(await subOf(victim, app)).toBeUndefined()
      await logIn(victim, app, { username: 'alice' })
      expect(await subOf(victim, app)).toBe('alice')
    })

    it('SS17: a logout deletes the session with the attributes it was set with', async () => {
      const { app } = world
      const browser = app.browser()
      const set = cookiesOf(await logIn(browser, app), app).filter(({ name, maxAge }) => name.includes('.session.') && maxAge !== 0)
      const out = await signOut(browser, app)
      const gone = out.headers.getSetCookie().map(readSetCookie)
      expect(gone).toEqual(set.map(({ name, attributes }) => ({ name, value: '', attributes, maxAge: 0 })))
      expect(sessionCookies(browser, app)).toEqual([])
    })
  })

  describe('behind a reverse proxy with TLS and a path', () => {
    const world = useWorld(framework, { app: { https: true, basePath: '/shop/eu' } })

    it('SS04 SS17: a path of the application changes no cookie: set and deleted for the whole host', async () => {
      const { app } = world
      const browser = app.browser()
      const page = await logIn(browser, app)
      expect([page.url, page.text.includes('guarded: alice')]).toEqual([`${app.baseUrl}/guarded`, true])
      for (const { name, attributes } of cookiesOf(page, app)) {
        expect(name).toMatch(/^__Host-/)
        expect(attributes).toEqual(['httponly', 'path=/', 'samesite=lax', 'secure'])
      }
      await signOut(browser, app)
      expect([...sessionCookies(browser, app), ...loginCookies(browser, app)]).toEqual([])
      expect(await front(browser, app)).toEqual({ logins: [] })
    })
  })

  describe('with the answer by form_post', () => {
    const world = useWorld(framework, { app: { https: true }, demo: { responseMode: 'form_post' }, also: ['other'] })

    it("SS16: a cross-site POST finishes the login: the attempt's cookie alone is SameSite=None; Secure, and the session stays Lax", async () => {
      const { app } = world
      const browser = app.browser()
      const form = await logIn(browser, app)
      expect(form.form().action).toBe(`${app.baseUrl}/auth/demo/callback`)
      expect(loginCookies(browser, app)).toMatchObject([{ sameSite: 'none', secure: true }])
      const page = await form.submit()
      expect(page.history[0]).toMatchObject({ method: 'POST', status: 303 })
      expect([page.url, page.text.includes('guarded: alice')]).toEqual([`${app.baseUrl}/guarded`, true])
      for (const { name, attributes } of cookiesOf(page, app).filter(({ maxAge }) => maxAge !== 0)) {
        expect(name).toContain('.session.')
        expect(attributes).toEqual(['httponly', 'path=/', 'samesite=lax', 'secure'])
      }
      expect(loginCookies(browser, app)).toEqual([])
    })

    it('SS16: the attempt of a login by query at the same application stays Lax', async () => {
      const { app } = world
      const browser = app.browser()
      await browser.goto(`${app.baseUrl}/auth/other/login`)
      expect(loginCookies(browser, app)).toMatchObject([{ sameSite: 'lax' }])
    })

    it('SS01 SS16: a login by form_post, which comes without the session cookie, ends the session before it', async () => {
      const { app } = world
      const browser = app.browser()
      await (await logIn(browser, app, { username: 'bob' })).submit()
      const thief = app.browser()
      for (const { name, value } of sessionCookies(browser, app)) thief.cookies.store(`${name}=${value}; Path=/; Secure`, app.baseUrl)
      expect(await subOf(thief, app)).toBe('bob')
      leaveProvider(browser)
      const page = await (await logIn(browser, app, { username: 'alice', path: '/auth/demo/login?returnTo=/guarded' })).submit()
      expect(page.text).toContain('guarded: alice')
      expect(await subOf(thief, app)).toBeUndefined()
    })
  })

  describe('on loopback without TLS', () => {
    const world = useWorld(framework)

    it('SS04: cookies are without prefix and Secure, and all else is the same', async () => {
      const { app } = world
      const page = await logIn(app.browser(), app)
      for (const { name, attributes } of cookiesOf(page, app)) {
        expect(name).toMatch(/^oauth\./)
        expect(attributes).toEqual(['httponly', 'path=/', 'samesite=lax'])
      }
    })

    it('SS05: of two session cookies of one name, one tossed by a neighbouring host, neither is chosen', async () => {
      const { app } = world
      const [victim, attacker] = [await world.loggedIn('alice'), await world.loggedIn('bob')]
      for (const { name, value } of sessionCookies(attacker, app))
        victim.cookies.store(`${name}=${value}; Path=/guarded`, `${app.baseUrl}/guarded`)
      expect(victim.cookies.header(`${app.baseUrl}/guarded/api`).match(/oauth\.session\.0=/g)).toHaveLength(2)
      const response = await victim.fetch(`${app.baseUrl}/guarded/api`)
      expect([response.status, (await response.text()).includes('sub')]).toEqual([401, false])
      expect(await subOf(victim, app)).toBe('alice')
    })

    it("SS05: of two cookies of a login's name, one tossed by a neighbouring host, neither is chosen", async () => {
      const { app, provider } = world
      const { browser, callback } = await answeredLogin(app)
      const [own] = loginCookies(browser, app)
      const tossed = `${own?.name}=${own?.value}; ${own?.name}=tossed`
      const { pathname, search } = new URL(callback)
      const before = provider.tokenRequests()
      for (const cookie of [tossed, tossed.split('; ').reverse().join('; ')]) {
        const answer = await raw(app.baseUrl, pathname + search, { headers: { ...NAVIGATION, cookie } })
        expect([answer.status, answer.setCookie.filter((one) => one.includes('.session.'))]).toEqual([400, []])
      }
      expect(provider.tokenRequests()).toBe(before)
    })
  })

  it('SS04: an address without TLS that is not on loopback is refused', async () => {
    const provider = await startProvider()
    try {
      const providers = { demo: { issuer: provider.issuer, clientId: 'web-app', clientSecret: provider.client.client_secret } }
      const refusal = await refusalOf(framework, { providers, address: 'http://app.example' })
      expect(refusal).toContain('"baseUrl" must use https')
    } finally {
      await provider.close()
    }
  })
})
