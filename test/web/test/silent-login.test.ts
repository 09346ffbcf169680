import type { Browser, Page } from '@oauth-test/provider'
import { describe, expect, it } from 'vitest'
import { everyApplication } from '../src/frameworks.ts'
import { follow, NAVIGATION, raw } from '../src/raw.ts'
import { loginCookies, sessionCookies, subOf } from '../src/visitor.ts'
import { useWorld } from '../src/world.ts'

const SCRIPT = { accept: '*/*', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty', 'sec-fetch-site': 'same-origin' }

/** What a page of Next answers a request that no person's going to a page causes. Next does not show a page what tells such a request from another one. */
type Answered = 'the way to the login' | 'the way to the login, for the router' | 'nothing of the page' | 'the page'

/** Requests of nobody that no person's going to a page causes. */
const BACKGROUND: readonly (readonly [string, Answered, Readonly<Record<string, string>>])[] = [
  ['a fetch', 'the way to the login', SCRIPT],
  ['a frame', 'the way to the login', { ...NAVIGATION, 'sec-fetch-dest': 'iframe' }],
  ["Next's router", 'the way to the login, for the router', { ...SCRIPT, rsc: '1', 'next-url': '/' }],
  ["a prefetch of Next's router", 'nothing of the page', { ...SCRIPT, rsc: '1', 'next-router-prefetch': '1' }],
  ['a prefetch, by Purpose', 'the page', { ...NAVIGATION, purpose: 'prefetch' }],
  ['a prefetch, by Sec-Purpose', 'the page', { ...NAVIGATION, 'sec-purpose': 'prefetch;prerender' }],
]

describe.each(everyApplication)('$name', ({ framework, stored }) => {
  const world = useWorld(framework, { stored })

  /** What the provider was asked to do on the way to a page: `none` is to show nothing. */
  function prompts({ history }: Page): readonly (string | null)[] {
    const { issuer } = world.provider
    return history.filter(({ url }) => url.startsWith(`${issuer}/auth?`)).map(({ url }) => new URL(url).searchParams.get('prompt'))
  }

  async function welcome(browser: Browser, query = ''): Promise<Page> {
    return browser.goto(`${world.app.baseUrl}/welcome${query}`)
  }

  it('OpenID Connect Core §3.1.2.1: who is not logged in at the provider goes there and back once, and is then asked no more', async () => {
    const { app } = world
    const browser = app.browser()
    const page = await welcome(browser, '?a=b')
    expect([page.status, page.url, page.text]).toEqual([200, `${app.baseUrl}/welcome?a=b`, 'welcome: stranger'])
    expect(prompts(page)).toEqual(['none'])
    expect([loginCookies(browser, app), sessionCookies(browser, app)]).toEqual([[], []])
    for (let count = 0; count < 2; count++) {
      const again = await welcome(browser)
      expect([again.history.length, again.text]).toEqual([1, 'welcome: stranger'])
    }
  })

  it('OpenID Connect Core §3.1.2.1: who is logged in there is logged in here, and comes back to the page', async () => {
    const { app } = world
    const browser = await world.loggedIn()
    for (const { name } of sessionCookies(browser, app)) browser.cookies.delete(name)
    const page = await welcome(browser, '?a=b')
    expect([page.status, page.url, page.text]).toEqual([200, `${app.baseUrl}/welcome?a=b`, 'welcome: alice'])
    expect(prompts(page)).toEqual(['none'])
    expect(await subOf(browser, app)).toBe('alice')
  })

  it('OpenID Connect Core §3.1.2.1: who is logged in here is shown the page at once', async () => {
    const page = await welcome(await world.loggedIn())
    expect([page.history.length, page.text]).toEqual([1, 'welcome: alice'])
  })

  const isExpress = framework.name === 'express'

  it.each(BACKGROUND)(
    `SS15: %s of nobody gets ${isExpress ? 'the page' : '%s'}, no cookie, and has the provider asked nothing`,
    async (_name, answered, headers) => {
      const { app, provider } = world
      const before = provider.requests.length
      const first = await raw(app.baseUrl, '/welcome', { headers })
      const last = await follow(app.baseUrl, '/welcome', { headers })
      const login = await raw(app.baseUrl, '/auth/demo/login', { headers })
      const isPage = first.body.includes('welcome: stranger')
      const way = /\/auth\/demo\/login\?returnTo=%2Fwelcome/
      const [location = ''] = [first.headers['location']]
      switch (isExpress ? 'the page' : answered) {
        case 'the page':
          expect([first.status, isPage, location]).toEqual([200, true, ''])
          break
        case 'the way to the login':
          expect([first.status, isPage, location, last.status]).toEqual([307, false, expect.stringMatching(way), 401])
          break
        case 'the way to the login, for the router':
          expect([first.status, isPage, first.body]).toEqual([200, false, expect.stringMatching(way)])
          break
        case 'nothing of the page':
          expect([first.status, isPage, first.body]).toEqual([200, false, expect.not.stringMatching(way)])
      }
      // Wherever it goes from there, a login begins by a person's going to it alone.
      expect([login.status, provider.requests.length - before]).toEqual([401, 0])
      expect([first, last, login].flatMap(({ setCookie }) => setCookie)).toEqual([])
    },
  )
})
