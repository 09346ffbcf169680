import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { safeReturnTo } from './return-to.js'
import { NAVIGATION } from './testing/browser.js'
import { world } from './testing/world.js'

const ORIGIN = 'https://app.example'
const ROOT = { origin: ORIGIN, path: '' }
const FALLBACK = '/fallback'

/** What hostile addresses are made of. Thousands that somebody thought of are in `test/web/src/corpus`. */
const PIECES = [
  ...[
    '/',
    '\\',
    '.',
    '..',
    ':',
    '@',
    '?',
    '#',
    ';',
    '&',
    '%',
    '=',
    'a',
    'shop',
    'evil.example',
    'app.example',
    'https',
    'javascript',
    '[::1]',
  ],
  ...['%2f', '%5C', '%2e', '%252f', '%09', '%0d%0a', '%00', '%40', '%3f', '%23', '%c0%af', '\t', '\n', '\r', '\0', ' ', '\u0085', '\u00a0'],
  ...['\u2028', '\ufeff', '\uff0f', '\uff3c', '\u3002', '\u2100', '\u560d', '\ud800', '\u00e9', '\ud83d\ude00'],
]

describe('RD01: what a returnTo can be', () => {
  it.each([
    { origin: ORIGIN, path: '' },
    { origin: ORIGIN, path: '/shop' },
    { origin: 'http://127.0.0.1:3000', path: '' },
  ])('of whatever pieces it is, the browser stays with the application at %o, decoded once more too', (base) => {
    const anything = fc.array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 12 })
    const kept = { value: 0 }
    fc.assert(
      fc.property(fc.constantFrom('', '/', base.path, `${base.path}/`, `${base.path}/a/`), anything, (start, pieces) => {
        const path = safeReturnTo(start + pieces.join(''), base, '')
        if (path === '') return
        kept.value += 1
        expect(path).toMatch(/^\/(?!\/)[\x21-\x7e]*$/)
        for (const read of [path, decodeURIComponent(path)]) {
          const url = new URL(read, `${base.origin}/auth/demo/callback`)
          expect(url.origin).toBe(base.origin)
          expect(url.pathname.startsWith('//')).toBe(false)
          expect(`${url.pathname}/`.startsWith(`${base.path}/`)).toBe(true)
        }
        // A guard hands it to the login, which checks it once more.
        expect(safeReturnTo(path, base, '')).toBe(path)
      }),
      { numRuns: 5000 },
    )
    expect(kept.value).toBeGreaterThan(500)
  })

  it.each([
    ['/', '/'],
    ['/items', '/items'],
    ['/items/', '/items/'],
    ['/items?page=2&sort=name#row-3', '/items?page=2&sort=name#row-3'],
    ['/search?q=a%20b%2Fc', '/search?q=a%20b%2Fc'],
    ['/a/../b', '/b'],
    ['/open?url=https://other.example/x', '/open?url=https://other.example/x'],
    ['/open?url=https%3A%2F%2Fother.example', '/open?url=https%3A%2F%2Fother.example'],
    ['/notes#a//b', '/notes#a//b'],
    ['/@alice', '/@alice'],
    ['/übersicht', '/%C3%BCbersicht'],
    ['/%E2%82%AC', '/%E2%82%AC'],
    ['/100%25', '/100%25'],
    ['/wiki/A:B;c=d,e', '/wiki/A:B;c=d,e'],
    [`/${'a'.repeat(1023)}`, `/${'a'.repeat(1023)}`],
  ])('%j is kept', (value, expected) => {
    expect(safeReturnTo(value, ROOT, FALLBACK)).toBe(expected)
  })

  it('nothing falls back', () => {
    expect(safeReturnTo(undefined, ROOT, FALLBACK)).toBe(FALLBACK)
  })

  it.each([
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    'https:evil.example',
    '/%5cevil.example',
    '//[',
    'javascript:alert(1)',
  ])('RD02: %j given to the login ends at the root after it', async (value) => {
    const app = world()
    expect(await app.login(app.browser(), { returnTo: value })).toMatchObject({ status: 303, location: '/' })
  })

  it.each(['//e', '/\\e', '/\t/e', '/%09/e', '/%5ce', '/./\\e', 'https:e', '/\ne', '@e', '?a=//e', '#//e', ':443/e'])(
    'RD02: %j falls back',
    (value) => {
      expect(safeReturnTo(value, ROOT)).toBe('/')
    },
  )

  it('RD05: a malformed value such as http://[ falls back at once', async () => {
    const app = world()
    expect((await app.login(app.browser(), { returnTo: 'http://[' })).location).toBe('/')
  })

  it('returnTo given twice is the first one, checked', async () => {
    const app = world()
    const browser = app.browser()
    const { location } = await browser.go('/auth/demo/login?returnTo=//evil.example&returnTo=/items')
    expect((await browser.go(`/auth/demo/callback?${app.server.authorize(location)}`)).location).toBe('/')
  })

  it('ADR 26: with a base path the fallback is its root, and a path of the application is kept as the browser spells it', async () => {
    const app = world({ baseUrl: `${ORIGIN}/shop` })
    for (const [returnTo, expected] of [
      ['//evil.example', '/shop/'],
      ['/other', '/shop/'],
      ['/shopping', '/shop/'],
      ['/shop/../other', '/shop/'],
      ['/shop/%2e%2e/other', '/shop/'],
      ['/shop/..%2fother', '/shop/'],
      // What becomes of it ends in a space, and decoded once more it is above the path.
      ['/shop/%2e. #', '/shop/'],
      ['/shop', '/shop'],
      ['/shop?a=1', '/shop?a=1'],
      ['/shop/items?a=1', '/shop/items?a=1'],
    ] as const) {
      const browser = app.browser()
      const { location } = await browser.go(`/shop/auth/demo/login?${new URLSearchParams({ returnTo })}`)
      expect((await browser.go(`/shop/auth/demo/callback?${app.server.authorize(location)}`)).location).toBe(expected)
    }
  })
})

