import { describe, expect, it } from 'vitest'
import { everyApplication, everyFramework } from '../src/frameworks.ts'
import { NAVIGATION, type RawAnswer, raw } from '../src/raw.ts'
import { answeredLogin, loginCookies, sessionCookies } from '../src/visitor.ts'
import { useWorld } from '../src/world.ts'

/** What no cache may keep, nor give to anybody else. */
function expectPrivate({ headers }: Pick<RawAnswer, 'headers'>): void {
  const said = (headers['cache-control'] ?? '').split(',').map((one) => one.trim().toLowerCase())
  expect(said).toContain('private')
  expect(said).toContain('no-store')
  expect(said.filter((one) => /^(public|s-maxage|max-age=[1-9]|stale-)/.test(one))).toEqual([])
}

/** Nothing that lets a cache keep it, where a framework gives no way to say so of an answer that the application makes of its own. */
function expectNotForCaches({ headers }: Pick<RawAnswer, 'headers'>): void {
  expect([headers['cache-control'] ?? '', headers['expires'], headers['last-modified']]).toEqual([
    expect.not.stringMatching(/public|s-maxage|max-age=[1-9]|stale-/),
    undefined,
    undefined,
  ])
}

describe.each(everyApplication)('$name', ({ framework, stored }) => {
  const world = useWorld(framework, { stored, also: ['other'] })

  async function get(path: string, headers: Readonly<Record<string, string>> = NAVIGATION, method = 'GET'): Promise<RawAnswer> {
    return raw(world.app.baseUrl, path, { headers, method })
  }

  const READING = ['/', '/guarded', '/guarded/items/1', '/guarded/api', '/token', '/rendered', '/api', '/auth/user']

  it.each(READING)('SS20: %s, which reads the session, is private and no-store for somebody', async (path) => {
    const { app } = world
    const cookie = (await world.loggedIn()).cookies.header(app.baseUrl)
    expectPrivate(await get(path, { ...NAVIGATION, cookie }))
    expectPrivate(await get(path, { accept: 'application/json', cookie }))
  })

  it.each(READING)('SS20: %s, which reads the session, is not for a cache to keep for nobody either', async (path) => {
    for (const headers of [NAVIGATION, { accept: 'application/json' }]) expectNotForCaches(await get(path, headers))
  })

  it.each([
    ['/auth/demo/login', 303, NAVIGATION],
    ['/auth/demo/login', 401, { accept: 'application/json' }],
    ['/auth/demo/login?iss=https://evil.example', 400, NAVIGATION],
    ['/auth/demo/callback?code=x&state=y', 400, NAVIGATION],
    ['/auth/demo/callback', 400, NAVIGATION],
    ['/auth/demo/callback?error=access_denied&state=y', 400, NAVIGATION],
    ['/auth/logout', 303, NAVIGATION],
    ['/auth/logout', 403, { ...NAVIGATION, 'sec-fetch-site': 'cross-site' }],
    ['/auth/user', 401, NAVIGATION],
  ] as const)('SS20: %s, when it answers %i, is private and no-store', async (path, status, headers) => {
    const answer = await get(path, headers)
    expect([answer.status === 302 || answer.status === 307 ? 303 : answer.status]).toEqual([status])
    expectPrivate(answer)
  })

  it('SS20: linking, which reads the session and sets the cookie of an attempt, is private and no-store', async () => {
    const { app } = world
    const cookie = (await world.loggedIn()).cookies.header(app.baseUrl)
    const answer = await get('/link?provider=other', { ...NAVIGATION, cookie })
    expect(answer.headers['location']).toContain(world.provider.issuer)
    expectPrivate(answer)
  })

  it('SS20: a method that a route does not take is private and no-store, too', async () => {
    const answer = await get('/auth/user', NAVIGATION, 'POST')
    expect(answer.status).toBe(405)
    expectPrivate(answer)
  })

  it('SS20: the whole way of a login and a logout is private and no-store', async () => {
    const { app } = world
    const { callback, browser } = await answeredLogin(app)
    const { pathname, search } = new URL(callback)
    const done = await get(pathname + search, { ...NAVIGATION, cookie: browser.cookies.header(app.baseUrl) })
    expect(done.status).toBe(303)
    expectPrivate(done)
    browser.cookies.store(done.setCookie, app.baseUrl)
    const cookie = browser.cookies.header(app.baseUrl)
    expectPrivate(await get(pathname + search, { ...NAVIGATION, cookie }))
    const out = await get('/auth/logout', { ...NAVIGATION, cookie, 'sec-fetch-site': 'same-origin' })
    expect(out.status).toBe(303)
    expectPrivate(out)
  })

  it('SS20: a page that reads no session stays cacheable for nobody, and sets nothing for somebody: nothing of the session is in it', async () => {
    const { app } = world
    const cookie = (await world.loggedIn()).cookies.header(app.baseUrl)
    const [anybody, somebody] = [await get('/static'), await get('/static', { ...NAVIGATION, cookie })]
    expect([anybody.headers['cache-control'] ?? '', anybody.setCookie]).toEqual([expect.not.stringContaining('no-store'), []])
    expect(somebody.setCookie).toEqual([])
    expect(somebody.body).toBe(anybody.body)
  })

  it('SS20: no answer to somebody has a strong validator that another person shares', async () => {
    const { app } = world
    const [alice, bob] = [await world.loggedIn('alice'), await world.loggedIn('bob')]
    for (const path of ['/', '/guarded']) {
      const hers = await get(path, { ...NAVIGATION, cookie: alice.cookies.header(app.baseUrl) })
      const etag = hers.headers['etag']
      const conditional = etag === undefined ? {} : { 'if-none-match': etag }
      const his = await get(path, { ...NAVIGATION, ...conditional, cookie: bob.cookies.header(app.baseUrl) })
      expect([his.status, his.body.includes('bob'), his.body.includes('alice')]).toEqual([200, true, false])
    }
  })

  const PRETENCES: readonly Readonly<Record<string, string>>[] = [
    {},
    { 'x-nextjs-data': '1' },
    { 'x-nextjs-data': '1', purpose: 'prefetch' },
    { 'x-middleware-prefetch': '1' },
    { rsc: '1' },
    { rsc: '1', 'next-router-prefetch': '1' },
    { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' },
  ]

  it.each(PRETENCES)('SS22: a redirect is no-store and leads where it should, whatever %j pretends', async (pretence) => {
    const { app } = world
    const cookie = (await world.loggedIn()).cookies.header(app.baseUrl)
    for (const path of ['/guarded', '/auth/demo/login', '/auth/logout', '/link?provider=other']) {
      const headers = { ...NAVIGATION, ...pretence, ...(path.startsWith('/link') ? { cookie } : {}) }
      // Next itself redirects an RSC request to its address with a parameter that keeps caches from mixing it up with the page.
      const asked = await get(path, headers)
      const again = /[?&]_rsc\b/.test(asked.headers['location'] ?? '') ? asked.headers['location'] : undefined
      const answer = again === undefined ? asked : await get(again.replace(app.baseUrl, ''), headers)
      expect([path, answer.headers['cache-control'] ?? '']).toEqual([path, expect.stringContaining('no-store')])
      const to = answer.headers['location'] ?? answer.headers['x-nextjs-redirect'] ?? '/'
      expect(new URL(to, app.baseUrl).hostname).toBe('127.0.0.1')
    }
  })
})

describe.each(everyFramework)('$name', (framework) => {
  const world = useWorld(framework, { app: { session: { idle: 600 } }, provider: { accessTokenTtl: 60 } })

  it('SS20: a page that reads no session, and happens to carry a cookie that is due, is private and no-store; the next one is as ever', async () => {
    const { app } = world
    const browser = await world.loggedIn()
    await app.restart({ ahead: 120 })
    const page = await browser.goto(`${app.baseUrl}/static`)
    const written = page.history.flatMap(({ setCookie }) => setCookie)
    expect(written.filter((cookie) => cookie.includes('.session.'))).not.toEqual([])
    expectPrivate({ headers: { 'cache-control': page.headers.get('cache-control') ?? '' } })
    expect((await browser.goto(`${app.baseUrl}/static`)).history.flatMap(({ setCookie }) => setCookie)).toEqual([])
    await app.restart({ ahead: 0 })
  })

  it('SS20: a cookie that cannot be read is cleared where a person goes to a page, and that answer is private and no-store', async () => {
    const { app } = world
    const browser = app.browser()
    browser.cookies.store('oauth.session.0=1.rubbish; Path=/', app.baseUrl)
    const page = await browser.goto(`${app.baseUrl}/static`)
    expect([sessionCookies(browser, app), loginCookies(browser, app)]).toEqual([[], []])
    expectPrivate({ headers: { 'cache-control': page.headers.get('cache-control') ?? '' } })
  })
})
