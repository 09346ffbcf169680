import { afterEach, describe, expect, it } from 'vitest'
import { frameworks } from '../src/frameworks.ts'
import { NAVIGATION, raw } from '../src/raw.ts'
import type { StoreCall } from '../src/remote-store.ts'
import { answeredLogin, front, logIn, plantSession, sessionCookies, signOut, subOf } from '../src/visitor.ts'
import { useWorld } from '../src/world.ts'

describe.each(frameworks)('$name', (framework) => {
  const world = useWorld(framework, { stored: true, provider: { accessTokenTtl: 60 }, also: ['other'] })
  const is =
    (operation: StoreCall['operation'], prefix = '') =>
    (call: StoreCall) =>
      call.operation === operation && call.key.startsWith(prefix)
  afterEach(() => {
    world.store.fault = () => undefined
  })

  describe('SS19: the store cannot be read', () => {
    /** What the library answers is 503, and of Express all is, since `oauth()` has read the session before. */
    const ANSWERED = ['/guarded/api', '/auth/user', '/auth/demo/login']
    /** What Next says of a page or a handler of the application that throws is 500, whatever the error. */
    const FAILED_BY_NEXT = ['/', '/guarded', '/guarded/items/1', '/welcome', '/recent']
    /** Where the application says why it failed. */
    const TOLD = ['/token', '/api']

    function expected(path: string): number {
      if (framework.name === 'express' || ANSWERED.includes(path)) return 503
      return FAILED_BY_NEXT.includes(path) ? 500 : 200
    }

    it.each([...ANSWERED, ...FAILED_BY_NEXT, ...TOLD])(
      'SS19: %s of somebody is an error, and not "logged out": no cookie goes, and afterwards they are still in',
      async (path) => {
        const { app, store } = world
        const browser = await world.loggedIn()
        const cookies = browser.cookies.header(app.baseUrl)
        store.fault = (call) => (is('get')(call) ? 'refused' : undefined)
        const page = await browser.goto(`${app.baseUrl}${path}`)
        const script = await browser.fetch(`${app.baseUrl}${path}`)
        store.fault = () => undefined
        expect(page.history.flatMap(({ setCookie }) => setCookie)).toEqual([])
        expect(page.headers.get('cache-control')).toContain('no-store')
        for (const { status, body } of [page, { status: script.status, body: await script.text() }]) {
          expect(status).toBe(expected(path))
          if (status === 200) expect(body).toContain('"error":"OAUTH_STORE')
          expect(body).not.toMatch(/alice|OAUTH_MISSING_TOKEN|not_logged_in|login_required/)
        }
        expect(browser.cookies.header(app.baseUrl)).toBe(cookies)
        expect(await subOf(browser, app)).toBe('alice')
      },
    )

    it('SS19: who has no session is served as ever', async () => {
      const { app, store } = world
      store.fault = () => 'refused'
      const browser = app.browser()
      expect(await front(browser, app)).toEqual({ logins: [] })
      expect((await browser.goto(`${app.baseUrl}/guarded`)).url).toContain(world.provider.issuer)
    })

    it('SS19: a page that reads no session does without the store', async () => {
      const { app, store } = world
      const browser = app.browser()
      store.fault = () => 'refused'
      expect((await browser.goto(`${app.baseUrl}/static`)).text).toContain('static')
    })

    it('SS19: a login that comes back meanwhile is 503, and can be finished when the store is there again', async () => {
      const { app, store, provider } = world
      const { browser, callback, finish } = await answeredLogin(app)
      store.fault = () => 'refused'
      const page = await browser.goto(callback, { from: provider.issuer })
      expect([page.status, sessionCookies(browser, app)]).toEqual([503, []])
      store.fault = () => undefined
      expect((await finish()).text).toContain('guarded: alice')
    })
  })

  describe('SS19: the store cannot write', () => {
    it('SS19: a login whose session cannot be kept is 503; the session before goes on, and the tokens are given back', async () => {
      const { app, store, provider } = world
      const before = await world.loggedIn('alice')
      const revoked = () => provider.requests.filter(({ endpoint, status }) => endpoint === 'revocation' && status === 200).length
      const count = revoked()
      const { browser, finish } = await answeredLogin(app, { username: 'bob' })
      store.fault = (call) => (is('set', 's:')(call) ? 'refused' : undefined)
      expect((await finish()).status).toBe(503)
      store.fault = () => undefined
      expect([await subOf(browser, app), sessionCookies(browser, app)]).toEqual([undefined, []])
      expect(revoked()).toBeGreaterThan(count)
      expect(await subOf(before, app)).toBe('alice')
    })

    it('SS19: a logout that cannot be made is 503 and none: the cookie stays, and the person can try again', async () => {
      const { app, store } = world
      const browser = await world.loggedIn()
      store.fault = (call) => (is('delete', 's:')(call) ? 'refused' : undefined)
      const cookies = browser.cookies.header(app.baseUrl)
      const out = await browser.goto(`${app.baseUrl}/auth/logout`, { from: app.baseUrl })
      expect([out.status, browser.cookies.header(app.baseUrl)]).toEqual([503, cookies])
      const method = await signOut(browser, app)
      expect([method.status, browser.cookies.header(app.baseUrl)]).toEqual([503, cookies])
      store.fault = () => undefined
      expect(await subOf(browser, app)).toBe('alice')
      await signOut(browser, app)
      expect(await subOf(browser, app)).toBeUndefined()
    })

    it('SS19: a logout that was made, and whose answer is lost, is one', async () => {
      const { app, store } = world
      const browser = await world.loggedIn()
      const thief = app.browser()
      for (const { name, value } of sessionCookies(browser, app)) thief.cookies.store(`${name}=${value}; Path=/`, app.baseUrl)
      let isLost = false
      store.fault = (call) => {
        if (isLost || !is('delete', 's:')(call)) return undefined
        isLost = true
        return 'lost'
      }
      expect([303, 307]).toContain((await signOut(browser, app)).status)
      store.fault = () => undefined
      expect([await subOf(browser, app), await subOf(thief, app)]).toEqual([undefined, undefined])
    })

    it('SS19: a use that cannot be written down is no reason to refuse it', async () => {
      const { app, store } = world
      await app.restart({ session: { idle: 600 } })
      const browser = await world.loggedIn()
      await app.restart({ ahead: 120 })
      store.fault = (call) => (is('set', 's:')(call) ? 'refused' : undefined)
      expect((await front(browser, app)).user?.sub).toBe('alice')
      store.fault = () => undefined
      await app.restart({ session: {}, ahead: 0 })
    })
  })

  describe('SS19: a replica that is behind', () => {
    it('SS19: shows nobody who has never logged in here, and lets nobody in again after a logout whose cookie is gone', async () => {
      const { app, store } = world
      const browser = await world.loggedIn()
      await signOut(browser, app)
      store.fault = (call) => (is('get', 's:')(call) ? 'stale' : undefined)
      expect(await subOf(browser, app)).toBeUndefined()
      expect((await browser.fetch(`${app.baseUrl}/guarded/api`)).status).toBe(401)
    })

    it("SS19: Bob's login over Alice's session is his, also when reads show what was before", async () => {
      const { app, store } = world
      const alice = await world.loggedIn('alice')
      const { browser, callback } = await answeredLogin(app, { username: 'bob' })
      plantSession(browser, alice, app)
      const { pathname, search } = new URL(callback)
      store.fault = (call) => (is('get')(call) ? 'stale' : undefined)
      const answer = await raw(app.baseUrl, pathname + search, { headers: { ...NAVIGATION, cookie: browser.cookies.header(app.baseUrl) } })
      store.fault = () => undefined
      expect([303, 503]).toContain(answer.status)
      browser.cookies.store(answer.setCookie, app.baseUrl)
      expect(await subOf(browser, app)).toBe(answer.status === 303 ? 'bob' : 'alice')
    })

    it('SS19: a token that was renewed is not renewed again by one who reads the spent one', async () => {
      const { app, store, provider } = world
      const browser = await world.loggedIn()
      await app.restart({ ahead: 61 })
      const before = provider.tokenRequests('refresh_token')
      const { accessTokenHash } = JSON.parse((await browser.goto(`${app.baseUrl}/token`)).body)
      expect(provider.tokenRequests('refresh_token')).toBe(before + 1)
      // Another instance, which knows nothing of the renewal, and reads from a replica that needs a while.
      await app.restart()
      let reads = 0
      store.fault = (call) => (is('get', 't:')(call) && reads++ < 5 ? 'stale' : undefined)
      expect(JSON.parse((await browser.goto(`${app.baseUrl}/token`)).body)).toEqual({ accessTokenHash })
      expect([provider.tokenRequests('refresh_token'), provider.reuseDetected]).toEqual([before + 1, 0])
      await app.restart({ ahead: 0 })
    })

    it('SS19: a token that cannot be stored once it is renewed is not lost, and not renewed twice', async () => {
      const { app, store, provider } = world
      const browser = await world.loggedIn()
      await app.restart({ ahead: 61 })
      const before = provider.tokenRequests('refresh_token')
      store.fault = (call) => {
        const isRenewed = is('set', 't:')(call) && provider.tokenRequests('refresh_token') > before
        return isRenewed ? 'refused' : undefined
      }
      const first = JSON.parse((await browser.goto(`${app.baseUrl}/token`)).body)
      store.fault = () => undefined
      const second = JSON.parse((await browser.goto(`${app.baseUrl}/token`)).body)
      expect(first.error ?? second.accessTokenHash).toBeTypeOf('string')
      expect(second.error).toBeUndefined()
      expect([provider.tokenRequests('refresh_token'), provider.reuseDetected]).toEqual([before + 1, 0])
      await logIn(browser, app, { path: '/auth/demo/login' })
      await app.restart({ ahead: 0 })
    })
  })
})
