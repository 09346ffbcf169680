import { describe, expect, it } from 'vitest'
import type { TestBrowser } from './testing/browser.js'
import { type Call, type LoginOptions, registered, SESSION_COOKIE, TWO_PROVIDERS, type World, world } from './testing/world.js'

const HOUR = 3600
const two = { providers: TWO_PROVIDERS }

/** Who is logged in where, in the order of the logins. */
async function people(app: World, browser: TestBrowser<Call>): Promise<Record<string, unknown>> {
  const { current } = await app.inside(browser)
  return Object.fromEntries(Object.entries(current?.providers ?? {}).map(([name, { claims }]) => [name, claims.sub]))
}

/** A login that the application begins to add it to the session. */
async function link(app: World, browser: TestBrowser<Call>, { provider = 'other', ...how }: LoginOptions = {}) {
  const url = await begin(browser, provider)
  return browser.go(`/auth/${provider}/callback?${app.server.authorize(url, how)}`)
}

async function begin(browser: TestBrowser<Call>, provider = 'other'): Promise<string> {
  const visit = await browser.open('/link', { method: 'POST' })
  const url = await visit.login(provider, { link: true, returnTo: '/accounts' })
  browser.take(visit)
  return url
}

describe('contract 4.4: a second login', () => {
  it('as another person replaces the session, at whichever provider it is', async () => {
    for (const provider of ['demo', 'other']) {
      const app = world(two)
      const browser = app.browser()
      await app.login(browser, { sub: 'alice' })
      await app.login(browser, { sub: 'bob', provider })
      expect(await people(app, browser)).toEqual({ [provider]: 'bob' })
    }
  })

  it('as the same person keeps the other logins, and is the last one; the id is new', async () => {
    const app = world(two)
    const browser = app.browser()
    await app.login(browser, { sub: 'alice' })
    const first = (await app.inside(browser)).current?.id
    await app.login(browser, { sub: 'alice', provider: 'other' })
    expect(await people(app, browser)).toEqual({ demo: 'alice', other: 'alice' })
    expect((await app.inside(browser)).current?.id).not.toBe(first)
    await app.login(browser, { sub: 'alice' })
    const visit = await browser.open()
    expect([visit.provider, visit.session('other')?.user.sub]).toEqual(['demo', 'alice'])
  })

  it('ID08: the same subject of another tenant is another person, though the server is the same', async () => {
    const tenants = { ...registered, issuer: 'https://as.example/common', quirks: { templatedIssuer: true } }
    const app = world({ providers: { demo: tenants, other: tenants } })
    app.server.metadata = { issuer: 'https://as.example/{tenantid}', authorization_response_iss_parameter_supported: undefined }
    const browser = app.browser()
    const from = (tid: string) => ({ answer: { iss: undefined }, claims: { iss: `https://as.example/${tid}`, tid } })
    await app.login(browser, from('contoso'))
    await app.login(browser, { ...from('contoso'), provider: 'other' })
    expect(await people(app, browser)).toEqual({ demo: 'alice', other: 'alice' })
    await app.login(browser, from('fabrikam'))
    expect(await people(app, browser)).toEqual({ demo: 'alice' })
  })

  it('ID28: a person is issuer and subject together: the same subject of another issuer is another person', async () => {
    const app = world({ providers: { demo: registered, other: { ...registered, issuer: 'https://other.example' } } })
    const browser = app.browser()
    await app.login(browser, { sub: 'alice' })
    app.server.metadata = { issuer: 'https://other.example' }
    await app.login(browser, {
      sub: 'alice',
      provider: 'other',
      answer: { iss: 'https://other.example' },
      claims: { iss: 'https://other.example' },
    })
    expect(await people(app, browser)).toEqual({ other: 'alice' })
  })

  it.each([
    ['the same email', 'alice@example.com', true],
    ['the same email, not verified', 'alice@example.com', false],
    ['an email with two signs', 'alice@example.com@evil.example', true],
    ['an email with a full-width sign', 'alice＠example.com', true],
    ['no email', undefined, undefined],
  ])(
    'ID28: with %s but another subject it is another person, who gets nothing of the session before',
    async (_what, email, email_verified) => {
      const app = world(two)
      const browser = app.browser()
      await app.login(browser, { sub: 'alice', claims: { email: 'alice@example.com', email_verified: true } })
      await app.login(browser, { sub: 'mallory', provider: 'other', claims: { email, email_verified } })
      expect(await people(app, browser)).toEqual({ other: 'mallory' })
      expect((await browser.open()).user).toMatchObject({ iss: app.server.issuer, sub: 'mallory' })
    },
  )

  it('ID28: with another email but the same issuer and subject it is the same person', async () => {
    const app = world(two)
    const browser = app.browser()
    await app.login(browser, { sub: 'alice', claims: { email: 'alice@example.com' } })
    await app.login(browser, { sub: 'alice', provider: 'other', claims: { email: 'alice@new.example' } })
    expect(await people(app, browser)).toEqual({ demo: 'alice', other: 'alice' })
  })

  it('SS01: a session that was planted under it does not come along', async () => {
    const app = world(two)
    const attacker = app.browser()
    await app.login(attacker, { sub: 'mallory', provider: 'other' })
    const victim = attacker.copy()
    await app.login(victim, { sub: 'alice' })
    expect(await people(app, victim)).toEqual({ demo: 'alice' })
  })
})

