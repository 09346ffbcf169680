import { describe, expect, it } from 'vitest'
import { everyFramework } from '../src/frameworks.ts'
import { NAVIGATION, raw } from '../src/raw.ts'
import { answeredLogin, sessionCookies, subOf } from '../src/visitor.ts'
import { useWorld } from '../src/world.ts'

const SCRIPT = { accept: 'application/json' }

/** Headers that have made frameworks leave out their middleware, or take another page for the one that was asked for. */
const HEADERS: readonly Readonly<Record<string, string>>[] = [
  ...['middleware', 'src/middleware', 'proxy', 'src/proxy', 'pages/_middleware'].flatMap((name) => [
    { 'x-middleware-subrequest': name },
    { 'x-middleware-subrequest': Array.from({ length: 5 }, () => name).join(':') },
  ]),
  { 'x-middleware-subrequest-id': 'x' },
  { 'x-middleware-next': '1' },
  { 'x-middleware-invoke': '1' },
  { 'x-middleware-rewrite': '/guarded' },
  { 'x-middleware-override-headers': 'cookie', 'x-middleware-request-cookie': 'oauth.session.0=1.x' },
  { 'x-invoke-path': '/guarded' },
  { 'x-invoke-output': '/guarded' },
  { 'x-matched-path': '/guarded' },
  { 'x-now-route-matches': '1=17' },
  { 'x-original-url': '/guarded' },
  { 'x-rewrite-url': '/guarded' },
  { 'x-forwarded-prefix': '/guarded' },
  { 'x-http-method-override': 'GET' },
  { 'x-nextjs-data': '1' },
  { 'x-prerender-revalidate': 'x' },
  { 'next-resume': '1' },
  { 'next-action': '0'.repeat(42) },
  { rsc: '1' },
  { rsc: '1', 'next-router-prefetch': '1' },
  { rsc: '1', 'next-router-prefetch': '1', 'next-router-segment-prefetch': '/guarded/__PAGE__' },
]

/** Other spellings of guarded pages. */
const PATHS = [
  '/guarded.rsc',
  '/guarded.prefetch.rsc',
  '/guarded.segments/_tree.segment.rsc',
  '/guarded.segments/guarded/__PAGE__.segment.rsc',
  '/guarded.json',
  '/guarded.txt',
  '/guarded?_rsc=1abc',
  '/_next/data/build/guarded.json',
  '/index/guarded',
  '/guarded/items/1?nxtPid=2',
  '/guarded/items/1?nxtPid=2&id=3',
  '/guarded/items/[id]',
  '/guarded/items/%5Bid%5D',
  '/guarded/items/1?__nextLocale=en',
  '/en/guarded',
  '/guarded/api?nxtPid=1',
  '//guarded',
  '///guarded',
  '/./guarded',
  '/x/../guarded',
  '/static/../guarded',
  '/auth/../guarded',
  '/guarded/',
  '/guarded//',
  '/Guarded',
  '/GUARDED/API',
  '/guarded;x',
  '/guarded;x=1/api',
  '/%67uarded',
  '/guarded%2f',
  '/guarded%2fapi',
  '/guarded%00',
  '/guarded%20',
  '/guarded/.',
  '/guarded/api/',
  '/guarded/api;x',
  '/guarded\\api',
  '/static/..%2fguarded',
  '/guarded#x',
  '/guarded?x',
  '/guarded/api?/static',
  '/guarded/api#/static',
  '/static?/guarded',
  '/guarded/items/..%2fapi',
  '/guarded/items/%2e%2e/api',
  '/auth/user/../../guarded/api',
  '/_next/static/../../guarded',
  '/_next/image?url=%2Fguarded&w=64&q=75',
  '/favicon.ico/../guarded',
  '/guarded/x.png',
  '/guarded/api/x.css',
]

/** What only somebody who is logged in may see. */
const GUARDED = /guarded: |item: |"sub"/

