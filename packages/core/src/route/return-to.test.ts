import { describe, expect, it } from 'vitest'
import { safeReturnTo } from './return-to.js'
import { NAVIGATION } from './testing/browser.js'
import { world } from './testing/world.js'

const ORIGIN = 'https://app.example'
const FALLBACK = '/fallback'

/** Every way in which these parts can be put together; what each part is there for is in its row. */
function corpus(): readonly string[] {
  const hosts = [
    'evil.example',
    'app.example.evil.example',
    'app.example@evil.example',
    'evil.example:443',
    '[::1]',
    '0x7f.1',
    '2130706433',
    'evil%2Eexample',
    'ｅvil.example',
    'evil。example',
  ]
  const slashes = [
    '//',
    '///',
    '////',
    '/\\',
    '\\\\',
    '\\/',
    '/\\/',
    '\\',
    '/\t/',
    '/\n/',
    '/\r/',
    '\t//',
    ' //',
    '/ \\',
    '/\u0000/',
    '/\u0085\\',
    '/%09/',
    '/%0a/',
    '/%0d/',
    '/%5c',
    '/%5C%5C',
    '%2f%2f',
    '/%2f',
    '/%2F%2F',
    '%5c%5c',
    '/.//',
    '/./\\',
    '/x/..//',
    '/..//',
    '/%2e//',
    '/%2e%2e//',
    '/x/%2e%2e/%2f',
    '/;//',
    '/:80//',
    '/https://',
    '/http:%2f%2f',
    '/x/%2f/',
    '/<>//',
  ]
  const schemes = [
    'https:',
    'https:/',
    'https://',
    'https:///',
    'HTTPS://',
    'http:',
    'http://',
    'ftp://',
    'file:///',
    'ws://',
    'blob:https://',
    'https:\\\\',
    'ht\ntps://',
    'https%3a//',
    'https://app.example@',
    'https://app.example.',
    'https://app.example:443@',
    'https://app.example%40',
    'https://app.example\\@',
    'https://app.example#@',
    ' https://',
    '\u0001https://',
  ]
  const scripts = [
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'java\tscript:alert(1)',
    ' javascript:alert(1)',
    'javascript&colon;alert(1)',
    'javascript://app.example/%0aalert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:msgbox(1)',
    'about:blank',
    'view-source:https://app.example/',
    '/%0d%0aSet-Cookie:%20a=b',
    '/%0D%0ALocation:%20//evil.example',
    '/\r\nSet-Cookie: a=b',
    '/a%00b',
    '/a%E0%A4%A',
    '/%',
    '/%zz',
    '/\u007f',
    '/a\u009fb',
    '/%c0%af%c0%afevil.example',
    '',
    '@evil.example',
    '.evil.example',
    '?//evil.example',
    '#//evil.example',
    'evil.example',
    'null',
    'undefined',
    '[object Object]',
    '..//evil.example',
    './/evil.example',
    'http://[',
    'https://[::1',
    '//[',
    '/\ufffe\\',
    `/${'a'.repeat(1024)}`,
    `/${'é'.repeat(1000)}`,
    `/${'😀'.repeat(120)}`,
  ]
  return [
    ...new Set([
      ...slashes.flatMap((slash) => hosts.map((host) => `${slash}${host}`)),
      ...schemes.flatMap((scheme) => hosts.map((host) => `${scheme}${host}/`)),
      ...scripts,
    ]),
  ]
}

describe('RD01: what a returnTo can be', () => {
  const hostile = corpus()

  it('the corpus has at least 300 hostile values', () => {
    expect(hostile.length).toBeGreaterThanOrEqual(300)
  })

  it.each(hostile.map((value) => [value]))('%j falls back', (value) => {
    expect(safeReturnTo(value, ORIGIN, FALLBACK)).toBe(FALLBACK)
  })

  it('all of them fall back URL-decoded too', () => {
    const decoded = hostile.flatMap((value) => {
      try {
        return [decodeURIComponent(value)]
      } catch {
        return []
      }
    })
    expect(decoded.filter((value) => safeReturnTo(value, ORIGIN, FALLBACK) !== FALLBACK)).toEqual([])
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
    expect(safeReturnTo(value, ORIGIN, FALLBACK)).toBe(expected)
  })

  it('nothing falls back', () => {
    expect(safeReturnTo(undefined, ORIGIN, FALLBACK)).toBe(FALLBACK)
  })

  it.each(hostile.slice(0, 40).map((value) => [value]))('RD02: %j given to the login ends at the root after it', async (value) => {
    const app = world()
    expect(await app.login(app.browser(), { returnTo: value })).toMatchObject({ status: 303, location: '/' })
  })

  it.each(['//e', '/\\e', '/\t/e', '/%09/e', '/%5ce', '/./\\e', 'https:e', '/\ne', '@e'])('RD02: %j falls back', (value) => {
    expect(safeReturnTo(value, ORIGIN)).toBe('/')
  })

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

  it('with a base path the fallback is its root, and a path of the application is kept as the browser spells it', async () => {
    const app = world({ baseUrl: `${ORIGIN}/shop` })
    for (const [returnTo, expected] of [
      ['//evil.example', '/shop/'],
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