describe('AR26: a login begun in the session of one person, and finished in that of another', () => {
  /** A login is begun in Alice's session; then the browser has Bob's. */
  async function bobInBetween(app: World) {
    const browser = app.browser()
    await app.login(browser, { sub: 'alice' })
    const url = await app.start(browser, { provider: 'other' })
    await browser.go('/auth/logout', { method: 'POST' })
    await app.login(browser, { sub: 'bob' })
    return { browser, callback: `/auth/other/callback?${app.server.authorize(url, { sub: 'alice' })}` }
  }

  it('is refused; Bob stays who he was, and the code goes nowhere', async () => {
    const app = world(two)
    const { browser, callback } = await bobInBetween(app)
    const redeemed = app.server.forms('token').length
    expect((await browser.go(callback)).error).toMatchObject({ code: 'OAUTH_SESSION_CHANGED', reference: 'RFC 6749 §10.12' })
    expect([await people(app, browser), app.server.forms('token').length]).toEqual([{ demo: 'bob' }, redeemed])
  })

  it('in another browser is no login of that browser', async () => {
    const app = world(two)
    const [alice, bob] = [app.browser(), app.browser()]
    await app.login(alice, { sub: 'alice' })
    await app.login(bob, { sub: 'bob' })
    const answer = app.server.authorize(await app.start(alice, { provider: 'other' }), { sub: 'alice' })
    expect((await bob.go(`/auth/other/callback?${answer}`)).error).toMatchObject({ code: 'OAUTH_NO_TRANSACTION' })
    expect(await people(app, bob)).toEqual({ demo: 'bob' })
  })

  it('where nobody is logged in any more it is a login like any other', async () => {
    const app = world(two)
    const browser = app.browser()
    await app.login(browser, { sub: 'alice' })
    const url = await app.start(browser, { provider: 'other' })
    await browser.go('/auth/logout', { method: 'POST' })
    expect((await browser.go(`/auth/other/callback?${app.server.authorize(url, { sub: 'alice' })}`)).status).toBe(303)
    expect(await people(app, browser)).toEqual({ other: 'alice' })
  })

  it('in a later session of the same person, which another instance began, it is one, too', async () => {
    const app = world(two)
    const browser = app.browser()
    await app.login(browser, { sub: 'alice' })
    const url = await app.start(browser, { provider: 'other' })
    await app.login(browser.at(app.instance()), { sub: 'alice' })
    expect((await browser.go(`/auth/other/callback?${app.server.authorize(url, { sub: 'alice' })}`)).status).toBe(303)
    expect(await people(app, browser)).toEqual({ demo: 'alice', other: 'alice' })
  })
})

