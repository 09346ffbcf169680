import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { publicKeys } from '../jose/given-keys.js'
import { memoryStore } from '../session/memory-store.js'
import { headerLength, NAVIGATION, SCRIPT } from './testing/browser.js'
import { APP, LOGIN_COOKIE, registered, SECRET, world } from './testing/world.js'

const LOGIN = '/auth/demo/login'
const CALLBACK = '/auth/demo/callback'

/** Bytes that are in use once all that nobody needs is collected. */
function heapUsed(): number {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  collect()
  return process.memoryUsage().heapUsed
}

describe('B7 B8: a login starts', () => {
  it('the browser is sent to the provider with PKCE, state and nonce, and the attempt is in a cookie of its own', async () => {
    const app = world()
    const browser = app.browser()
    const { status, location, cookies } = await browser.go(LOGIN)
    expect(status).toBe(303)
    const { origin, pathname, searchParams } = new URL(location)
    expect(`${origin}${pathname}`).toBe('https://as.example/authorize')
    expect(Object.fromEntries(searchParams)).toEqual({
      response_type: 'code',
      client_id: 'client',
      redirect_uri: `${APP}${CALLBACK}`,
      scope: 'openid offline_access',
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    })
    expect(cookies).toEqual([
      expect.objectContaining({ name: `${LOGIN_COOKIE}${searchParams.get('state')?.slice(0, 16)}`, maxAge: 600, sameSite: 'Lax' }),
    ])
    expect(app.server.requests.map(({ endpoint }) => endpoint)).toEqual(['discovery'])
  })

  it('B4: further parameters and switches of the provider are in every authorization request', async () => {
    const app = world(
      {},
      {
        authorizationParameters: { prompt: 'consent', audience: 'api', resource: ['https://a.example', 'https://b.example'] },
        codeChallengeMethod: false,
        scope: ['a', 'b'],
      },
    )
    const { searchParams } = new URL(await app.start(app.browser()))
    expect(searchParams.get('prompt')).toBe('consent')
    expect(searchParams.getAll('resource')).toEqual(['https://a.example', 'https://b.example'])
    expect([searchParams.get('scope'), searchParams.has('code_challenge'), searchParams.has('nonce')]).toEqual(['a b', false, false])
  })

  const endpoints = { authorization_endpoint: 'https://as.example/authorize', token_endpoint: 'https://as.example/token' }
  const issuer = 'https://as.example'
  it.each([
    ['a discovered provider', { scope: undefined }, 'openid'],
    [
      'given metadata with keys',
      { scope: undefined, issuer: undefined, server: { ...endpoints, issuer, jwks_uri: `${issuer}/jwks` } },
      'openid',
    ],
    [
      'B2: given metadata that has the keys in it',
      {
        scope: undefined,
        issuer: undefined,
        server: { ...endpoints, issuer, jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' }] } },
      },
      'openid',
    ],
    [
      'B16: given metadata, and keys of its own',
      {
        scope: undefined,
        issuer: undefined,
        server: { ...endpoints, issuer },
        keys: publicKeys({ kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' }),
      },
      'openid',
    ],
    ['an issuer, but no keys to verify an ID token with', { scope: undefined, issuer: undefined, server: { ...endpoints, issuer } }, null],
    ['endpoints alone', { scope: undefined, issuer: undefined, server: endpoints }, null],
    ['an empty scope', { scope: '' }, null],
    ['an empty list of scopes', { scope: [] }, null],
  ])('RFC 6749 §3.3: the default scope, with %s', async (_name, provider, scope) => {
    const app = world({}, provider)
    const { searchParams } = new URL(await app.start(app.browser()))
    expect([searchParams.get('scope'), searchParams.has('nonce')]).toEqual([scope, scope === 'openid'])
  })

  it('B6: metadata is fetched once for many logins, and again by nobody while it is fresh', async () => {
    const app = world()
    await Promise.all(Array.from({ length: 20 }, () => app.start(app.browser())))
    expect(app.server.requests).toHaveLength(1)
  })

  it('AR24: metadata that lists plain, or no method at all, still gets S256', async () => {
    for (const methods of [['plain'], undefined]) {
      const app = world()
      app.server.metadata = { code_challenge_methods_supported: methods }
      expect(new URL(await app.start(app.browser())).searchParams.get('code_challenge_method')).toBe('S256')
    }
  })

  it('AR25: state, nonce and challenge of 1000 logins are all different, with at least 128 bits', async () => {
    const app = world()
    const browser = app.browser()
    const seen = new Set<string>()
    for (let index = 0; index < 1000; index++) {
      const { searchParams } = new URL(await app.start(browser))
      for (const name of ['state', 'nonce', 'code_challenge']) seen.add(searchParams.get(name) ?? '')
    }
    expect(seen.size).toBe(3000)
    expect(Math.min(...[...seen].map((text) => text.length))).toBeGreaterThanOrEqual(22)
  })

  it.each([
    'redirect_uri',
    'client_id',
    'state',
    'nonce',
    'code_challenge',
    'code_challenge_method',
    'scope',
    'response_type',
    'response_mode',
    'prompt',
    'request',
    'request_uri',
    'login_hint',
    'target_link_uri',
    'claims',
  ])('AR28: %s cannot be set from the request', async (name) => {
    const app = world()
    const plain = new URL(await app.start(app.browser()))
    const { location } = await app.browser().go(`${LOGIN}?${name}=evil&returnTo=${encodeURIComponent(`/items?${name}=evil`)}`)
    const { searchParams } = new URL(location)
    expect([...searchParams.keys()]).toEqual([...plain.searchParams.keys()])
    expect([...searchParams.values()]).not.toContain('evil')
    expect(searchParams.getAll('redirect_uri')).toEqual([`${APP}${CALLBACK}`])
  })

  it('AR29: parameters of the authorization endpoint itself are replaced, never sent twice', async () => {
    const app = world()
    app.server.metadata = {
      authorization_endpoint: 'https://as.example/authorize?tenant=1&client_id=evil&redirect_uri=https://evil.example',
    }
    const { searchParams } = new URL(await app.start(app.browser()))
    expect(searchParams.getAll('client_id')).toEqual(['client'])
    expect(searchParams.getAll('redirect_uri')).toEqual([`${APP}${CALLBACK}`])
    expect(searchParams.get('tenant')).toBe('1')
  })

  it("AR22: CR and LF in the provider's own metadata never reach a header", async () => {
    const app = world()
    app.server.metadata = { authorization_endpoint: 'https://as.example/authorize\r\nSet-Cookie: a=b' }
    const { location, error } = await app.browser().go(LOGIN)
    expect(location).not.toMatch(/[\r\n]/)
    expect(location === '').toBe(error !== undefined)
  })
})

describe('B9: several logins of one browser', () => {
  it('SS13: four logins in parallel, finished in reverse, all succeed', async () => {
    const app = world()
    const browser = app.browser()
    const urls = []
    for (const page of ['/1', '/2', '/3', '/4']) urls.push(await app.start(browser, { returnTo: page }))
    const places = []
    for (const url of urls.toReversed()) {
      const { status, location } = await browser.go(`${CALLBACK}?${app.server.authorize(url)}`)
      places.push([status, location])
    }
    expect(places).toEqual([
      [303, '/4'],
      [303, '/3'],
      [303, '/2'],
      [303, '/1'],
    ])
    expect([...browser.jar.keys()].filter((name) => name.startsWith(LOGIN_COOKIE))).toEqual([])
  })

  it('SS14: 200 abandoned logins leave at most 10 cookies and a header below 8 KiB; the newest is kept, the oldest are evicted', async () => {
    const app = world()
    const browser = app.browser()
    let url = ''
    for (let index = 0; index < 200; index++) {
      app.clock.time += 1
      url = await app.start(browser, { returnTo: `/${'page'.repeat(index % 40)}` })
      expect(browser.jar.size).toBeLessThanOrEqual(10)
      expect(headerLength(browser.jar)).toBeLessThan(8192)
    }
    expect(browser.jar.size).toBeGreaterThanOrEqual(4)
    expect((await browser.go(`${CALLBACK}?${app.server.authorize(url)}`)).status).toBe(303)
  })

  it('SS14: with a session of two chunks too, everything fits below the 16 KiB of Node', async () => {
    const app = world()
    const browser = app.browser()
    await app.login(browser, { claims: { bio: 'x'.repeat(1900) } })
    expect(browser.jar.size).toBe(2)
    for (let index = 0; index < 50; index++) await app.start(browser, { returnTo: `/${'x'.repeat(1000)}` })
    expect(headerLength(browser.jar)).toBeLessThan(16_384)
  })

  it('SS14: login cookies that cannot be read are evicted first', async () => {
    const app = world()
    const browser = app.browser()
    for (let index = 0; index < 15; index++) browser.jar.set(`${LOGIN_COOKIE}${index}`, 'unreadable')
    const url = await app.start(browser)
    expect(browser.jar.size).toBe(10)
    expect((await browser.go(`${CALLBACK}?${app.server.authorize(url)}`)).status).toBe(303)
  })

  it('SS14: names that only look like login cookies are left alone', async () => {
    const app = world()
    const browser = app.browser()
    const strange = ['__Host-oauth.login.', `__Host-oauth.login.${'x'.repeat(17)}`, '__Host-oauth.login.a b', '__Host-oauth.login.é']
    for (const name of strange) browser.jar.set(name, 'x')
    for (let index = 0; index < 30; index++) await app.start(browser)
    expect(strange.every((name) => browser.jar.has(name))).toBe(true)
  })

  it.each([
    [100_000, 'in cookies', {}],
    [20_000, 'in a store', { store: memoryStore<unknown>() }],
  ])(
    'RX08: %i logins that nobody finishes leave nothing in the memory of the server, with sessions %s',
    async (count, _where, options) => {
      const app = world(options)
      const begin = async (times: number) => {
        for (let index = 0; index < times; index++) await app.start(app.browser())
        return heapUsed()
      }
      // What is made once is made by the first ones.
      const before = await begin(2_000)
      const requests = app.server.requests.length
      const after = await begin(count)
      expect(app.server.requests.length).toBe(requests)
      // A login's state alone has 43 characters.
      expect((after - before) / count).toBeLessThan(10)
      // All that a login is made of is in its cookie: an instance that never saw the start finishes it.
      const browser = app.browser()
      const url = await app.start(browser)
      expect((await browser.at(app.instance()).go(`${CALLBACK}?${app.server.authorize(url)}`)).status).toBe(303)
    },
    120_000,
  )

  it('a login attempt too large for a cookie is a typed error, not a cookie that the browser drops', async () => {
    const app = world({}, { scope: `openid ${'scope '.repeat(600)}` })
    const { error, cookies } = await app.browser().go(LOGIN)
    expect(error).toMatchObject({ code: 'OAUTH_SESSION_TOO_LARGE' })
    expect(cookies).toEqual([])
  })
})

describe('SS15: what is no navigation starts no login', () => {
  it.each([
    ['a script', SCRIPT],
    ['an RSC request', { ...NAVIGATION, rsc: '1' }],
    ['a router prefetch', { accept: '*/*', 'next-router-prefetch': '1' }],
    ['SS22: data of a page', { accept: '*/*', 'x-nextjs-data': '1' }],
    ['Purpose: prefetch', { ...NAVIGATION, purpose: 'prefetch' }],
    ['Sec-Purpose: prefetch;prerender', { ...NAVIGATION, 'sec-purpose': 'prefetch;prerender' }],
    ['X-Moz: prefetch', { ...NAVIGATION, 'x-moz': 'prefetch' }],
    ['an image', { accept: 'image/*,*/*;q=0.8', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }],
    ['a frame', { ...NAVIGATION, 'sec-fetch-dest': 'iframe' }],
    ["an old browser's image", { accept: 'image/webp,*/*;q=0.8' }],
    ['a client that prefers JSON', { accept: 'application/json, text/plain, */*' }],
  ])('%s gets 401 and no transaction cookie, on the login and on a guarded page', async (_name, headers) => {
    const app = world()
    const browser = app.browser()
    expect(await browser.go(LOGIN, { headers })).toMatchObject({ status: 401, cookies: [] })
    const visit = await browser.open('/items', { headers })
    expect(await visit.guard()).toMatchObject({ status: 401, body: '{"error":"login_required"}' })
    expect(browser.take(visit)).toEqual([])
    expect(app.server.requests).toEqual([])
  })

  it.each([
    ['a browser prefetch', { ...NAVIGATION, 'sec-purpose': 'prefetch;prerender' }],
    ['a router prefetch', { accept: '*/*', 'next-router-prefetch': '1' }],
  ])(
    "%s of a page that begins a login itself is sent to the route that refuses it, and the person's request begins one",
    async (_name, headers) => {
      const app = world()
      const browser = app.browser()
      const visit = await browser.open('/accounts/link', { headers })
      expect(await visit.login(undefined, { link: true })).toBe(LOGIN)
      expect([browser.take(visit), app.server.requests]).toEqual([[], []])
      expect(await browser.go(LOGIN, { headers })).toMatchObject({ status: 401, cookies: [] })
      const gone = await browser.open('/accounts/link', { headers: NAVIGATION })
      expect(await gone.login(undefined, { link: true })).toContain('https://as.example/authorize?')
      expect(browser.take(gone)).toHaveLength(1)
    },
  )

  it.each([
    ['a browser', NAVIGATION],
    ['a browser without fetch metadata', { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }],
    ['a link of another site', { ...NAVIGATION, 'sec-fetch-site': 'cross-site' }],
    ['a command line', { accept: '*/*' }],
    ['nothing said', {}],
  ])('%s starts one', async (_name, headers) => {
    const app = world()
    expect((await app.browser().go(LOGIN, { headers })).status).toBe(303)
    expect((await (await app.browser().open('/items', { headers })).guard())?.status).toBe(303)
  })

  it.each([
    ['HEAD', LOGIN],
    ['PUT', LOGIN],
    ['HEAD', `${CALLBACK}?code=a&state=b`],
    ['PUT', CALLBACK],
    ['HEAD', '/auth/logout'],
    ['DELETE', '/auth/logout'],
    ['POST', '/auth/user'],
  ])('%s %s is 405, without effect', async (method, url) => {
    const app = world()
    const browser = app.browser()
    await app.login(browser)
    const answer = await browser.go(url, { method })
    expect(answer).toMatchObject({ status: 405, cookies: [], headers: { allow: expect.stringMatching(/^GET/) } })
    expect((await browser.open()).user?.sub).toBe('alice')
  })
})

describe('SS15: a login by form', () => {
  const FORM = { ...NAVIGATION, 'sec-fetch-site': 'same-origin', origin: APP }

  it.each([
    ['with fields', LOGIN, { kind: 'form', pairs: [['returnTo', '/items']] }],
    ['with a query', `${LOGIN}?returnTo=%2Fitems`, { kind: 'form', pairs: [] }],
    ['without any', `${LOGIN}?returnTo=%2Fitems`, { kind: 'unsupported' }],
  ] as const)('of this site, %s, starts one', async (_name, url, body) => {
    const app = world()
    const browser = app.browser()
    const { location, status } = await browser.go(url, { method: 'POST', headers: FORM, body })
    expect(status).toBe(303)
    expect((await browser.go(`${CALLBACK}?${app.server.authorize(location)}`)).location).toBe('/items')
  })

  it.each([
    ['a form of another site', { ...FORM, 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }, 403],
    ['a form of a neighbouring host', { ...FORM, 'sec-fetch-site': 'same-site' }, 403],
    ['a form of another site in an old browser', { accept: 'text/html', origin: 'https://evil.example' }, 403],
    ['a form from a sandbox', { accept: 'text/html', origin: 'null' }, 403],
    ['a script', { ...SCRIPT, origin: APP }, 401],
    ['a form in a frame', { ...FORM, 'sec-fetch-dest': 'iframe' }, 401],
  ])('%s starts none', async (_name, headers, status) => {
    const app = world()
    expect(await app.browser().go(LOGIN, { method: 'POST', headers })).toMatchObject({ status, cookies: [] })
    expect(app.server.requests).toEqual([])
  })
})

describe('SS16: form_post', () => {
  it('the transaction cookie alone is SameSite=None; Secure; the session cookie stays Lax', async () => {
    const app = world({}, { responseMode: 'form_post' })
    const browser = app.browser()
    const { location, cookies } = await browser.go(LOGIN)
    expect(new URL(location).searchParams.get('response_mode')).toBe('form_post')
    expect(cookies).toEqual([expect.objectContaining({ sameSite: 'None', secure: true })])
    const pairs = [...new URLSearchParams(app.server.authorize(location))]
    const done = await browser.go(CALLBACK, { method: 'POST', body: { kind: 'form', pairs } })
    expect(done.status).toBe(303)
    expect(done.cookies.find(({ name }) => name.includes('session'))).toMatchObject({ sameSite: 'Lax', secure: true })
  })

  it('on http loopback, where None is impossible, it is Lax', async () => {
    const app = world({ baseUrl: 'http://localhost:3000' }, { responseMode: 'form_post' })
    expect((await app.browser().go(LOGIN)).cookies).toEqual([expect.objectContaining({ sameSite: 'Lax', secure: false })])
  })

  it('a login by query stays Lax', async () => {
    expect((await world().browser().go(LOGIN)).cookies).toEqual([expect.objectContaining({ sameSite: 'Lax' })])
  })
})

describe('instances of the application', () => {
  it('F28: a restart between login and callback, with the same secret, completes', async () => {
    const app = world()
    const browser = app.browser()
    const url = await app.start(browser, { returnTo: '/items' })
    const restarted = browser.at(app.instance())
    expect(await restarted.go(`${CALLBACK}?${app.server.authorize(url)}`)).toMatchObject({ status: 303, location: '/items' })
    expect((await restarted.open()).user?.sub).toBe('alice')
  })

  it('F27: the secret is changed while people are logged in and logging in: nobody notices', async () => {
    const app = world()
    const [inside, halfway] = [app.browser(), app.browser()]
    await app.login(inside)
    const url = await app.start(halfway)
    const rotated = app.instance({ secret: ['the second secret of the application, long enough', SECRET] })
    expect((await inside.at(rotated).open()).user?.sub).toBe('alice')
    expect((await halfway.at(rotated).go(`${CALLBACK}?${app.server.authorize(url)}`)).status).toBe(303)
    const old = app.instance()
    expect((await halfway.at(old).open()).user).toBeUndefined()
  })

  it('several providers, two of them with one issuer, keep their logins apart', async () => {
    const app = world({ providers: { demo: registered, work: { ...registered, clientId: 'client-2' } } })
    const [home, work] = [app.browser(), app.browser()]
    await app.login(home)
    await app.login(work, { provider: 'work', sub: 'bob' })
    expect([(await home.open()).provider, (await work.open()).provider]).toEqual(['demo', 'work'])
    expect(app.server.requests.filter(({ endpoint }) => endpoint === 'discovery')).toHaveLength(1)
    expect((await home.open()).session('work')).toBeUndefined()
    expect((await (await home.open()).guard({ provider: 'work' }))?.location).toMatch(/^\/auth\/work\/login\?/)
    expect(await (await work.open()).guard({ provider: 'work' })).toBeUndefined()
  })

  it('a provider that was taken out of the configuration is logged in no more', async () => {
    const app = world({ providers: { demo: registered, work: { ...registered, clientId: 'client-2' } } })
    const browser = app.browser()
    await app.login(browser, { provider: 'work' })
    const visit = await browser.at(app.instance({ providers: { demo: registered } })).open()
    expect([visit.user, visit.provider, visit.session()]).toEqual([undefined, undefined, undefined])
    expect(() => visit.client()).toThrow(/Nobody is logged in/)
    for (const ask of [() => visit.session('work'), () => visit.client('work')]) expect(ask).toThrow(/no provider "work". Known: demo/)
  })
})

describe('claims of a provider', () => {
  const claims = { id_token: { acr: { essential: true, values: ['high'] } } }

  it('ID18: are asked for at each login, and an essential acr is checked', async () => {
    const app = world({}, { claims })
    const browser = app.browser()
    expect(new URL(await app.start(browser)).searchParams.get('claims')).toBe(JSON.stringify(claims))
    expect((await app.login(browser, { claims: { acr: 'low' } })).error).toMatchObject({ code: 'OAUTH_ID_TOKEN_ACR' })
    expect((await app.login(browser, { claims: { acr: 'high' } })).status).toBe(303)
  })

  it('are an object', () => {
    expect(() => world({}, { claims: JSON.stringify(claims) as never })).toThrow('"claims" must be an object')
  })
})

describe('codeChallengeMethod: false, for a provider that refuses PKCE', () => {
  it('S14: is a whole login without a challenge and without a verifier', async () => {
    const app = world({}, { codeChallengeMethod: false })
    const browser = app.browser()
    const url = await app.start(browser)
    expect([...new URL(url).searchParams.keys()].filter((name) => name.startsWith('code_'))).toEqual([])
    expect((await browser.go(`/auth/demo/callback?${app.server.authorize(url)}`)).status).toBe(303)
    expect(app.server.forms('token')).toEqual([expect.not.objectContaining({ code_verifier: expect.anything() })])
    expect((await browser.open()).user?.sub).toBe('alice')
  })
})
