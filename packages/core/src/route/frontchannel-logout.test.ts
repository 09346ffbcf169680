import { describe, expect, it } from 'vitest'
import type { HttpHeaders } from '../http/http-response.js'
import { NAVIGATION, SCRIPT, type TestBrowser } from './testing/browser.js'
import { type SharedStore, sharedStore } from './testing/shared-store.js'
import {
  type Call,
  type LoginOptions,
  type Options,
  registered,
  SESSION_COOKIE,
  TWO_PROVIDERS,
  type World,
  world,
} from './testing/world.js'

const SID = 'S1-of-22-characters-xx'
/** A frame of the provider's logout page, in which browsers send no cookie that is SameSite=Lax. */
const FRAME: HttpHeaders = { ...NAVIGATION, 'sec-fetch-dest': 'iframe', 'sec-fetch-site': 'cross-site' }

interface App extends World {
  readonly store?: SharedStore
}

function inCookies(options: Options = {}): App {
  const app = world(options)
  app.server.metadata = { frontchannel_logout_supported: true, frontchannel_logout_session_supported: true }
  return app
}

function inStore(options: Options = {}): App & { readonly store: SharedStore } {
  const time = { now: () => 0 }
  const store = sharedStore(() => time.now())
  const app = Object.assign(inCookies({ store, ...options }), { store })
  time.now = () => app.clock.time
  return app
}

async function loggedIn(app: World, { claims = {}, ...how }: LoginOptions = {}): Promise<TestBrowser<Call>> {
  const browser = app.browser()
  const { error } = await app.login(browser, { claims: { sid: SID, ...claims }, ...how })
  if (error !== undefined) throw error
  return browser
}

function path(parameters: Record<string, string> | string[][], provider = 'demo'): string {
  return `/auth/${provider}/frontchannel-logout?${new URLSearchParams(parameters)}`
}

const right = { iss: 'https://as.example', sid: SID }

/** What the frame asks for, in a browser that sends no cookies with it. */
function framed(app: World, parameters: Record<string, string> | string[][] = right, provider = 'demo') {
  return app.browser().go(path(parameters, provider), { headers: FRAME })
}

async function isLoggedIn(browser: TestBrowser<Call>): Promise<boolean> {
  return (await browser.copy().go('/auth/user', { headers: SCRIPT })).status === 200
}

const WRONG: [string, Record<string, string> | string[][], number][] = [
  ['LO08: sid without iss', { sid: SID }, 400],
  ['LO08: iss without sid', { iss: right.iss }, 400],
  ['LO08: an empty sid', { ...right, sid: '' }, 400],
  ['LO08: two of them', [...Object.entries(right), ['sid', 'other']], 400],
  ['LO08: two issuers', [['iss', 'https://evil.example'], ...Object.entries(right)], 400],
  ['LO08: nothing', {}, 400],
  ['LO08: another sid', { ...right, sid: `${SID}x` }, 200],
  ['LO08: a guess', { ...right, sid: 'undefined' }, 200],
  ['LO08: the sub', { ...right, sid: 'alice' }, 200],
  ['LO08: another issuer', { ...right, iss: 'https://evil.example' }, 200],
  ['LO08: another spelling of the issuer', { ...right, iss: 'https://as.example/' }, 200],
  ['LO08: what is in nobody', { iss: 'undefined', sid: 'undefined' }, 200],
]

describe.each([
  ['in cookies', inCookies],
  ['in a store', inStore],
])('sessions %s', (_where, start) => {
  it('OpenID Connect Front-Channel Logout §2: the session is over, without a cookie in the frame, and the browser can log in again', async () => {
    const app = start()
    const browser = await loggedIn(app)
    const answer = await framed(app)
    expect(answer).toMatchObject({ status: 200, body: '', cookies: [] })
    expect(await isLoggedIn(browser)).toBe(false)
    app.clock.time += 1
    await app.login(browser, { claims: { sid: SID } })
    expect(await isLoggedIn(browser)).toBe(true)
  })

  it('with the cookie, as where the provider is of the same site, it is cleared', async () => {
    const app = start()
    const browser = await loggedIn(app)
    const { status, cookies } = await browser.go(path(right), { headers: { ...FRAME, 'sec-fetch-site': 'same-site' } })
    expect([status, cookies.map(({ name, maxAge }) => [name, maxAge])]).toEqual([200, [[SESSION_COOKIE, 0]]])
    expect(await isLoggedIn(browser)).toBe(false)
  })

  it('LO08: no token is given back, with the cookie or without', async () => {
    const app = start()
    await loggedIn(app)
    await framed(app)
    await (await loggedIn(app, { claims: { sid: `${SID}2` } })).go(path({ ...right, sid: `${SID}2` }), { headers: FRAME })
    expect(app.server.revoked).toEqual([])
  })

  it.each(WRONG)('%s ends nothing, with the cookie or without', async (_what, parameters, status) => {
    const app = start()
    const browser = await loggedIn(app)
    const answers = [await framed(app, parameters), await browser.go(path(parameters), { headers: FRAME })]
    for (const answer of answers) {
      expect(answer).toMatchObject({ status, cookies: [] })
      expect(answer.headers['cache-control']).toContain('no-store')
    }
    expect(await isLoggedIn(browser)).toBe(true)
  })

  it('LO08: a session whose sid could be guessed ends with its own cookie alone', async () => {
    const app = start()
    const browser = await loggedIn(app, { claims: { sid: '12345' } })
    await framed(app, { ...right, sid: '12345' })
    expect(await isLoggedIn(browser)).toBe(true)
    await browser.go(path({ ...right, sid: '12345' }), { headers: FRAME })
    expect(await isLoggedIn(browser)).toBe(false)
  })

  it('LO05: all logins of that session end, and those of another session, person or client go on', async () => {
    const app = start({ providers: TWO_PROVIDERS })
    const browsers = [
      await loggedIn(app),
      await loggedIn(app),
      await loggedIn(app, { claims: { sid: `${SID}2` } }),
      await loggedIn(app, { provider: 'other' }),
    ]
    await framed(app)
    expect(await Promise.all(browsers.map(isLoggedIn))).toEqual([false, false, true, true])
    await framed(app, right, 'other')
    expect(await Promise.all(browsers.map(isLoggedIn))).toEqual([false, false, true, false])
  })

  it('of several logins in one session the one that was named ends', async () => {
    const app = start({ providers: TWO_PROVIDERS })
    const browser = await loggedIn(app)
    const visit = await browser.open('/link', { method: 'POST' })
    const url = await visit.login('other', { link: true })
    browser.take(visit)
    await browser.go(`/auth/other/callback?${app.server.authorize(url, { sub: 'bob', claims: { sid: `${SID}2` } })}`)
    expect((await browser.go(path(right), { headers: FRAME })).cookies).toEqual([])
    const { session } = await browser.open()
    expect([session('demo'), session('other')?.user.sub]).toEqual([undefined, 'bob'])
  })

  it('counts by the clock of the provider: one that is behind ends the login all the same', async () => {
    const app = start()
    const browser = await loggedIn(app, { claims: { iat: app.clock.time + 5 } })
    await framed(app)
    expect(await isLoggedIn(browser)).toBe(false)
  })

  it('is known as long as a session may last', async () => {
    const app = start({ session: { lifetime: 3600 } })
    const browser = await loggedIn(app)
    app.clock.time += 3000
    await framed(app)
    app.clock.time += 590
    expect(await isLoggedIn(browser)).toBe(false)
  })

  it('of a login that came with no ID token there is none', async () => {
    const app = start({ providers: { demo: { ...registered, scope: '', profile: () => ({ sub: 'alice', iss: right.iss, sid: SID }) } } })
    const browser = await loggedIn(app)
    await framed(app)
    await browser.go(path(right), { headers: FRAME })
    expect(await isLoggedIn(browser)).toBe(true)
  })

  it.each(['POST', 'HEAD'])('%s is 405', async (method) => {
    expect((await start().browser().go(path(right), { method, headers: FRAME })).status).toBe(405)
  })
})

