import type { Browser } from '@oauth-test/provider'
import { describe, expect, it } from 'vitest'
import type { App } from '../src/framework.ts'
import { frameworks } from '../src/frameworks.ts'
import { isLoggedIn, rawFrom } from '../src/logout-requests.ts'
import { NAVIGATION } from '../src/raw.ts'
import { useScriptedWorld } from '../src/scripted-world.ts'

type Headers = Readonly<Record<string, string>>

const LOGOUT = '/auth/logout'
const SCRIPT: Headers = { accept: '*/*', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty', 'sec-fetch-site': 'same-origin' }
const IMAGE: Headers = { accept: 'image/avif,image/*;q=0.8', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }
const EVIL = 'https://evil.example'

/** Requests that nobody logs out by who did not mean to. */
const UNWANTED: Readonly<Record<string, readonly [method: string, headers: Headers]>> = {
  'an image of another site': ['GET', { ...IMAGE, 'sec-fetch-site': 'cross-site' }],
  'an image of this site': ['GET', { ...IMAGE, 'sec-fetch-site': 'same-origin' }],
  "an old browser's image": ['GET', { accept: 'image/png,image/*;q=0.8,*/*;q=0.5' }],
  'a prefetch of the Next router': ['GET', { ...SCRIPT, rsc: '1', 'next-router-prefetch': '1' }],
  'a segment prefetch of the Next router': [
    'GET',
    { ...SCRIPT, rsc: '1', 'next-router-prefetch': '1', 'next-router-segment-prefetch': '/_tree' },
  ],
  'a navigation of the Next router': ['GET', { ...SCRIPT, rsc: '1' }],
  'a prefetch by the browser': ['GET', { ...NAVIGATION, 'sec-fetch-site': 'same-origin', 'sec-purpose': 'prefetch;prerender' }],
  'a prefetch by an older browser': ['GET', { ...NAVIGATION, purpose: 'prefetch' }],
  'a link of another site': ['GET', { ...NAVIGATION, 'sec-fetch-site': 'cross-site' }],
  'a link of a neighbouring host': ['GET', { ...NAVIGATION, 'sec-fetch-site': 'same-site' }],
  'a frame': ['GET', { ...NAVIGATION, 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'iframe' }],
  'a frame of this site': ['GET', { ...NAVIGATION, 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'iframe' }],
  'a script that gets': ['GET', SCRIPT],
  'a form of another site': ['POST', { ...NAVIGATION, 'sec-fetch-site': 'cross-site', origin: EVIL }],
  'a form of a neighbouring host': ['POST', { ...NAVIGATION, 'sec-fetch-site': 'same-site', origin: 'https://other.app.example' }],
  'a form of another site in an old browser': ['POST', { accept: 'text/html', origin: EVIL }],
  'a form from a sandbox in an old browser': ['POST', { accept: 'text/html', origin: 'null' }],
  'a script of another site': ['POST', { ...SCRIPT, 'sec-fetch-site': 'cross-site', origin: EVIL }],
}

/** Requests that somebody means. */
const WANTED: Readonly<Record<string, readonly [method: string, headers: (origin: string) => Headers]>> = {
  'a form': ['POST', (origin) => ({ ...NAVIGATION, 'sec-fetch-site': 'same-origin', origin })],
  'a form of a page that sends no referrer': ['POST', () => ({ ...NAVIGATION, 'sec-fetch-site': 'same-origin', origin: 'null' })],
  'a form in an old browser': ['POST', (origin) => ({ accept: 'text/html', origin })],
  'a script of this site': ['POST', (origin) => ({ ...SCRIPT, origin })],
  'a link of this site': ['GET', () => ({ ...NAVIGATION, 'sec-fetch-site': 'same-origin' })],
  'the address bar': ['GET', () => NAVIGATION],
}

/** Names of the session's cookies in the browser. */
function sessionCookies(browser: Browser, { baseUrl }: App): readonly string[] {
  return browser.cookies
    .all(`${baseUrl}/`)
    .map(({ name }) => name)
    .filter((name) => name.includes('.session'))
    .sort()
}

describe.each(frameworks)('$name', (framework) => {
  describe('a logout', () => {
    const world = useScriptedWorld(framework)

    it.each(Object.entries(UNWANTED))('LO09: %s logs nobody out', async (_what, [method, headers]) => {
      const { app, server } = world
      const browser = await world.loggedIn()
      const before = server.requestsTo('revocation').length
      const answer = await rawFrom(browser, app, LOGOUT, { method, headers })
      expect([answer.status, answer.setCookie, answer.headers['cache-control']]).toEqual([403, [], 'private, no-store'])
      expect(await isLoggedIn(browser, app)).toBe(true)
      expect(server.requestsTo('revocation').length).toBe(before)
    })

    it.each(Object.entries(WANTED))('LO09: %s does', async (_what, [method, headers]) => {
      const { app } = world
      const browser = await world.loggedIn()
      const answer = await rawFrom(browser, app, LOGOUT, { method, headers: headers(app.baseUrl) })
      expect([answer.status, answer.headers['cache-control']]).toEqual([303, 'private, no-store'])
      browser.cookies.store(answer.setCookie, `${app.baseUrl}/`)
      expect(sessionCookies(browser, app)).toEqual([])
      expect(await isLoggedIn(browser, app)).toBe(false)
    })

    it.each<[string, (state: string | null) => string]>([
      ['its own state', (state) => (state === null ? '' : `?state=${encodeURIComponent(state)}`)],
      ['another state', () => '?state=another'],
      ['no state', () => ''],
      ['two states and an error', () => '?state=a&state=b&error=access_denied'],
    ])('LO10: a provider that comes back with %s: the logout stands, and there is no loop', async (_what, query) => {
      const { app, server } = world
      server.answer('end_session', ({ url }) => {
        const asked = new URL(url, server.url).searchParams
        return { fault: 'redirect', status: 303, location: `${asked.get('post_logout_redirect_uri')}${query(asked.get('state'))}` }
      })
      const browser = await world.loggedIn()
      const page = await browser.goto(`${app.baseUrl}${LOGOUT}`)
      expect(page.history.map(({ url }) => new URL(url).origin)).toEqual([app.baseUrl, server.url, app.baseUrl])
      expect([page.status, JSON.parse(page.body)]).toEqual([200, { logins: [] }])
      expect(await isLoggedIn(browser, app)).toBe(false)
    })

    it('LO12: all chunks of a session are cleared, those that an earlier one left among them', async () => {
      const { app } = world
      const browser = await world.loggedIn({ bio: 'x'.repeat(1500) })
      const chunks = sessionCookies(browser, app)
      expect(chunks.length).toBeGreaterThan(1)
      const name = chunks[0]?.replace(/\.\d+$/, '') ?? ''
      for (let index = chunks.length; index < 12; index++) browser.cookies.store(`${name}.${index}=left over; Path=/`, `${app.baseUrl}/`)
      expect(sessionCookies(browser, app)).toHaveLength(12)
      await browser.goto(`${app.baseUrl}${LOGOUT}`)
      expect(sessionCookies(browser, app)).toEqual([])
    })
  })

  describe.each([
    ['in cookies', false],
    ['in a store', true],
  ])('LO11: a logout while the provider is down, sessions %s', (_where, stored) => {
    const world = useScriptedWorld(framework, { stored, app: { afterLogout: '/static' } })

    /** Codes of what the application was told of logouts that have failed in part, since it had printed this much. */
    function reported(since: number): readonly string[] {
      return [...world.app.output.slice(since).matchAll(/^logout-failed: (\w+)$/gm)].map(([, code]) => String(code))
    }

    it.each<[string, Parameters<typeof world.server.answer>[1], code: string]>([
      ['503', { status: 503 }, 'OAUTH_RESPONSE_STATUS'],
      ['an error', { status: 400, body: { error: 'invalid_request' } }, 'OAUTH_ENDPOINT_ERROR'],
      ['a reset', { fault: 'reset' }, 'OAUTH_RESET'],
      ['a redirect', { fault: 'redirect', status: 307, location: '/elsewhere' }, 'OAUTH_REDIRECT'],
    ])(
      'the tokens cannot be given back (%s): the session is over, the browser goes on to the provider, and the application is told',
      async (_what, fault, code) => {
        const { app, server } = world
        const browser = await world.loggedIn()
        server.answer('revocation', fault)
        const before = server.requestsTo('revocation').length
        const printed = app.output.length
        const { status, headers, setCookie } = await rawFrom(browser, app, LOGOUT)
        expect([status, headers['location']]).toEqual([303, expect.stringContaining(`${server.url}/logout?`)])
        expect(server.requestsTo('revocation').length).toBeGreaterThan(before)
        expect(server.requestsTo('/elsewhere')).toEqual([])
        await expect.poll(() => reported(printed), { timeout: 5000 }).toEqual([code])
        browser.cookies.store(setCookie, `${app.baseUrl}/`)
        expect([sessionCookies(browser, app), await isLoggedIn(browser, app)]).toEqual([[], false])
      },
    )

    it('the provider is gone, and this process has never asked it: the session is over, the browser goes to afterLogout, and the application is told', async () => {
      const { app, server } = world
      const browser = await world.loggedIn()
      await app.restart()
      server.answer('discovery', { fault: 'reset' })
      const printed = app.output.length
      const page = await browser.goto(`${app.baseUrl}${LOGOUT}`)
      server.answer('discovery', { body: server.metadata() })
      expect([page.status, page.url]).toEqual([200, `${app.baseUrl}/static`])
      // Neither can the tokens be given back, nor is it known where the provider ends sessions.
      await expect.poll(() => reported(printed), { timeout: 5000 }).toEqual(['OAUTH_RESET', 'OAUTH_RESET'])
      expect([sessionCookies(browser, app), await isLoggedIn(browser, app)]).toEqual([[], false])
    })
  })
})
