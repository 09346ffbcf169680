import { describe, expect, it } from 'vitest'
import type { HttpRequest } from '../http/http-request.js'
import { type AuthorizationServer, authorizationServer } from './testing/authorization-server.js'
import type { TestBrowser } from './testing/browser.js'
import { type Call, registered, SESSION_COOKIE, type World, world } from './testing/world.js'
import type { TenantOptions, TenantProvider } from './web-options.js'

interface Tenants extends World {
  readonly other: AuthorizationServer
  /** How often the function was asked. */
  readonly asked: () => number
  /** A browser whose requests are a tenant's. */
  of(tenant: string, jar?: TestBrowser<Call>): TestBrowser<Call>
}

const one: TenantOptions<Call> = { ...registered, clientId: 'client-of-one' }
const two: TenantOptions<Call> = { ...registered, issuer: 'https://two.example', clientId: 'client-of-two' }

/** Two tenants, by a cookie of the application, each with a server of its own. New options with every request, as from a database. */
function tenants(different: { one?: object; two?: object } = {}, provider?: TenantProvider<Call>): Tenants {
  let asked = 0
  const byTenant: TenantProvider<Call> = ({ cookies }) => {
    asked += 1
    const tenant = cookies.find(([name]) => name === 'tenant')?.[1]
    if (tenant === 'broken') throw new RangeError('the database of tenants is down')
    if (tenant === 'one') return Promise.resolve({ ...one, ...different.one })
    return tenant === 'two' ? { ...two, ...different.two } : undefined
  }
  const app = world({ providers: { demo: provider ?? byTenant } })
  const other = authorizationServer(app.clock, 'https://two.example')
  const { respond } = app.server
  app.server.respond = (request: HttpRequest) => (request.url.startsWith(other.issuer) ? other.respond(request) : respond(request))
  return {
    ...app,
    other,
    asked: () => asked,
    of(tenant, browser = app.browser()) {
      browser.jar.set('tenant', tenant)
      return browser
    },
  }
}

/** A login that is the tenant's whose browser it is. */
async function loggedIn(app: Tenants, tenant: 'one' | 'two', browser = app.of(tenant)): Promise<TestBrowser<Call>> {
  const server = tenant === 'one' ? app.server : app.other
  const { error, status } = await browser.go(`/auth/demo/callback?${server.authorize(await app.start(browser))}`)
  expect([error, status]).toEqual([undefined, 303])
  return browser
}

