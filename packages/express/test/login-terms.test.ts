import { createSigner, login } from '@oauth-test/provider'
import type { Express } from 'express'
import { afterEach, describe, expect, it } from 'vitest'
import { memoryStore, requireLogin, silentLogin } from '../src/index.js'
import { NAVIGATION, raw } from './raw.js'
import { closeAll, hostileWorld, type World, world } from './world.js'

afterEach(closeAll)

const signer = createSigner({ alg: 'RS256' })

/** How often the browser was sent to the provider. */
function asked({ provider }: World): number {
  return provider.requests.filter(({ endpoint }) => endpoint === 'authorization').length
}

async function claims({ browser, url }: World): Promise<unknown> {
  return (await browser.fetch(`${url}/auth/user`)).json()
}

function pages(app: Express): void {
  app.get('/welcome', silentLogin(), (req, res) => res.send(`welcome ${req.oauth.user?.sub ?? 'stranger'}`))
  app.get('/transfer', requireLogin({ maxAge: 300 }), (req, res) => res.send(`transfer of ${req.oauth.user?.sub}`))
  app.get('/vault', requireLogin({ acr: 'urn:example:gold' }), (_req, res) => res.send('vault'))
}

describe('OpenID Connect Core §3.1.2.1: step-up at a real provider', () => {
  it('maxAge: the first login is asked with it, so that the ID token says when it was', async () => {
    const app = await world({ routes: pages })
    expect((await app.login('/transfer')).body).toBe('transfer of alice')
    expect([asked(app), await claims(app)]).toEqual([1, expect.objectContaining({ auth_time: expect.any(Number) })])
  })

  it('maxAge: a login that said nothing of its time is made again; the session then goes in', async () => {
    const app = await world({ routes: pages, provider: { authorizationParameters: {}, scope: 'openid' } })
    await app.login()
    expect(await claims(app)).not.toHaveProperty('auth_time')
    // Within its time the provider does not ask the person again.
    expect((await app.browser.goto(`${app.url}/transfer`)).body).toBe('transfer of alice')
    expect((await app.browser.goto(`${app.url}/transfer`)).body).toBe('transfer of alice')
    expect(asked(app)).toBe(2)
  })

  it('maxAge: where the clocks do not agree the login fails and says why, and goes round no further', async () => {
    const app = await world({ routes: pages, provider: { authorizationParameters: {}, scope: 'openid' } })
    await app.login('/transfer')
    app.clock.ahead = 600
    const before = asked(app)
    const page = await app.browser.goto(`${app.url}/transfer`)
    expect([page.status, /OAUTH_\w+/.exec(page.body)?.[0]]).toEqual([502, 'OAUTH_ID_TOKEN_AUTH_TIME'])
    expect(asked(app) - before).toBe(1)
    expect((await app.browser.fetch(`${app.url}/auth/user`)).status).toBe(200)
  })

  it('acr: a provider that does not have it is an error that says so, and no loop', async () => {
    const app = await world({ routes: pages })
    const page = await app.login('/vault')
    expect([page.status, /OAUTH_\w+/.exec(page.body)?.[0]]).toEqual([502, 'OAUTH_ID_TOKEN_ACR'])
  })

  it('options that no provider could meet are refused when the guard is made', () => {
    expect(() => requireLogin({ maxAge: 0 })).toThrow(/requireLogin: option "maxAge"/)
    expect(() => requireLogin({ acr: [] })).toThrow(/requireLogin: option "acr"/)
  })
})

describe('OpenID Connect Core §3.1.2.1: silent login at a real provider', () => {
  it('a stranger sees the page after one way there and back, and is not sent again; who is logged in there is logged in here', async () => {
    const app = await world({ routes: pages, provider: { authorizationParameters: {}, scope: 'openid' } })
    expect((await app.browser.goto(`${app.url}/welcome`)).body).toBe('welcome stranger')
    expect((await app.browser.goto(`${app.url}/welcome`)).body).toBe('welcome stranger')
    expect(asked(app)).toBe(1)
    await app.login()
    for (const { name } of app.browser.cookies.all(app.url)) if (name.startsWith('oauth.')) app.browser.cookies.delete(name)
    const page = await app.browser.goto(`${app.url}/welcome`)
    expect([page.body, page.headers.get('cache-control')]).toEqual(['welcome alice', 'private, no-store'])
  })

  it('a script sees the page of a stranger at once', async () => {
    const app = await world({ routes: pages })
    const script = await raw(app.url, '/welcome', { headers: { accept: 'application/json' } })
    expect([script.status, script.body]).toEqual([200, 'welcome stranger'])
  })

  it('is a middleware behind oauth() alone, with options that are known', async () => {
    // @ts-expect-error an unknown option
    expect(() => silentLogin({ prompt: 'none' })).toThrow(/silentLogin: there is no option "prompt"/)
    expect(() => silentLogin()({} as never, {} as never, () => undefined)).toThrow(/silentLogin: there is no req.oauth/)
  })
})