describe('what the answer allows', () => {
  it.each([
    [
      'the issuer, and where it ends sessions',
      { end_session_endpoint: 'https://login.as.example/end' },
      'https://as.example https://login.as.example',
    ],
    ['the issuer', { end_session_endpoint: 'https://as.example/end' }, 'https://as.example'],
  ])('frames of %s, and of nobody else; nothing is cached, run or sent on', async (_whose, metadata, origins) => {
    const app = inCookies()
    app.server.metadata = metadata
    for (const parameters of [right, {}]) {
      expect((await framed(app, parameters)).headers).toMatchObject({
        'content-security-policy': `default-src 'none'; frame-ancestors ${origins}`,
        'cache-control': 'private, no-store',
        'referrer-policy': 'no-referrer',
      })
    }
  })

  it('of a provider that cannot be reached, frames of the issuer that is configured; the logout works', async () => {
    const app = inCookies()
    const browser = await loggedIn(app)
    app.server.scripts.discovery = () => ({ status: 503, headers: {}, body: new Uint8Array() })
    const { headers } = await browser.at(app.instance()).go(path(right), { headers: FRAME })
    expect(headers['content-security-policy']).toContain('frame-ancestors https://as.example')
    expect(await isLoggedIn(browser)).toBe(false)
  })
})

describe('what is written in a store', () => {
  it('LO08: nothing for what nobody has logged in with, however often it is asked', async () => {
    const app = inStore()
    for (let index = 0; index < 50; index++) await framed(app, { ...right, sid: `${SID}${index}` })
    expect(app.store.writes).toEqual([])
  })

  it('at a login of a provider that announces it, one entry more for as long as the session lasts; at others none', async () => {
    for (const [frontchannel_logout_supported, count] of [
      [true, 1],
      [undefined, 0],
    ] as const) {
      const app = inStore({ session: { lifetime: 3600 } })
      app.server.metadata = { frontchannel_logout_supported }
      await loggedIn(app)
      const written = app.store.writes.filter(({ key }) => key.startsWith('lo:'))
      expect(written.map(({ ttl }) => ttl)).toEqual(Array(count).fill(3600))
      expect(JSON.stringify(written)).not.toContain(SID)
    }
  })

  it('a login whose entry cannot be written works', async () => {
    const app = inStore()
    app.store.fail.compareAndSet = /^lo:/
    expect(await isLoggedIn(await loggedIn(app))).toBe(true)
  })

  it('on all instances, one that never saw the login included', async () => {
    const app = inStore()
    const browser = await loggedIn(app)
    await app.browser().at(app.instance()).go(path(right), { headers: FRAME })
    expect(await isLoggedIn(browser.at(app.instance()))).toBe(false)
  })

  it('LO04: keeps what a back-channel logout has ended, and the other way round', async () => {
    const app = inStore({ providers: TWO_PROVIDERS })
    const browsers = [await loggedIn(app), await loggedIn(app, { provider: 'other' })]
    await framed(app)
    await loggedIn(app)
    await framed(app, right, 'other')
    expect(await Promise.all(browsers.map(isLoggedIn))).toEqual([false, false])
  })

  it('SS19: a store that is down is an error, and not a logout that was made', async () => {
    const app = inStore()
    await loggedIn(app)
    app.store.fail.compareAndSet = /^lo:/
    expect((await framed(app)).error).toMatchObject({ name: 'StoreError' })
  })
})