describe('where the browser is sent', () => {
  it.each(['//evil.example/%2e%2e', '/%2f%2fevil.example', 'http://evil.example/', '/.//evil.example', `/${'a'.repeat(5000)}`])(
    'RD03: a guarded page asked for as %j comes back to the root, not elsewhere',
    async (url) => {
      const app = world()
      const visit = await app.browser().open(url)
      const location = (await visit.guard())?.location ?? ''
      expect(location).toBe('/auth/demo/login')
    },
  )

  it('RD03: a guarded page asked for by its path comes back to it', async () => {
    const visit = await world().browser().open('/items?page=2')
    expect(await visit.guard()).toMatchObject({
      status: 303,
      location: `/auth/demo/login?${new URLSearchParams({ returnTo: '/items?page=2' })}`,
    })
  })

  it('RD07: Host, Forwarded and X-Forwarded-* decide nothing', async () => {
    const app = world()
    const browser = app.browser()
    const spoofed = {
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'http',
      'x-forwarded-port': '81',
      'x-forwarded-uri': '/evil',
      'x-forwarded-prefix': '/evil',
      'x-original-url': '/evil',
    }
    const headers = { ...NAVIGATION, host: 'evil.example', forwarded: 'host=evil.example;proto=http', ...spoofed }
    const { location, cookies } = await browser.go('/auth/demo/login', { headers })
    expect(new URL(location).searchParams.get('redirect_uri')).toBe('https://app.example/auth/demo/callback')
    expect(cookies).toEqual([expect.objectContaining({ name: expect.stringMatching(/^__Host-/), secure: true })])
    const done = await browser.go(`/auth/demo/callback?${app.server.authorize(location)}`, { headers })
    expect(done.location).toBe('/')
    const out = await browser.go('/auth/logout', { method: 'POST', headers })
    expect(new URL(out.location).searchParams.get('post_logout_redirect_uri')).toBe('https://app.example/')
  })

  it('RD11: the callback answers 303 to a URL without code and state, with no referrer', async () => {
    const app = world()
    const { status, location, headers } = await app.login(app.browser(), { returnTo: '/items' })
    expect([status, location]).toEqual([303, '/items'])
    expect(headers).toMatchObject({ 'referrer-policy': 'no-referrer', 'cache-control': 'private, no-store' })
  })
})