describe('contract 4.4: link: true', () => {
  it('adds a login of another person to the session; each has its own client; the newer one is the default', async () => {
    const app = world(two)
    const browser = app.browser()
    await app.login(browser, { sub: 'alice' })
    const { status, location } = await link(app, browser, { sub: 'alice-at-other' })
    expect([status, location]).toEqual([303, '/accounts'])
    expect(await people(app, browser)).toEqual({ demo: 'alice', other: 'alice-at-other' })
    const visit = await browser.open()
    expect([visit.user?.sub, visit.session('demo')?.user.sub]).toEqual(['alice-at-other', 'alice'])
    await visit.client('demo')()
    await visit.client()()
    expect(app.sent).toEqual(['Bearer access-2', 'Bearer access-4'])
  })

  it.each<[string, (app: World, browser: TestBrowser<Call>) => Promise<unknown>]>([
    ['somebody else logged in meanwhile', (app, browser) => app.login(browser, { sub: 'bob' })],
    ['the person logged out meanwhile', (_app, browser) => browser.go('/auth/logout', { method: 'POST' })],
  ])('AR26: only to the session that it was begun in: %s, and nothing is sent or changed', async (_what, meanwhile) => {
    const app = world(two)
    const browser = app.browser()
    await app.login(browser, { sub: 'alice' })
    const url = await begin(browser)
    await meanwhile(app, browser)
    const before = [await people(app, browser), app.server.requests.length]
    const { error } = await browser.go(`/auth/other/callback?${app.server.authorize(url, { sub: 'alice-at-other' })}`)
    expect(error).toMatchObject({ code: 'OAUTH_SESSION_CHANGED' })
    expect([await people(app, browser), app.server.requests.length]).toEqual(before)
  })

  it('two of them, begun in one session, both join it; and one that was begun before the same person logged in again', async () => {
    const app = world({ providers: { ...two.providers, third: { ...registered, clientId: 'client-3' } } })
    const browser = app.browser()
    await app.login(browser, { sub: 'alice' })
    const urls = [await begin(browser, 'other'), await begin(browser, 'third')] as const
    await app.login(browser, { sub: 'alice' })
    await browser.go(`/auth/other/callback?${app.server.authorize(urls[0], { sub: 'bob' })}`)
    await browser.go(`/auth/third/callback?${app.server.authorize(urls[1], { sub: 'carol' })}`)
    expect(await people(app, browser)).toEqual({ demo: 'alice', other: 'bob', third: 'carol' })
  })

  it('cannot be had by form_post, with which no session cookie comes, and says so', async () => {
    const app = world({ providers: { demo: registered, other: { ...registered, responseMode: 'form_post' } } })
    const browser = app.browser()
    await app.login(browser)
    await expect((await browser.open()).login('other', { link: true })).rejects.toThrow('form_post')
  })

  it('waits for a renewal of another login, whose tokens would else be given back', async () => {
    const app = world(two)
    const browser = app.browser()
    await app.login(browser, { sub: 'alice' })
    const url = await begin(browser)
    app.clock.time += 500
    app.resource = (authorization) => (authorization === 'Bearer access-2' ? 401 : 200)
    const arrived = Promise.withResolvers<void>()
    const released = Promise.withResolvers<void>()
    app.server.scripts.token = async (request) => {
      delete app.server.scripts.token
      arrived.resolve()
      await released.promise
      app.server.requests.pop()
      return app.server.respond(request)
    }
    const renewing = (await browser.open()).client('demo')()
    await arrived.promise
    const linking = browser.go(`/auth/other/callback?${app.server.authorize(url, { sub: 'bob' })}`)
    for (let turn = 0; turn < 500; turn++) await Promise.resolve()
    released.resolve()
    await Promise.all([renewing, linking])
    app.clock.time += HOUR
    expect(await (await browser.open()).client('demo')()).toBe(200)
    expect([app.server.reuses, app.server.revoked]).toEqual([0, []])
  })

  it('where nobody is logged in it is a login like any other', async () => {
    const app = world(two)
    const browser = app.browser()
    await link(app, browser, { sub: 'bob' })
    expect(await people(app, browser)).toEqual({ other: 'bob' })
  })

  it('cannot be asked for by the address of the login route', async () => {
    const app = world(two)
    const browser = app.browser()
    await app.login(browser, { sub: 'alice' })
    const { location } = await browser.go('/auth/other/login?link=true&returnTo=/')
    await browser.go(`/auth/other/callback?${app.server.authorize(location, { sub: 'mallory' })}`)
    expect(await people(app, browser)).toEqual({ other: 'mallory' })
  })

  it('SS18: does not make the logins before it last longer', async () => {
    const app = world({ ...two, session: { lifetime: 2 * HOUR } })
    const browser = app.browser()
    await app.login(browser, { sub: 'alice' })
    app.clock.time += HOUR
    await link(app, browser, { sub: 'alice-at-other' })
    app.clock.time += HOUR
    expect((await browser.open()).user).toBeUndefined()
  })

  it('takes the newest token of the other logins along, also when the browser has not got its cookie', async () => {
    const app = world(two)
    const browser = app.browser()
    await app.login(browser, { sub: 'alice' })
    const url = await begin(browser)
    app.clock.time += 599
    const visit = await browser.open()
    app.resource = (authorization) => (authorization === 'Bearer access-2' ? 401 : 200)
    await visit.client()()
    // The answer of this visit never reaches the browser.
    await browser.go(`/auth/other/callback?${app.server.authorize(url, { sub: 'alice-at-other' })}`)
    app.clock.time += HOUR
    await (await browser.open()).client('demo')()
    expect(app.server.reuses).toBe(0)
  })

  it('a session that gets too large is told so, and the one before goes on', async () => {
    const app = world(two)
    const browser = app.browser()
    await app.login(browser, { sub: 'alice', claims: { bio: 'a'.repeat(1500) } })
    const { error } = await link(app, browser, { sub: 'bob', claims: { bio: 'b'.repeat(1500) } })
    expect(error).toMatchObject({ code: 'OAUTH_SESSION_TOO_LARGE' })
    expect(await people(app, browser)).toEqual({ demo: 'alice' })
  })

  it('unknown options and providers are refused', async () => {
    const visit = await world(two).browser().open()
    await expect(async () => visit.login('other', { Link: true } as never)).rejects.toThrow('no option "Link"')
    await expect(async () => visit.login('typo')).rejects.toThrow('There is no provider "typo". Known: demo, other.')
  })
})