describe('AR30: a login in a popup, over HTTP', () => {
  it('ends in the page that tells its opener; headers of the application are not in its way', async () => {
    const app = await world({
      routes: pages,
      before: [
        (_req, res, next) => {
          res.set({ 'content-security-policy': "script-src 'self'", 'cross-origin-opener-policy': 'same-origin' })
          next()
        },
      ],
    })
    const page = await login(await app.browser.goto(`${app.url}/auth/demo/login?popup=true&returnTo=/welcome`), { username: 'alice' })
    expect(page.status).toBe(200)
    expect(page.body).toContain("window.opener.postMessage({ type: 'oauth:login' }, origin)")
    expect(page.body).toContain(`<a href="${app.url}/welcome">`)
    const header = (name: string) => page.headers.get(name)
    expect([header('content-security-policy'), header('cross-origin-opener-policy')]).toEqual([
      expect.stringMatching(/^default-src 'none'; script-src 'nonce-/),
      'unsafe-none',
    ])
    expect((await app.browser.fetch(`${app.url}/auth/user`)).status).toBe(200)
  })
})

describe('a login by form, over HTTP', () => {
  it('of this site is begun; of another it is 403', async () => {
    const app = await world({ routes: pages })
    const form = { 'content-type': 'application/x-www-form-urlencoded', ...NAVIGATION }
    const post = (site: string) =>
      raw(app.url, '/auth/demo/login', { method: 'POST', headers: { ...form, 'sec-fetch-site': site }, body: 'returnTo=%2Fwelcome' })
    const own = await post('same-origin')
    expect([own.status, own.headers.location]).toEqual([303, expect.stringContaining(app.provider.issuer)])
    const other = await post('cross-site')
    expect([other.status, other.headers['set-cookie']]).toEqual([403, undefined])
  })
})

describe('OpenID Connect Front-Channel Logout §2, over HTTP', () => {
  it.each([
    ['in cookies', undefined],
    ['in a store', memoryStore()],
  ])('ends the session %s from a frame without cookies; LO08: not by a guess', async (_where, store) => {
    const sid = 'the-sid-of-this-session'
    const { url, server, browser } = await hostileWorld({ options: { store }, routes: pages })
    server.answer('discovery', () => ({ body: { ...server.metadata(), frontchannel_logout_supported: true } }))
    server.answer('jwks', { body: { keys: [signer.jwk] } })
    server.answer('token', () => {
      const request = new URL(server.requestsTo('authorization').at(-1)?.url ?? '', server.url)
      const iat = Math.floor(Date.now() / 1000)
      const nonce = request.searchParams.get('nonce')
      const id_token = signer.sign({ iss: server.url, sub: 'alice', aud: 'client', iat, exp: iat + 300, nonce, sid })
      return { body: { access_token: 'access', token_type: 'Bearer', id_token } }
    })
    await browser.goto(`${url}/auth/demo/login`)
    const frame = { ...NAVIGATION, 'sec-fetch-dest': 'iframe', 'sec-fetch-site': 'cross-site' }
    const isLoggedIn = async () => (await browser.fetch(`${url}/auth/user`)).status === 200
    for (const [named, status, left] of [
      [{ sid }, 400, true],
      [{ iss: server.url, sid: 'the-sid-of-some-session' }, 200, true],
      [{ iss: server.url, sid }, 200, false],
    ] as const) {
      const answer = await raw(url, `/auth/demo/frontchannel-logout?${new URLSearchParams(named)}`, { headers: frame })
      expect([answer.status, await isLoggedIn()]).toEqual([status, left])
      expect([answer.headers['cache-control'], answer.headers['content-security-policy']]).toEqual([
        'private, no-store',
        `default-src 'none'; frame-ancestors ${server.url}`,
      ])
    }
  })
})
