import { describe, expect, it } from 'vitest'
import { testEnvironment } from '../../test/environment.js'
import { fetchClient } from '../fetch.js'
import type { HttpClient } from '../session/http-client.js'
import { boundedMap } from './bounded-map.js'
import { boundedSet } from './bounded-set.js'
import { type Call, type Options, registered, world } from './testing/world.js'
import { webRoutes } from './web-routes.js'

describe('SS11: a weak secret', () => {
  it.each([[undefined], [''], ['x'.repeat(31)], [[]], [['x'.repeat(32), 'short']], [[undefined]]])('%j is refused at once', (secret) => {
    expect(() => world({ secret: secret as string })).toThrow(
      expect.objectContaining({ name: 'UsageError', message: expect.stringContaining('"secret"') }),
    )
  })

  it('32 bytes are taken', () => {
    expect(() => world({ secret: 'é'.repeat(16) })).not.toThrow()
  })
})

describe('B1, B2: options that cannot work are refused at once', () => {
  const wrong: Record<string, [unknown, RegExp]> = {
    'an unknown option': [{ sercet: 'x' }, /no option "sercet"/],
    'an unknown option of a provider': [
      { providers: { demo: { ...registered, client_id: 'x' } } },
      /provider "demo": there is no option "client_id"/,
    ],
    'an unknown option of the session': [{ session: { maxAge: 1 } }, /"session": there is no option "maxAge"/],
    'a provider that is undefined': [
      { providers: { demo: undefined } },
      /provider "demo": an options object is needed, and there is nothing/,
    ],
    'a provider that is null': [{ providers: { demo: null } }, /provider "demo": an options object/],
    'a provider that is an issuer': [{ providers: { demo: 'https://as.example' } }, /provider "demo": .*there is a string/],
    'a session that is no object': [{ session: 60 }, /"session": an options object/],
    'paths that are null': [{ paths: null }, /"paths": an options object/],
    'providers in a list': [{ providers: [registered] }, /"providers" is a list.*an object that names each one/],
    'providers that are an issuer': [{ providers: 'https://as.example' }, /"providers" is of type string/],
    'a profile that is no function': [
      { providers: { demo: { ...registered, profile: 'x' } } },
      /provider "demo": option "profile" must be a function, and is of type string/,
    ],
    'updateToken that is no function': [
      { providers: { demo: { ...registered, updateToken: {} } } },
      /provider "demo": option "updateToken" must be a function, and is of type object/,
    ],
    'a redirectUri': [
      { providers: { demo: { ...registered, redirectUri: 'https://app.example/callback' } } },
      /no option "redirectUri".*"baseUrl" and the callback's path.*"paths.callback"/,
    ],
    'an allowed origin that is no list': [
      { providers: { demo: { ...registered, allowedOrigins: 'https://api.example' } } },
      /"allowedOrigins" must be a list.*type string/,
    ],
    'S49: an unknown place for the token': [
      { providers: { demo: { ...registered, tokenPlacement: 'url' } } },
      /provider "demo": option "tokenPlacement": there is no "url". Placements: header, query, body/,
    ],
    'an unknown quirk': [
      { providers: { demo: { ...registered, quirks: { rawBasic: true } } } },
      /no quirk "rawBasic".*rawBasicCredentials/,
    ],
    'JK03: a given endpoint over http': [
      { providers: { demo: { ...registered, issuer: undefined, server: { token_endpoint: 'http://as.example/token' } } } },
      /"server": "token_endpoint"/,
    ],
    'trusted audiences that are no list': [
      { providers: { demo: { ...registered, trustedAudiences: 'account' } } },
      /"trustedAudiences" must be a list/,
    ],
    'an unknown path': [{ paths: { signin: '/signin' } }, /"paths": there is no option "signin"/],
    'no provider': [{ providers: {} }, /"providers" is empty/],
    'providers missing': [{ providers: undefined }, /"providers" is empty/],
    'a provider name with a slash': [{ providers: { 'a/b': registered } }, /"a\/b"/],
    'a provider named constructor': [{ providers: { constructor: registered } }, /"constructor"/],
    'a provider named __proto__': [
      { providers: JSON.parse(JSON.stringify({ x: registered }).replace('"x"', '"__proto__"')) },
      /"__proto__"/,
    ],
    'a provider named by a number, which would come before all others': [
      { providers: { demo: registered, 365: registered } },
      /"365" is used in .*no number/,
    ],
    'neither issuer nor server': [{ providers: { demo: { clientId: 'client' } } }, /"issuer" is missing/],
    'both issuer and server': [{ providers: { demo: { ...registered, server: {} } } }, /contradict/],
    'an unknown client authentication method': [{ providers: { demo: { ...registered, tokenEndpointAuthMethod: 'magic' } } }, /magic/],
    'an allowed origin that is no URL': [{ providers: { demo: { ...registered, allowedOrigins: ['api.example'] } } }, /allowedOrigins/],
    'no baseUrl': [{ baseUrl: undefined }, /"baseUrl" is there, and undefined, or missing/],
    'a provider whose client secret is not set': [
      { providers: { one: registered, two: { ...registered, clientSecret: undefined } } },
      /provider "two": Option "clientSecret" is there, and undefined/,
    ],
    'a baseUrl without a scheme, on loopback': [
      { baseUrl: 'localhost:3000' },
      /"localhost:3000" has no scheme. Write http:\/\/localhost:3000$/,
    ],
    'a baseUrl without a scheme or a port': [{ baseUrl: 'app.example/shop' }, /Write https:\/\/app\.example\/shop$/],
    'a relative baseUrl': [{ baseUrl: '/app' }, /"baseUrl"/],
    'a baseUrl with a query': [{ baseUrl: 'https://app.example/?a=1' }, /"baseUrl"/],
    'a baseUrl with a fragment': [{ baseUrl: 'https://app.example/#a' }, /"baseUrl"/],
    'a baseUrl with a user': [{ baseUrl: 'https://a@app.example' }, /"baseUrl"/],
    'a baseUrl with a password': [{ baseUrl: 'https://:a@app.example' }, /"baseUrl"/],
    'a baseUrl whose path is another host': [{ baseUrl: 'https://app.example//evil.example' }, /"baseUrl"/],
    'http beyond loopback': [{ baseUrl: 'http://app.example' }, /https/],
    'another scheme': [{ baseUrl: 'ftp://localhost' }, /https/],
    'a session name with a semicolon': [{ session: { name: 'a;b' } }, /session\.name/],
    'a lifetime of 0': [{ session: { lifetime: 0 } }, /lifetime/],
    'a lifetime that is no number': [{ session: { lifetime: Number.NaN } }, /lifetime/],
    'SS18: a lifetime in milliseconds': [
      { session: { lifetime: 604_800_000 } },
      /session\.lifetime" is in seconds, .*10 years.*thousandth/,
    ],
    'SS18: an idle time in milliseconds': [{ session: { idle: 604_800_000 } }, /session\.idle" is in seconds, .*10 years/],
    'two routes with one path': [{ paths: { login: '/auth/{provider}', callback: '/auth/{provider}' } }, /share the path/],
    'AR11: one callback for two providers': [
      { providers: { a: registered, b: registered }, paths: { callback: '/callback' } },
      /share the path/,
    ],
    'a path that is none': [{ paths: { logout: 'logout' } }, /"logout" must be a path/],
    'a path that is a host': [{ paths: { logout: '//evil.example' } }, /"logout" must be a path/],
    'a path of each provider for what is one for all': [
      { paths: { logout: '/auth/{provider}/logout' } },
      /"logout" must be a path such as \/auth\/logout\./,
    ],
    'a path with other braces': [{ paths: { login: '/auth/{name}/login' } }, /"login" must be a path such as .*\{provider\}/],
    'a path that is not there': [{ paths: { login: undefined } }, /"login" must be a path/],
    'a path that browsers make another of': [{ paths: { user: '/auth/../me' } }, /"user" must be a path/],
    'a path with a query': [{ paths: { logout: '/a?b' } }, /"logout" must be a path/],
  }
  it.each(Object.entries(wrong))('%s', (_name, [options, message]) => {
    expect(() => world(options as Options)).toThrow(
      expect.objectContaining({ name: 'UsageError', message: expect.stringMatching(message) }),
    )
  })
})

it('SS18: a session of 10 years is taken', () => {
  expect(() => world({ session: { lifetime: 315_360_000, idle: 315_360_000 } })).not.toThrow()
})

describe('B1: an HTTP client that is not wrapped is refused at once', () => {
  const wrapped = fetchClient()
  it.each<[string, unknown, RegExp]>([
    ['a function, such as got or fetch', fetch, /"http" \(function\) lacks .*gotClient\(got\)/],
    ['an object', {}, /\(object\)/],
    ['null', null, /\(null\)/],
    ['nothing', undefined, /\(undefined\)/],
    ['one without a transport', { ...wrapped, transport: undefined }, /"transport" and "authorised"/],
    ['one that authorises nothing', { ...wrapped, authorised: true }, /"transport" and "authorised"/],
  ])('%s', (_name, http, message) => {
    expect(() => webRoutes(world().options, http as HttpClient<Call>)).toThrow(
      expect.objectContaining({ name: 'UsageError', message: expect.stringMatching(message) }),
    )
  })
})

it.each([undefined, null, 'x', []].map((options) => [options]))('B1: %j is no options', (options) => {
  expect(() => webRoutes(options as never, {} as never)).toThrow(
    expect.objectContaining({ name: 'UsageError', message: expect.stringMatching(/^oauth: an options object is needed/) }),
  )
})

it("B1: an adapter's own options are known, and are named to whoever misspells one", () => {
  const { options, context } = world()
  const { http } = context
  const make = (different: object) => webRoutes({ ...options, ...different }, http, { further: ['http', 'errorPage'] })
  expect(() => make({ http: 1, errorPage: true })).not.toThrow()
  expect(() => make({ errorPages: true })).toThrow(/no option "errorPages".*Known options: .*errorPage, http, /)
})

describe('SS25: paths', () => {
  const routes = world().routes

  it.each([
    ['/auth/demo/login', { name: 'login', provider: 'demo' }],
    ['/auth/demo/callback?code=a', { name: 'callback', provider: 'demo' }],
    ['/auth/logout', { name: 'logout' }],
    ['/auth/user?x', { name: 'user' }],
  ])('%s is a route', (url, route) => {
    expect(routes.match(url)).toEqual(route)
  })

  it.each([
    '//auth/demo/callback',
    '/auth//demo/callback',
    '/auth/demo/Callback',
    '/AUTH/demo/callback',
    '/auth/demo/callback;x',
    '/auth/demo/callback/',
    '/auth/demo/callback#x',
    '/auth/demo/callback%3Fx',
    '/auth/demo%2Fcallback',
    '/auth/demo/../demo/callback',
    '/auth/./demo/callback',
    '/auth/other/callback',
    '/auth/__proto__/callback',
    '/auth/{provider}/callback',
    '/auth//callback',
    '/auth/logout/x',
    '/x/auth/logout',
    'https://evil.example/auth/logout',
    'auth/logout',
    '*',
    '',
  ])('%j is none', (url) => {
    expect(routes.match(url)).toBeUndefined()
  })

  it('a guard does not look at paths, so no spelling of one goes around it', async () => {
    for (const url of [
      '/items',
      '//items',
      '/Items',
      '/items;x',
      '/items?/auth/logout',
      '/auth/demo/login/../../../items',
      '/items#/auth/user',
    ]) {
      expect((await (await world().browser().open(url)).guard())?.status).toBe(303)
    }
  })

  it('own paths, below a base path, in redirects and cookies', async () => {
    const app = world({
      baseUrl: 'https://app.example/shop/',
      paths: { login: '/in/{provider}', callback: '/back/{provider}', logout: '/out', user: '/me' },
    })
    const browser = app.browser()
    const guarded = await (await browser.open('/shop/items')).guard()
    expect(guarded?.location).toBe('/shop/in/demo?returnTo=%2Fshop%2Fitems')
    const { location } = await browser.go(guarded?.location ?? '')
    expect(new URL(location).searchParams.get('redirect_uri')).toBe('https://app.example/shop/back/demo')
    expect((await browser.go(`/shop/back/demo?${app.server.authorize(location)}`)).location).toBe('/shop/items')
    expect((await browser.go('/shop/me')).status).toBe(200)
    expect(app.routes.match('/auth/demo/login')).toBeUndefined()
    expect(app.routes.match('/out')).toBeUndefined()
    const out = await browser.go('/shop/out', { method: 'POST' })
    expect(new URL(out.location).searchParams.get('post_logout_redirect_uri')).toBe('https://app.example/shop/')
  })

  it.each([
    ['/shop/items', '/shop/items'],
    ['/shop', '/shop'],
    ['/shop?a=1', '/shop?a=1'],
    ['/items', '/shop/items'],
    ['/shopping', '/shop/shopping'],
    ['/', '/shop/'],
  ])('a URL that lost the base path to a proxy gets it back: %s is %s', (url, expected) => {
    expect(world({ baseUrl: 'https://app.example/shop' }).routes.browserUrl(url)).toBe(expected)
  })
})

describe('what is remembered', () => {
  it('names are forgotten after their time, and the oldest beyond the limit', () => {
    const clock = testEnvironment()
    const set = boundedSet(clock, { ttl: 10, limit: 3 })
    expect(['a', 'b', 'a'].map((name) => set.add(name))).toEqual([true, true, false])
    clock.time += 10
    expect([set.has('a'), set.add('a')]).toEqual([false, true])
    for (const name of ['c', 'd', 'e']) set.add(name)
    expect(['a', 'c', 'd', 'e'].map((name) => set.has(name))).toEqual([false, true, true, true])
  })

  it('ADR 8: a session that no browser has shown is not forgotten for those that were shown', () => {
    const clock = testEnvironment()
    const map = boundedMap<number>(clock, { ttl: 86_400, limit: 3 })
    map.set('unseen', 1)
    for (const seen of ['a', 'b', 'c', 'd']) {
      clock.time += 600
      map.set(seen, 2, 600)
    }
    expect(['unseen', 'a', 'b', 'c', 'd'].map((name) => map.get(name))).toEqual([1, undefined, undefined, undefined, 2])
    for (const seen of ['e', 'f']) map.set(seen, 2, 600)
    expect(['unseen', 'd', 'e', 'f'].map((name) => map.get(name))).toEqual([1, undefined, 2, 2])
    for (const name of ['g', 'h']) map.set(name, 3)
    expect(['unseen', 'e', 'f', 'g', 'h'].map((name) => map.get(name))).toEqual([1, undefined, undefined, 3, 3])
    map.set('i', 3)
    expect(['unseen', 'g', 'h', 'i'].map((name) => map.get(name))).toEqual([undefined, 3, 3, 3])
  })
})
