import { afterEach, describe, expect, it, vi } from 'vitest'
import { applications } from '../src/frameworks.ts'
import { NAVIGATION, raw } from '../src/raw.ts'
import { front, logIn, sessionCookies, subOf } from '../src/visitor.ts'
import { useWorld } from '../src/world.ts'

const LIFETIME = 1500
const IDLE = 600
const DAY = 86_400

afterEach(() => {
  vi.useRealTimers()
})

describe.each(applications)('$name', ({ framework, stored }) => {
  describe('with a session of 25 minutes that may be idle for 10', () => {
    const soon = Math.floor(Date.now() / 1000) + 1200
    const world = useWorld(framework, {
      stored,
      app: { session: { lifetime: LIFETIME, idle: IDLE } },
      provider: {
        claimsInIdToken: true,
        users: {
          alice: { name: 'Alice', email: 'alice@example.com' },
          carol: { name: 'Carol', email: 'carol@example.com', session_expiry: soon },
          dave: { name: 'Dave', email: 'dave@example.com', session_expiry: soon - 4000 },
        },
      },
    })

    /** That many seconds after the start. The browser keeps its cookies: its clock stays. */
    async function at(seconds: number): Promise<void> {
      if (stored) world.store.ahead = seconds
      await world.app.restart({ ahead: seconds })
    }

    it('SS18: a session that is not used ends, whatever the browser still sends', async () => {
      const { app } = world
      await at(0)
      const browser = await world.loggedIn()
      await at(IDLE - 100)
      expect(await subOf(browser, app)).toBe('alice')
      const copy = browser.cookies.header(app.baseUrl)
      await at(2 * IDLE + 5)
      expect(await subOf(browser, app)).toBeUndefined()
      expect((await raw(app.baseUrl, '/guarded/api', { headers: { cookie: copy, accept: 'application/json' } })).status).toBe(401)
    })

    it('SS18: each use makes a session last, up to its lifetime and no further', async () => {
      const { app } = world
      await at(0)
      const browser = await world.loggedIn()
      for (const seconds of [500, 1000, LIFETIME - 100]) {
        await at(seconds)
        expect([seconds, (await front(browser, app)).user?.sub]).toEqual([seconds, 'alice'])
      }
      await at(LIFETIME + 5)
      expect(await subOf(browser, app)).toBeUndefined()
      expect((await browser.goto(`${app.baseUrl}/token`)).body).toContain('OAUTH_MISSING_TOKEN')
      const guarded = await browser.goto(`${app.baseUrl}/guarded`)
      expect(guarded.url.startsWith(world.provider.issuer) || guarded.history.length > 1).toBe(true)
    })

    it('SS18: an end that the provider sets is kept to, and no use puts it off', async () => {
      const { app } = world
      await at(0)
      const browser = await world.loggedIn('carol')
      for (const seconds of [500, 900]) {
        await at(seconds)
        expect((await front(browser, app)).user?.sub).toBe('carol')
      }
      await at(1205)
      expect(await front(browser, app)).toEqual({ logins: [] })
      expect(await subOf(browser, app)).toBeUndefined()
    })

    it('SS18: a login whose end is over already is refused', async () => {
      const { app } = world
      await at(0)
      const browser = app.browser()
      const page = await logIn(browser, app, { username: 'dave' })
      expect(page.status).toBeGreaterThanOrEqual(400)
      expect(page.body).toContain('OAUTH_ID_TOKEN_CLAIM')
      expect(await subOf(browser, app)).toBeUndefined()
    })

    it('SS18: a use within the same minute is not written down: no cookie is set again', async () => {
      const { app } = world
      await at(0)
      const browser = await world.loggedIn()
      const cookies = sessionCookies(browser, app)
      const writes = () => (stored ? world.store.calls.filter(({ operation }) => operation === 'set').length : 0)
      const before = writes()
      for (const path of ['/', '/guarded', '/static', '/token']) {
        const page = await browser.goto(`${app.baseUrl}${path}`)
        expect(page.history.flatMap(({ setCookie }) => setCookie)).toEqual([])
      }
      expect([sessionCookies(browser, app), writes()]).toEqual([cookies, before])
    })
  })

  describe('with the lifetime that is the default, in 2038', () => {
    const world = useWorld(framework, { stored })
    /** The day after 32 bits are not enough for the time any more, seconds. */
    const EPOCH_END = 2 ** 31 + DAY
    const machine = Date.now() / 1000

    /** The provider's clock, the browser's, the store's and the application's. */
    async function at(seconds: number): Promise<void> {
      vi.useFakeTimers({ toFake: ['Date'], now: seconds * 1000 })
      await world.app.restart({ ahead: seconds - machine })
    }

    it('SS18: a login is kept for seven days, and not for eight', async () => {
      const { app } = world
      await at(EPOCH_END)
      const browser = await world.loggedIn()
      const [cookie] = sessionCookies(browser, app)
      expect((cookie?.expires?.getTime() ?? 0) / 1000 - EPOCH_END).toBeGreaterThan(7 * DAY - 60)
      const copy = browser.cookies.header(app.baseUrl)
      await at(EPOCH_END + 6.9 * DAY)
      expect(await subOf(browser, app)).toBe('alice')
      await at(EPOCH_END + 7.1 * DAY)
      expect(await subOf(browser, app)).toBeUndefined()
      const page = await raw(app.baseUrl, '/', { headers: { ...NAVIGATION, cookie: copy } })
      expect(JSON.parse(page.body)).toEqual({ logins: [] })
    })
  })
})
