import { describe, expect, it } from 'vitest'
import { applications } from '../src/frameworks.ts'
import { answeredLogin, front, leaveProvider, logIn, plantSession, sessionCookies, signOut, subOf } from '../src/visitor.ts'
import { useWorld } from '../src/world.ts'

describe.each(applications)('$name', ({ framework, stored }) => {
  const world = useWorld(framework, { stored, also: ['other'] })

  describe('SS01: session fixation', () => {
    it('SS01: a session that was planted is over once the victim has logged in, and the new one has cookies of its own', async () => {
      const { app } = world
      const attacker = await world.loggedIn('bob')
      const planted = sessionCookies(attacker, app).map(({ value }) => value)
      const victim = app.browser()
      plantSession(victim, attacker, app)
      expect(await subOf(victim, app)).toBe('bob')
      await logIn(victim, app, { username: 'alice', path: '/auth/demo/login' })
      expect(await subOf(victim, app)).toBe('alice')
      for (const { value } of sessionCookies(victim, app)) expect(planted).not.toContain(value)
      expect(await subOf(attacker, app)).toBeUndefined()
      expect((await attacker.fetch(`${app.baseUrl}/guarded/api`)).status).toBe(401)
      expect(await (await attacker.fetch(`${app.baseUrl}/token`)).json()).toEqual({ error: 'OAUTH_MISSING_TOKEN' })
    })

    it('SS01: also one that is planted while the login is under way', async () => {
      const { app } = world
      const attacker = await world.loggedIn('bob')
      const { browser: victim, finish } = await answeredLogin(app, { username: 'alice' })
      plantSession(victim, attacker, app)
      expect((await finish()).text).toContain('guarded: alice')
      expect(await front(victim, app)).toMatchObject({ user: { sub: 'alice' }, logins: ['demo'] })
      expect(await subOf(attacker, app)).toBeUndefined()
    })

    it('SS01: the session is a new one at every login of the same person, and the one before is over', async () => {
      const { app } = world
      const browser = await world.loggedIn()
      const thief = app.browser()
      plantSession(thief, browser, app)
      expect(await subOf(thief, app)).toBe('alice')
      await logIn(browser, app, { path: '/auth/demo/login' })
      expect(await subOf(browser, app)).toBe('alice')
      expect(await subOf(thief, app)).toBeUndefined()
    })

    it('SS01: linking a login begins a new session, too', async () => {
      const { app } = world
      const browser = await world.loggedIn()
      const thief = app.browser()
      plantSession(thief, browser, app)
      await logIn(browser, app, { path: '/link?provider=other' })
      expect(await front(browser, app)).toMatchObject({ logins: ['demo', 'other'] })
      expect(await subOf(thief, app)).toBeUndefined()
    })
  })

  it("SS02: after Bob's login over Alice's session none of Alice's data remains", async () => {
    const { app } = world
    const browser = await world.loggedIn('alice')
    await logIn(browser, app, { path: '/link?provider=other' })
    expect(await front(browser, app)).toMatchObject({ user: { sub: 'alice' }, logins: ['demo', 'other'] })
    const { accessTokenHash } = JSON.parse((await browser.goto(`${app.baseUrl}/token`)).body)
    leaveProvider(browser)
    const page = await logIn(browser, app, { username: 'bob', path: '/auth/demo/login?returnTo=/guarded' })
    expect(page.text).toContain('guarded: bob')
    const shown = await front(browser, app)
    expect(shown).toMatchObject({ user: { sub: 'bob' }, provider: 'demo', logins: ['demo'] })
    const user = await (await browser.fetch(`${app.baseUrl}/auth/user`)).text()
    expect(`${JSON.stringify(shown)} ${user}`).not.toContain('alice')
    expect(JSON.parse((await browser.goto(`${app.baseUrl}/token`)).body).accessTokenHash).not.toBe(accessTokenHash)
    expect(JSON.parse((await browser.goto(`${app.baseUrl}/api`)).body)).toMatchObject({ sub: 'bob' })
  })

  describe('SS03: unknown ids', () => {
    it('SS03: a cookie that nobody sealed is nobody, and no session begins from it', async () => {
      const { app } = world
      const browser = app.browser()
      const forged = '1.the-id-of-the-attacker'
      browser.cookies.store(`oauth.session.0=${forged}; Path=/`, `${app.baseUrl}/`)
      expect(await subOf(browser, app)).toBeUndefined()
      expect((await browser.fetch(`${app.baseUrl}/guarded/api`)).status).toBe(401)
      await logIn(browser, app)
      expect(await subOf(browser, app)).toBe('alice')
      expect(sessionCookies(browser, app).map(({ value }) => value)).not.toContain(forged)
    })

    if (stored)
      it('SS03: a cookie of ours whose session the store does not know is nobody, and its id is not used again', async () => {
        const { app, store } = world
        const known = await store.keys()
        const browser = await world.loggedIn()
        const [key = ''] = (await store.keys()).filter((one) => one.startsWith('s:') && !known.includes(one))
        expect(await store.contents.delete(key)).toBe(true)
        expect(await subOf(browser, app)).toBeUndefined()
        await logIn(browser, app, { path: '/auth/demo/login' })
        expect(await subOf(browser, app)).toBe('alice')
        expect(await store.contents.get(key)).toBeUndefined()
      })
  })

  describe('AR26: a login that ends in the session of somebody else', () => {
    it.each([
      ['to be linked', '/link?provider=other'],
      ['as any login', '/auth/other/login'],
    ])(
      "AR26: begun in Alice's session %s, and finished in Bob's: nothing is linked, and his session stays as it is",
      async (_how, path) => {
        const { app, provider } = world
        const alice = await world.loggedIn('alice')
        const { browser, finish } = await answeredLogin(app, { path }, (one) => plantSession(one, alice, app))
        plantSession(browser, await world.loggedIn('bob'), app)
        const before = provider.tokenRequests('authorization_code')
        const page = await finish()
        expect([page.status, page.body.includes('OAUTH_SESSION_CHANGED')]).toEqual([400, true])
        expect(provider.tokenRequests('authorization_code')).toBe(before)
        expect(await front(browser, app)).toMatchObject({ user: { sub: 'bob' }, logins: ['demo'] })
      },
    )

    it('AR26: begun to be linked, and finished after a logout: nobody is logged in', async () => {
      const { app } = world
      const alice = await world.loggedIn('alice')
      const { browser, finish } = await answeredLogin(app, { path: '/link?provider=other' }, (one) => plantSession(one, alice, app))
      await signOut(browser, app)
      const page = await finish()
      expect([page.status, page.body.includes('OAUTH_SESSION_CHANGED')]).toEqual([400, true])
      expect(await front(browser, app)).toEqual({ logins: [] })
    })
  })
})