describe.each(everyFramework)('$name', (framework) => {
  const world = useWorld(framework, { also: ['other'] })

  it.each(HEADERS)('SS21: a request with %j sees nothing of what is guarded', async (headers) => {
    for (const path of ['/guarded', '/guarded/items/1', '/guarded/api', '/step-up']) {
      for (const as of [NAVIGATION, SCRIPT]) {
        const { status, body } = await raw(world.app.baseUrl, path, { headers: { ...as, ...headers } })
        expect([path, status === 200 && GUARDED.test(body), GUARDED.test(body)]).toEqual([path, false, false])
        expect([status, status < 500]).toEqual([status, true])
      }
    }
  })

  it.each(PATHS)('SS21 SS25: %s shows nothing of what is guarded to nobody', async (path) => {
    for (const headers of [NAVIGATION, SCRIPT, { ...SCRIPT, rsc: '1' }]) {
      const { status, body, setCookie } = await raw(world.app.baseUrl, path, { headers })
      expect([path, status, GUARDED.test(body)]).toEqual([path, status, false])
      // What an optimiser of images makes of a page is its own affair.
      if (!path.startsWith('/_next/')) expect(status).toBeLessThan(500)
      if (headers !== NAVIGATION) expect(setCookie).toEqual([])
    }
  })

  it('SS21: forged session cookies in headers of a middleware are nobody, and what it says of a person is not taken from the request', async () => {
    const { app } = world
    const headers = {
      ...SCRIPT,
      'x-middleware-request-cookie': 'a=b',
      'x-oauth-user': 'alice',
      'x-user': 'alice',
      'x-middleware-set-cookie': 'oauth.session.0=1.x',
    }
    expect((await raw(app.baseUrl, '/guarded/api', { headers })).status).toBe(401)
    expect(JSON.parse((await raw(app.baseUrl, '/', { headers })).body)).toEqual({ logins: [] })
  })

  it('SS21: the parameter of a dynamic route is what the path says, whatever the query says', async () => {
    const { app } = world
    const browser = await world.loggedIn()
    for (const query of ['?nxtPid=2', '?id=2', '?nxtPid=2&nxtPid=3'])
      expect((await browser.goto(`${app.baseUrl}/guarded/items/1${query}`)).text).toContain('item: 1')
  })

  it('SS21: somebody who logged out is let through nowhere, by any of these', async () => {
    const { app } = world
    const browser = await world.loggedIn()
    const cookie = browser.cookies.header(app.baseUrl)
    await browser.goto(`${app.baseUrl}/static`)
    await browser.fetch(`${app.baseUrl}/sign-out`, { method: 'POST', redirect: 'manual' })
    for (const headers of [{}, { rsc: '1' }, { 'x-middleware-subrequest': 'middleware:middleware:middleware:middleware:middleware' }]) {
      const { body } = await raw(app.baseUrl, '/guarded', { headers: { ...NAVIGATION, ...headers, cookie } })
      expect(body).not.toMatch(GUARDED)
    }
  })

  describe('SS25: other spellings of the routes', () => {
    const spellings: readonly ((path: string) => string)[] = [
      (path) => `/${path}`,
      (path) => path.replace('/auth', '//auth'),
      (path) => path.replace('/auth/', '/auth//'),
      (path) => path.replace('/callback', '/Callback'),
      (path) => path.replace('/auth', '/AUTH'),
      (path) => path.replace('/demo', '/DEMO'),
      (path) => path.replace('/callback', '/callback;x'),
      (path) => path.replace('/callback', '/callback;jsessionid=1'),
      (path) => path.replace('/callback', '/callback%2f'),
      (path) => path.replace('/callback', '/%63allback'),
      (path) => path.replace('/callback', '/callback.rsc'),
      (path) => path.replace('/callback', '/callback.json'),
      (path) => path.replace('/callback', '/callback/x'),
      (path) => path.replace('/auth', '/x/auth'),
      (path) => path.replace('/callback?', '/callback%3f'),
      (path) => path.replace('/callback?', '/callback?/auth/demo/login?'),
      (path) => path.replace('/callback?', '/callback#?'),
      (path) => path.replace('/callback?', '/callback%23?'),
      (path) => path.replace('/callback?', '/callback%00?'),
      (path) => path.replace('/callback', '\\callback'),
      (path) => path.replace('/demo/', '/demo%2fcallback/../'),
    ]

    it('SS25: none of them is a second callback: no code is redeemed, and the login ends at the only one', async () => {
      const { app, provider } = world
      const { browser, callback, finish } = await answeredLogin(app)
      const { pathname, search } = new URL(callback)
      const before = provider.tokenRequests()
      for (const spell of spellings) {
        const path = spell(pathname + search)
        const answer = await raw(app.baseUrl, path, { headers: { ...NAVIGATION, cookie: browser.cookies.header(app.baseUrl) } })
        expect([path, answer.setCookie.filter((one) => one.includes('.session.'))]).toEqual([path, []])
        expect([path, answer.status < 500, provider.tokenRequests()]).toEqual([path, true, before])
        browser.cookies.store(
          answer.setCookie.filter((one) => !one.includes('.login.')),
          app.baseUrl,
        )
      }
      expect((await finish()).text).toContain('guarded: alice')
    })

    it.each(['//auth/logout', '/Auth/logout', '/auth/logout;x', '/auth/logout%2f', '/auth/logout/x', '/auth/%6cogout', '/auth/logout.rsc'])(
      'SS25: %s is no second logout',
      async (path) => {
        const { app } = world
        const browser = await world.loggedIn()
        const cookie = browser.cookies.header(app.baseUrl)
        const answer = await raw(app.baseUrl, path, { headers: { ...NAVIGATION, 'sec-fetch-site': 'same-origin', cookie } })
        expect([answer.status < 500, answer.setCookie.filter((one) => one.includes('.session.'))]).toEqual([true, []])
        expect(await subOf(browser, app)).toBe('alice')
        expect(sessionCookies(browser, app)).not.toEqual([])
      },
    )

    it.each([
      '//auth/demo/login',
      '/Auth/demo/login',
      '/auth/Demo/login',
      '/auth/demo/login;x',
      '/auth/demo/login%2f',
      '/auth/%64emo/login',
      '/auth/demo/login/x',
      '/auth/__proto__/login',
      '/auth/constructor/login',
      '/auth/unknown/login',
      '/auth//login',
      '/auth/demo%2flogin',
      '/auth/demo/../other/login/',
    ])('SS25: %s is no second login', async (path) => {
      const answer = await raw(world.app.baseUrl, path)
      expect([answer.status < 500, answer.setCookie]).toEqual([true, []])
      expect(answer.headers['location'] ?? '').not.toContain(world.provider.issuer)
    })

    it.each([
      '//auth/user',
      '/auth/User',
      '/auth/user;x',
      '/auth/user/',
      '/auth/user%2f',
      '/auth/user.json',
      '/auth/user?x',
      '/auth/user#x',
    ])('SS25: %s tells nobody anything', async (path) => {
      const { body } = await raw(world.app.baseUrl, path, { headers: SCRIPT })
      expect(body).not.toContain('sub')
    })
  })
})