describe('logins of one session', () => {
  it.each([0, 1, 2, 3, 5, 10, 30])('two tokens renewed in two requests, %i turns apart, are both kept', async (turns) => {
    const app = world(two)
    const browser = app.browser()
    await app.login(browser, { sub: 'alice' })
    await link(app, browser, { sub: 'bob' })
    app.clock.time += HOUR
    // Without a signature to check, the two answers are handled in the same turn.
    app.server.token = { id_token: undefined }
    const [one, other] = [await browser.open(), await browser.open()]
    const second = async () => {
      for (let turn = 0; turn < turns; turn++) await Promise.resolve()
      await other.client('other')()
    }
    await Promise.all([one.client('demo')(), second()])
    browser.take(other)
    browser.take(one)
    app.clock.time += HOUR
    const later = await browser.open()
    await Promise.all([later.client('demo')(), later.client('other')()])
    expect(app.server.reuses).toBe(0)
    expect(app.server.forms('token', 'refresh_token')).toHaveLength(4)
  })

  it('a logout ends all of them, and revokes the tokens of each', async () => {
    const app = world(two)
    const browser = app.browser()
    await app.login(browser, { sub: 'alice' })
    await link(app, browser, { sub: 'bob' })
    await browser.go('/auth/logout', { method: 'POST' })
    expect(app.server.revoked).toEqual(['refresh-2', 'refresh-4'])
    expect(browser.jar.has(SESSION_COOKIE)).toBe(false)
  })
})
