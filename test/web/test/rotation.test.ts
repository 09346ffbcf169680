import { randomBytes } from 'node:crypto'
import { login } from '@oauth-test/provider'
import { describe, expect, it } from 'vitest'
import { applications } from '../src/frameworks.ts'
import { answeredLogin, front, logIn, sessionCookies, subOf } from '../src/visitor.ts'
import { useWorld } from '../src/world.ts'

const newSecret = (): string => randomBytes(32).toString('base64')

describe.each(applications)('$name', ({ framework, stored }) => {
  const world = useWorld(framework, { stored, provider: { accessTokenTtl: 60 } })
  /** Seconds after which a token is to be renewed, which writes a session that is in a cookie. */
  const EXPIRED = 61

  it('SS10: while the secret is changed nobody is logged out; once the old one is gone, what it sealed is over', async () => {
    const { app } = world
    const [first, second] = [newSecret(), newSecret()]
    await app.restart({ secret: first, ahead: 0 })
    const [early, renewed] = [await world.loggedIn('alice'), await world.loggedIn('bob')]
    await app.restart({ secret: [second, first] })
    expect([await subOf(early, app), await subOf(renewed, app)]).toEqual(['alice', 'bob'])
    expect((await early.goto(`${app.baseUrl}/guarded`)).text).toContain('guarded: alice')
    // A login writes with the new one.
    await logIn(renewed, app, { username: 'bob', path: '/auth/demo/login' })
    await app.restart({ secret: second })
    expect([await subOf(early, app), await subOf(renewed, app)]).toEqual([undefined, 'bob'])
    expect((await early.fetch(`${app.baseUrl}/guarded/api`)).status).toBe(401)
  })

  if (!stored)
    it('SS10: what is written while both are known is sealed by the new one: a token that was renewed', async () => {
      const { app, provider } = world
      const [first, second] = [newSecret(), newSecret()]
      await app.restart({ secret: first, ahead: 0 })
      const browser = await world.loggedIn()
      await app.restart({ secret: [second, first], ahead: EXPIRED })
      const before = provider.tokenRequests('refresh_token')
      await browser.goto(`${app.baseUrl}/token`)
      expect(provider.tokenRequests('refresh_token')).toBe(before + 1)
      await app.restart({ secret: second })
      expect(await subOf(browser, app)).toBe('alice')
      expect(provider.reuseDetected).toBe(0)
    })

  it('SS10: users who are active while the secret is changed, twice, are not logged out', async () => {
    const { app, provider } = world
    const [first, second, third] = [newSecret(), newSecret(), newSecret()]
    await app.restart({ secret: first, ahead: 0 })
    const browsers = [await world.loggedIn('alice'), await world.loggedIn('bob'), await world.loggedIn('alice')]
    const expected = ['alice', 'bob', 'alice']
    for (const [secret, ahead] of [
      [[second, first], 0],
      [[third, second, first], EXPIRED],
    ] as const) {
      let isActive = true
      // They go on while the process is killed; what does not reach it they try again.
      const active = browsers.map(async (browser, index) => {
        while (isActive) {
          const { status, body } = await browser.goto(`${app.baseUrl}/`)
          if (status === 200) expect(JSON.parse(body).user?.sub).toBe(expected[index])
          else expect(status).toBe(502)
        }
      })
      await app.restart({ secret, ahead })
      isActive = false
      await Promise.all(active)
      expect(await Promise.all(browsers.map((browser) => subOf(browser, app)))).toEqual(expected)
      const used = await Promise.all(browsers.map(async (browser) => JSON.parse((await browser.goto(`${app.baseUrl}/api`)).body).sub))
      expect(used).toEqual(expected)
    }
    expect(provider.reuseDetected).toBe(0)
  })

  it('SS10: a login that was begun under the old secret ends under the new one', async () => {
    const { app } = world
    const [first, second] = [newSecret(), newSecret()]
    await app.restart({ secret: first, ahead: 0 })
    const { browser, finish } = await answeredLogin(app)
    await app.restart({ secret: [second, first] })
    expect((await finish()).text).toContain('guarded: alice')
    await app.restart({ secret: second })
    expect(await front(browser, app)).toMatchObject({ user: { sub: 'alice' } })
  })

  it('F28: an application that is killed between login and callback, and started again, finishes the login; the session outlives the next time', async () => {
    const { app } = world
    const { browser, finish } = await answeredLogin(app, { path: '/guarded/items/17' })
    await app.restart()
    const page = await finish()
    expect([page.url, page.text.includes('item: 17')]).toEqual([`${app.baseUrl}/guarded/items/17`, true])
    await app.restart()
    expect(await subOf(browser, app)).toBe('alice')
    expect(sessionCookies(browser, app)).not.toEqual([])
  })

  it('F28: killed while the provider asks who it is: the login is finished as if nothing had been', async () => {
    const { app } = world
    const browser = app.browser()
    const asked = await browser.goto(`${app.baseUrl}/guarded`)
    await app.restart()
    expect((await login(asked, { username: 'bob' })).text).toContain('guarded: bob')
  })
})
