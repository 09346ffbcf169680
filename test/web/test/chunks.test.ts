import { describe, expect, it } from 'vitest'
import { applications, frameworks } from '../src/frameworks.ts'
import { NAVIGATION, raw } from '../src/raw.ts'
import { front, leaveProvider, logIn, sessionCookies, signOut, subOf } from '../src/visitor.ts'
import { useWorld } from '../src/world.ts'

/** Users whose session takes this many cookies; the last one's takes more than fits. */
const users = Object.fromEntries(
  [0, 3000, 4400, 9000].map((length, index) => [
    index === 3 ? 'huge' : `user-${index + 1}`,
    { name: 'n'.repeat(length), email: `${index}@example.com` },
  ]),
)

describe.each(frameworks)('$name', (framework) => {
  const world = useWorld(framework, { provider: { users }, demo: { scope: 'openid email profile' }, also: ['other'] })

  it('SS06: a session that takes 3, 2, 1 and 2 cookies again survives each change, and nothing is left over', async () => {
    const { app } = world
    const browser = app.browser()
    for (const count of [3, 2, 1, 2, 3, 1]) {
      leaveProvider(browser)
      await logIn(browser, app, { username: `user-${count}`, path: '/auth/demo/login' })
      expect(await subOf(browser, app)).toBe(`user-${count}`)
      expect(sessionCookies(browser, app).map(({ name }) => name)).toEqual(
        Array.from({ length: count }, (_, index) => `oauth.session.${index}`),
      )
      expect((await browser.goto(`${app.baseUrl}/guarded`)).text).toContain(`guarded: user-${count}`)
    }
  })

  it('SS06: a session goes on while it grows by a linked login, and its new cookies are all there is', async () => {
    const { app } = world
    const browser = await world.loggedIn('user-2')
    await logIn(browser, app, { path: '/link?provider=other', username: 'user-2' })
    expect(await front(browser, app)).toMatchObject({ user: { sub: 'user-2' }, logins: ['demo', 'other'] })
  })

  it('SS06 SS17: what is left of 12 cookies is cleared by a login, and by a logout', async () => {
    const { app } = world
    const browser = app.browser()
    function leave(): void {
      for (let index = 0; index < 12; index++) browser.cookies.store(`oauth.session.${index}=left-over-${index}; Path=/`, app.baseUrl)
    }
    leave()
    await logIn(browser, app, { username: 'user-2' })
    expect(await subOf(browser, app)).toBe('user-2')
    expect(sessionCookies(browser, app)).toHaveLength(2)
    for (let index = 2; index < 12; index++) browser.cookies.store(`oauth.session.${index}=left-over-${index}; Path=/`, app.baseUrl)
    expect(await subOf(browser, app)).toBe('user-2')
    await signOut(browser, app)
    expect(sessionCookies(browser, app)).toEqual([])
  })

  describe('SS07: chunks that were tampered with', () => {
    const changes: readonly (readonly [string, (parts: readonly string[]) => readonly (readonly [string, string])[]])[] = [
      ['the second is missing', ([first = '']) => [['0', first]]],
      ['the first is missing', ([, second = '']) => [['1', second]]],
      [
        'they are swapped',
        ([first = '', second = '']) => [
          ['0', second],
          ['1', first],
        ],
      ],
      [
        'the second is there twice',
        ([first = '', second = '']) => [
          ['0', first],
          ['1', second],
          ['1', second],
        ],
      ],
      [
        'the first is there twice',
        ([first = '', second = '']) => [
          ['0', first],
          ['0', first],
          ['1', second],
        ],
      ],
      [
        'the second has the index 99999999',
        ([first = '', second = '']) => [
          ['0', first],
          ['99999999', second],
        ],
      ],
      [
        'the second has the index 01',
        ([first = '', second = '']) => [
          ['0', first],
          ['01', second],
        ],
      ],
      [
        'the first says 99999999',
        ([first = '', second = '']) => [
          ['0', first.replace(/^\d+/, '99999999')],
          ['1', second],
        ],
      ],
      [
        'the first says 16',
        ([first = '', second = '']) => [
          ['0', first.replace(/^\d+/, '16')],
          ['1', second],
        ],
      ],
      [
        'the first says 1',
        ([first = '', second = '']) => [
          ['0', first.replace(/^\d+/, '1')],
          ['1', second],
        ],
      ],
      [
        'the first says 0',
        ([first = '', second = '']) => [
          ['0', first.replace(/^\d+/, '0')],
          ['1', second],
        ],
      ],
      [
        'the first says nothing',
        ([first = '', second = '']) => [
          ['0', first.replace(/^\d+\./, '')],
          ['1', second],
        ],
      ],
      [
        'a third belongs to it',
        ([first = '', second = '']) => [
          ['0', first.replace(/^\d+/, '3')],
          ['1', second],
          ['2', 'A'],
        ],
      ],
      [
        'it is empty',
        () => [
          ['0', ''],
          ['1', ''],
        ],
      ],
    ]

    it.each(changes)('SS07: %s: nobody', async (_name, change) => {
      const { app } = world
      const browser = await world.loggedIn('user-2')
      const parts = sessionCookies(browser, app).map(({ value }) => value)
      expect(parts).toHaveLength(2)
      const cookie = change(parts)
        .map(([index, value]) => `oauth.session.${index}=${value}`)
        .join('; ')
      const page = await raw(app.baseUrl, '/', { headers: { ...NAVIGATION, cookie } })
      expect([page.status, JSON.parse(page.body)]).toEqual([200, { logins: [] }])
      expect((await raw(app.baseUrl, '/guarded/api', { headers: { cookie, accept: 'application/json' } })).status).toBe(401)
      expect(await subOf(browser, app)).toBe('user-2')
    })

    it('SS07: a hundred and fifty cookies of its name are nobody; of those no more are read, or cleared, than a session can have', async () => {
      const { app } = world
      const cookie = Array.from({ length: 150 }, (_, index) => `oauth.session.${index}=99.${'A'.repeat(40)}`).join('; ')
      const { status, body, setCookie } = await raw(app.baseUrl, '/', { headers: { ...NAVIGATION, cookie } })
      expect([status, JSON.parse(body)]).toEqual([200, { logins: [] }])
      expect(setCookie.map((one) => one.split('=', 1)[0])).toEqual(Array.from({ length: 16 }, (_, index) => `oauth.session.${index}`))
    })
  })

  describe('SS08: a session that is too large for cookies', () => {
    it('SS08: ends in a typed error before any cookie is set, which says what to do to the operator and no more than its code to the person', async () => {
      const { app, provider } = world
      const browser = app.browser()
      const revoked = () => provider.requests.filter(({ endpoint }) => endpoint === 'revocation').length
      const before = revoked()
      const page = await logIn(browser, app, { username: 'huge', path: '/auth/demo/login' })
      expect([page.status, page.body.includes('OAUTH_SESSION_TOO_LARGE')]).toEqual([500, true])
      expect(sessionCookies(browser, app)).toEqual([])
      expect(revoked()).toBeGreaterThan(before)
      expect(app.output).toMatch(/option "store".*OAUTH_SESSION_TOO_LARGE/s)
      expect(app.output).not.toContain('nnnnnnnn')
    })

    it('SS08: the session before goes on', async () => {
      const { app } = world
      const browser = await world.loggedIn('user-1')
      leaveProvider(browser)
      expect((await logIn(browser, app, { username: 'huge', path: '/auth/demo/login' })).status).toBe(500)
      expect(await subOf(browser, app)).toBe('user-1')
    })

    it('SS08: no cookie is more than 4,096 bytes with its name, and all of them at most 8 KiB', async () => {
      const { app } = world
      const cookies = sessionCookies(await world.loggedIn('user-3'), app)
      for (const { name, value } of cookies) expect(name.length + value.length).toBeLessThanOrEqual(4096)
      expect(cookies.reduce((sum, { name, value }) => sum + name.length + value.length, 0)).toBeLessThanOrEqual(8192)
    })
  })
})

describe.each(applications.filter(({ stored }) => stored))('$name', ({ framework, stored }) => {
  const world = useWorld(framework, { stored, provider: { users }, demo: { scope: 'openid email profile' } })

  it('SS08: a large session fits, and its one cookie is small', async () => {
    const { app } = world
    const browser = await world.loggedIn('huge')
    expect(await subOf(browser, app)).toBe('huge')
    const [cookie, ...more] = sessionCookies(browser, app)
    expect([more, (cookie?.value.length ?? 0) < 300]).toEqual([[], true])
  })
})
