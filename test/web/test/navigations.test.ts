import { login } from '@oauth-test/provider'
import { describe, expect, it } from 'vitest'
import { everyApplication } from '../src/frameworks.ts'
import { follow, NAVIGATION, type RawAnswer, raw } from '../src/raw.ts'
import { loginCookies, sessionCookies } from '../src/visitor.ts'
import { useWorld } from '../src/world.ts'

/** Requests that no person's going to a page causes, by the headers that tell. */
const BACKGROUND: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['a fetch', { accept: '*/*', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty', 'sec-fetch-site': 'same-origin' }],
  ['a fetch across sites', { accept: '*/*', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'empty', 'sec-fetch-site': 'cross-site' }],
  [
    'an image',
    { accept: 'image/avif,image/webp,*/*', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image', 'sec-fetch-site': 'cross-site' },
  ],
  ['an iframe', { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe', 'sec-fetch-site': 'cross-site' }],
  [
    'an RSC request',
    { accept: '*/*', rsc: '1', 'next-url': '/', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty', 'sec-fetch-site': 'same-origin' },
  ],
  [
    'a prefetch of the router',
    {
      accept: '*/*',
      rsc: '1',
      'next-router-prefetch': '1',
      'sec-fetch-mode': 'cors',
      'sec-fetch-dest': 'empty',
      'sec-fetch-site': 'same-origin',
    },
  ],
  [
    'a prefetch of a segment',
    {
      accept: '*/*',
      rsc: '1',
      'next-router-prefetch': '1',
      'next-router-segment-prefetch': '/_tree',
      'sec-fetch-mode': 'cors',
      'sec-fetch-dest': 'empty',
      'sec-fetch-site': 'same-origin',
    },
  ],
  ['a prefetch, by Purpose', { ...NAVIGATION, purpose: 'prefetch' }],
  ['a prefetch, by Sec-Purpose', { ...NAVIGATION, 'sec-purpose': 'prefetch' }],
  ['a prerender, by Sec-Purpose', { ...NAVIGATION, 'sec-purpose': 'prefetch;prerender' }],
  ['a prefetch, by X-Moz', { ...NAVIGATION, 'x-moz': 'prefetch' }],
  ['a script that wants JSON, and no Fetch Metadata', { accept: 'application/json' }],
]

describe.each(everyApplication)('$name', ({ framework, stored }) => {
  const world = useWorld(framework, { stored })

  describe.each(BACKGROUND)('SS15: %s', (_name, headers) => {
    it.each(['/auth/demo/login', '/auth/demo/login?returnTo=/guarded'])('SS15: to %s is 401, and begins no login', async (path) => {
      const { app, provider } = world
      const before = provider.requests.length
      const answer = await follow(app.baseUrl, path, { headers })
      expect([answer.status, answer.setCookie, answer.headers['location']]).toEqual([401, [], undefined])
      expect(new URL(answer.path, app.baseUrl).pathname).toBe('/auth/demo/login')
      expect(provider.requests.length).toBe(before)
    })

    it.each(['/guarded/api', '/guarded', '/guarded/items/1'])('SS15: to %s of nobody ends in 401, and begins no login', async (path) => {
      // A page may have to say by a redirect what a script gets to know at the login alone: that this is not the way to one.
      const answer = await follow(world.app.baseUrl, path, { headers })
      expect([answer.setCookie, answer.headers['location']]).toEqual([[], undefined])
      expect(answer.body).not.toMatch(/guarded: |item: /)
      expect(answer.body).not.toContain(world.provider.issuer)
      // Next's router is given what to render: the way to the login, or for a prefetch the page's place in the tree and nothing of it.
      if (answer.headers['content-type'] !== 'text/x-component') expect(answer.status).toBe(401)
    })

    it('SS15: to a guarded route of somebody is answered', async () => {
      const { app } = world
      const browser = await world.loggedIn()
      const answer = await follow(app.baseUrl, '/guarded/api', { headers: { ...headers, cookie: browser.cookies.header(app.baseUrl) } })
      expect([answer.status, JSON.parse(answer.body)]).toEqual([200, { sub: 'alice' }])
    })
  })

  it('SS15: requests of other methods to the login route begin none, nor does a form of another site or a script that posts', async () => {
    const { app } = world
    for (const method of ['HEAD', 'PUT', 'DELETE', 'OPTIONS']) {
      const answer = await raw(app.baseUrl, '/auth/demo/login', { method })
      expect([method, answer.status >= 400 || answer.status === 204, answer.setCookie]).toEqual([method, true, []])
    }
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    const elsewhere = { ...NAVIGATION, ...form, 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }
    const script = { ...form, accept: '*/*', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty', 'sec-fetch-site': 'same-origin' }
    for (const [headers, status] of [
      [elsewhere, 403],
      [script, 401],
    ] as const) {
      const answer = await raw(app.baseUrl, '/auth/demo/login', { method: 'POST', headers, body: 'returnTo=%2Fguarded' })
      expect([answer.status, answer.setCookie]).toEqual([status, []])
    }
  })

  describe('a login by a form', () => {
    const FORM = { accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' }

    function post(headers: Readonly<Record<string, string>>): Promise<RawAnswer> {
      return raw(world.app.baseUrl, '/auth/demo/login', { method: 'POST', headers: { ...FORM, ...headers }, body: 'returnTo=%2Fguarded' })
    }

    it.each<[string, (origin: string) => Readonly<Record<string, string>>]>([
      ['of this site', (origin) => ({ ...NAVIGATION, 'sec-fetch-site': 'same-origin', origin })],
      ['of a page that sends no referrer', () => ({ ...NAVIGATION, 'sec-fetch-site': 'same-origin', origin: 'null' })],
      ['of this site in an old browser', (origin) => ({ origin })],
    ])('RFC 9700 §4.7: one %s begins a login: 303 to the provider, and the cookie of the attempt', async (_what, headers) => {
      const { app, provider } = world
      const { status, headers: answered, setCookie } = await post(headers(app.baseUrl))
      expect([status, answered['location']]).toEqual([303, expect.stringContaining(`${provider.issuer}/auth?`)])
      expect(setCookie).toEqual([expect.stringMatching(/^oauth\.login\.[\w-]+=/)])
    })

    it.each([
      ['another site', 'https://evil.example'],
      ['another scheme', 'https://127.0.0.1'],
      ['a sandbox', 'null'],
    ])('RFC 9700 §4.7: one of %s is 403 and begins none, where Origin alone tells', async (_what, origin) => {
      const { status, headers, setCookie } = await post({ origin })
      expect([status, headers['location'], headers['cache-control'], setCookie]).toEqual([403, undefined, 'private, no-store', []])
    })

    it('the person comes back to where the form says', async () => {
      const { app } = world
      const { headers, setCookie } = await post({ ...NAVIGATION, 'sec-fetch-site': 'same-origin', origin: app.baseUrl })
      const browser = app.browser()
      browser.cookies.store(setCookie, `${app.baseUrl}/`)
      const page = await login(await browser.goto(headers['location'] ?? ''), { username: 'alice' })
      expect([page.url, page.text]).toEqual([`${app.baseUrl}/guarded`, 'guarded: alice'])
    })
  })

  it('SS15: a page that prefetches its links, as a browser does, leaves no login behind; going there begins one', async () => {
    const { app } = world
    const browser = app.browser()
    await browser.goto(`${app.baseUrl}/static`)
    for (const path of ['/guarded', '/guarded/items/1', '/auth/demo/login'])
      await browser.fetch(`${app.baseUrl}${path}`, { headers: { rsc: '1', 'next-router-prefetch': '1' } })
    expect([...loginCookies(browser, app), ...sessionCookies(browser, app)]).toEqual([])
    await browser.goto(`${app.baseUrl}/guarded`)
    expect(loginCookies(browser, app)).toHaveLength(1)
  })
})