describe('B3: a provider whose options are a function of the request', () => {
  it('each tenant logs in with its own client at its own server, and its token is renewed there', async () => {
    const app = tenants()
    const browsers = [await loggedIn(app, 'one'), await loggedIn(app, 'two')]
    app.clock.time += 4000
    for (const browser of browsers) expect(await (await browser.open()).client()()).toBe(200)
    expect(app.server.forms('token').map(({ grant_type }) => grant_type)).toEqual(['authorization_code', 'refresh_token'])
    expect(app.other.forms('token').map(({ grant_type }) => grant_type)).toEqual(['authorization_code', 'refresh_token'])
    expect(app.sent).toEqual(['Bearer access-3', 'Bearer access-3'])
  })

  it('it is asked once for each request, and only where there is something to ask for', async () => {
    const app = tenants()
    await app.of('one').open('/')
    await app.of('one').go('/auth/user')
    expect(app.asked()).toBe(0)
    const browser = await loggedIn(app, 'one')
    expect(app.asked()).toBe(2)
    const visit = await browser.open()
    await visit.client()()
    await visit.login()
    await visit.session('demo')?.accessToken()
    expect([visit.user?.sub, app.asked()]).toEqual(['alice', 3])
  })

  it('what it throws comes out as it is, before the application sees a visit whose login it could not tell', async () => {
    const app = tenants()
    const browser = await loggedIn(app, 'one')
    await expect(app.of('broken', browser).open()).rejects.toThrow(RangeError)
    const answer = await app.of('broken').go('/auth/demo/login')
    expect(answer.error).toBeInstanceOf(RangeError)
  })

  it('without options nobody is logged in there; the routes are not found, and a login is a usage error', async () => {
    const app = tenants()
    const browser = app.of('none', await loggedIn(app, 'one'))
    const visit = await browser.open()
    expect([visit.user, visit.provider, visit.session('demo'), (await visit.guard())?.status]).toEqual([
      undefined,
      undefined,
      undefined,
      303,
    ])
    await expect(visit.login()).rejects.toMatchObject({
      code: 'OAUTH_USAGE',
      message: expect.stringContaining('no options for this request'),
    })
    expect((await browser.go('/auth/demo/login')).status).toBe(404)
    expect((await app.of('one', browser).open()).user?.sub).toBe('alice')
  })

  it.each<[string, unknown, RegExp]>([
    ['an unknown option', { ...one, client_id: 'x' }, /provider "demo": there is no option "client_id"/],
    ['null', null, /provider "demo": an options object is needed/],
    ['no issuer', { clientId: 'client' }, /"issuer" is missing/],
    ['a server without a name', { clientId: 'client', server: {} }, /"token_endpoint"/],
  ])('what it gives is checked as what is given at once: %s', async (_what, given, message) => {
    const app = tenants({}, () => given as typeof one)
    expect((await app.browser().go('/auth/demo/login')).error).toMatchObject({ message: expect.stringMatching(message) })
  })

  it('requests at the same moment renew once, though each came with options of its own', async () => {
    const app = tenants()
    const browser = await loggedIn(app, 'one')
    app.clock.time += 4000
    const visits = await Promise.all(Array.from({ length: 5 }, () => browser.open()))
    expect(await Promise.all(visits.map((visit) => visit.client()()))).toEqual([200, 200, 200, 200, 200])
    expect([app.server.forms('token', 'refresh_token').length, app.server.reuses]).toEqual([1, 0])
  })

  it('a renewed token is told to the tenant whose request it is', async () => {
    const told: string[] = []
    const app = tenants({}, ({ cookies }) => {
      const tenant = cookies.find(([name]) => name === 'tenant')?.[1] ?? ''
      return { ...one, updateToken: ({ access_token }) => void told.push(`${tenant} ${access_token}`) }
    })
    const browser = await loggedIn(app, 'one')
    app.clock.time += 4000
    await (await browser.open()).client()()
    expect(told).toEqual(['one access-3'])
  })

  it('options that are the same object are checked once', async () => {
    let read = 0
    const counted: typeof one = {
      ...one,
      get leeway() {
        read += 1
        return undefined
      },
    }
    const app = tenants({}, () => counted)
    await app.start(app.browser())
    const before = read
    await app.start(app.browser())
    expect([before > 0, read]).toEqual([true, before])
  })
})

describe("one tenant's login is nothing to another", () => {
  it('RFC 9700 §4.4.2: a login begun with the options of one is not finished with those of another, and goes on at the first', async () => {
    const app = tenants()
    const browser = app.of('one')
    const answer = app.server.authorize(await app.start(browser))
    const wrong = await app.of('two', browser).go(`/auth/demo/callback?${answer}`)
    expect(wrong.error).toMatchObject({ name: 'ProtocolError', code: 'OAUTH_PROVIDER_MISMATCH' })
    expect([app.server.forms('token'), app.other.forms('token')]).toEqual([[], []])
    expect((await app.of('one', browser).go(`/auth/demo/callback?${answer}`)).status).toBe(303)
  })

  it('RFC 9700 §4.4.2: neither with another client at the same server', async () => {
    const app = tenants({ two: { issuer: one.issuer } })
    const browser = app.of('one')
    const answer = app.server.authorize(await app.start(browser))
    const { error } = await app.of('two', browser).go(`/auth/demo/callback?${answer}`)
    expect(error).toMatchObject({ code: 'OAUTH_PROVIDER_MISMATCH' })
    expect(app.server.forms('token')).toEqual([])
  })

  it('a session of one is no login for another: no claims, no guard that lets through, no token that is sent', async () => {
    const app = tenants()
    const browser = app.of('two', await loggedIn(app, 'one'))
    const visit = await browser.open()
    expect([visit.user, visit.provider, visit.session(), visit.session('demo')]).toEqual([undefined, undefined, undefined, undefined])
    expect((await visit.guard())?.location).toBe('/auth/demo/login?returnTo=%2F')
    for (const name of [undefined, 'demo'])
      expect(() => visit.client(name)).toThrow(expect.objectContaining({ code: 'OAUTH_MISSING_TOKEN' }))
    expect((await browser.go('/auth/user')).status).toBe(401)
    expect(app.sent).toEqual([])
  })

  it("a logout ends the session; another tenant's tokens are not given back to this one's server", async () => {
    const app = tenants()
    const browser = app.of('two', await loggedIn(app, 'one'))
    expect((await browser.go('/auth/logout')).location).toBe('/')
    expect([app.server.revoked, app.other.revoked, browser.jar.has(SESSION_COOKIE)]).toEqual([[], [], false])
    await (await loggedIn(app, 'one', app.of('one', browser))).go('/auth/logout')
    expect(app.server.revoked).toEqual(['refresh-4'])
  })

  it('a login of the other takes its place', async () => {
    const app = tenants()
    const browser = await loggedIn(app, 'two', app.of('two', await loggedIn(app, 'one')))
    expect((await browser.open()).user).toMatchObject({ iss: 'https://two.example' })
    expect((await app.of('one', browser).open()).user).toBeUndefined()
  })
})

describe('AR11, RFC 9700 §4.4.2.2: several servers at one redirect URI', () => {
  const silent = { authorization_response_iss_parameter_supported: undefined }

  it('AR11: a server that does not say who it is, is refused before the browser is sent there', async () => {
    const app = tenants()
    app.server.metadata = silent
    const { error, cookies } = await app.of('one').go('/auth/demo/login')
    expect(error).toMatchObject({
      name: 'UsageError',
      message: expect.stringMatching(/RFC 9700 §4\.4\.2\.2.*a provider's name, and so a redirect URI, of its own/),
    })
    expect(cookies).toEqual([])
  })

  it('AR11: so is one that was given without an issuer', async () => {
    const server = { authorization_endpoint: 'https://as.example/authorize', token_endpoint: 'https://as.example/token' }
    const app = tenants({}, () => ({ clientId: 'client', clientSecret: 'secret', server }))
    expect((await app.browser().go('/auth/demo/login')).error).toMatchObject({ name: 'UsageError' })
  })

  it('AR11: one that said so before, and no more at the callback, gets no code', async () => {
    const app = tenants()
    const browser = app.of('one')
    const answer = app.server.authorize(await app.start(browser), { answer: { iss: undefined } })
    app.server.metadata = silent
    app.clock.time += 550
    const { error } = await browser.at(app.instance()).go(`/auth/demo/callback?${answer}`)
    expect(error).toMatchObject({ name: 'UsageError', message: expect.stringContaining('RFC 9700 §4.4.2.2') })
    expect(app.server.forms('token')).toEqual([])
  })

  it("AR11: an honest server's answer, that the attacker's server had the browser fetch, is refused with and without iss", async () => {
    for (const iss of [undefined, 'https://two.example']) {
      const app = tenants()
      const browser = app.of('one')
      const state = new URL(await app.start(browser)).searchParams.get('state') ?? ''
      const answer = new URLSearchParams({ code: 'of-the-honest-server', state, ...(iss === undefined ? {} : { iss }) })
      const { error } = await browser.go(`/auth/demo/callback?${answer}`)
      expect(error).toMatchObject({ code: iss === undefined ? 'OAUTH_ISS_MISSING' : 'OAUTH_ISS_MISMATCH' })
      expect(app.server.forms('token')).toEqual([])
    }
  })

  it('AR11: with alwaysThisServer one that says nothing is taken, and then no other is', async () => {
    const app = tenants({ one: { alwaysThisServer: true } })
    app.server.metadata = silent
    const browser = app.of('one')
    const answer = app.server.authorize(await app.start(browser), { answer: { iss: undefined } })
    expect((await browser.go(`/auth/demo/callback?${answer}`)).status).toBe(303)
    const { error } = await app.of('two').go('/auth/demo/login')
    expect(error).toMatchObject({ name: 'UsageError', message: expect.stringContaining('alwaysThisServer') })
  })

  it('AR11: alwaysThisServer is nothing for a provider that is no function', () => {
    expect(() => world({ providers: { demo: { ...registered, alwaysThisServer: true } as typeof registered } })).toThrow(
      /no option "alwaysThisServer"/,
    )
  })
})
