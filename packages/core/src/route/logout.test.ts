import { describe, expect, it } from 'vitest'
import { answer } from '../../test/answers.js'
import { TransportError } from '../error/transport-error.js'
import { NAVIGATION, SCRIPT } from './testing/browser.js'
import { APP, SESSION_COOKIE, world } from './testing/world.js'

const LOGOUT = '/auth/logout'
const FORM = { ...NAVIGATION, 'sec-fetch-site': 'same-origin', origin: APP }

describe('B17: logout', () => {
  it('ends the session here, revokes the refresh token, and sends the browser to the provider', async () => {
    const app = world({ afterLogout: '/goodbye' })
    const browser = app.browser()
    await app.login(browser)
    const idToken = (await app.inside(browser)).current?.providers['demo']?.record.token.id_token
    const { status, location, cookies } = await browser.go(LOGOUT, { method: 'POST', headers: FORM })
    expect(status).toBe(303)
    const { origin, pathname, searchParams } = new URL(location)
    expect(`${origin}${pathname}`).toBe('https://as.example/logout')
    expect(Object.fromEntries(searchParams)).toEqual({
      id_token_hint: idToken,
      client_id: 'client',
      post_logout_redirect_uri: `${APP}/goodbye`,
      state: expect.stringMatching(/^[\w-]{43}$/),
    })
    expect(cookies).toEqual([expect.objectContaining({ name: SESSION_COOKIE, maxAge: 0 })])
    expect(app.server.revoked).toEqual(['refresh-2'])
    expect((await browser.open()).user).toBeUndefined()
  })

  it('without an end_session_endpoint, or with endSession: false, the browser goes to afterLogout', async () => {
    for (const [metadata, endSession] of [
      [{ end_session_endpoint: undefined }, undefined],
      [{}, false],
    ] as const) {
      const app = world({ afterLogout: '/goodbye' }, { endSession })
      app.server.metadata = metadata
      const browser = app.browser()
      await app.login(browser)
      expect((await browser.go(LOGOUT, { method: 'POST' })).location).toBe('/goodbye')
    }
  })

  it('RFC 9110 §5.5: afterLogout in any alphabet is a location that a header takes', async () => {
    const app = world({ afterLogout: '/до-свидания' })
    const browser = app.browser()
    const encoded = '/%D0%B4%D0%BE-%D1%81%D0%B2%D0%B8%D0%B4%D0%B0%D0%BD%D0%B8%D1%8F'
    expect((await browser.go(LOGOUT, { method: 'POST' })).location).toBe(encoded)
    await app.login(browser)
    const { location } = await browser.go(LOGOUT, { method: 'POST' })
    expect(new URL(location).searchParams.get('post_logout_redirect_uri')).toBe(`${APP}${encoded}`)
  })

  it('JK03: a provider whose revocation and logout are plain http: the login works, and neither is used', async () => {
    const app = world({ afterLogout: '/goodbye' })
    app.server.metadata = { revocation_endpoint: 'http://as.example/revoke', end_session_endpoint: 'http://as.example/logout' }
    const browser = app.browser()
    expect((await app.login(browser)).status).toBe(303)
    expect((await browser.go(LOGOUT, { method: 'POST' })).location).toBe('/goodbye')
    expect(app.server.revoked).toEqual([])
  })

  it('a logout of nobody asks nobody', async () => {
    const app = world()
    expect(await app.browser().go(LOGOUT, { method: 'POST' })).toMatchObject({ status: 303, location: '/' })
    expect(app.server.requests).toEqual([])
  })

  it.each([
    ['a browser prefetch', { ...NAVIGATION, 'sec-purpose': 'prefetch;prerender' }],
    ['a router prefetch', { accept: '*/*', 'next-router-prefetch': '1' }],
  ])('SS15: %s of a page that logs out by itself ends nothing, and is sent to the route that refuses it', async (_name, headers) => {
    const app = world()
    const browser = app.browser()
    await app.login(browser)
    const visit = await browser.open('/sign-out', { headers })
    expect([await visit.logout(), browser.take(visit)]).toEqual([LOGOUT, []])
    expect(await browser.go(LOGOUT, { headers })).toMatchObject({ status: 403, cookies: [] })
    expect((await browser.open()).user?.sub).toBe('alice')
    const gone = await browser.open('/sign-out')
    expect(await gone.logout()).toContain('https://as.example/logout?')
  })

  it('the application can log out by itself', async () => {
    const app = world()
    const browser = app.browser()
    await app.login(browser)
    const visit = await browser.open('/bye')
    expect(await visit.logout()).toMatch(/^https:\/\/as\.example\/logout\?/)
    expect([visit.user, visit.provider, visit.session()]).toEqual([undefined, undefined, undefined])
    expect(() => visit.client()).toThrow(expect.objectContaining({ code: 'OAUTH_MISSING_TOKEN' }))
    expect(browser.take(visit)).toEqual([expect.objectContaining({ maxAge: 0 })])
  })

  it('RD06: parameters of the request do not say where the browser goes', async () => {
    const app = world({ afterLogout: '/goodbye' }, { endSession: false })
    const browser = app.browser()
    await app.login(browser)
    const evil = 'returnTo=https://evil.example&post_logout_redirect_uri=https://evil.example&redirect_uri=//evil.example'
    expect(
      (await browser.go(`${LOGOUT}?${evil}`, { method: 'POST', body: { kind: 'form', pairs: [['returnTo', 'https://evil.example']] } }))
        .location,
    ).toBe('/goodbye')
    for (const afterLogout of ['https://evil.example', '//evil.example', '/\\evil.example', 'goodbye', '']) {
      expect(() => world({ afterLogout })).toThrow(/afterLogout/)
    }
  })

  it('LO10: whatever comes back from the provider, the local logout stands and there is no loop', async () => {
    const app = world()
    const browser = app.browser()
    await app.login(browser)
    await browser.go(LOGOUT, { method: 'POST' })
    for (const url of ['/?state=other', '/']) expect((await browser.open(url)).user).toBeUndefined()
  })

  it('LO12: all chunks of a session, and 12 that an earlier one left, are cleared', async () => {
    const app = world()
    const browser = app.browser()
    await app.login(browser, { claims: { bio: 'x'.repeat(1500) } })
    for (let index = 2; index < 12; index++) browser.jar.set(`__Host-oauth.session.${index}`, 'left over')
    expect((await browser.open()).user?.sub).toBe('alice')
    await browser.go(LOGOUT, { method: 'POST' })
    expect([...browser.jar.keys()]).toEqual([])
  })
})

describe('LO09: a logout that nobody wanted', () => {
  const unwanted = {
    'an image of another site': [
      { accept: 'image/*', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image', 'sec-fetch-site': 'cross-site' },
      'GET',
    ],
    'an image of this site': [
      { accept: 'image/*', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image', 'sec-fetch-site': 'same-origin' },
      'GET',
    ],
    "an old browser's image": [{ accept: 'image/png,image/*;q=0.8,*/*;q=0.5' }, 'GET'],
    'a router prefetch': [{ accept: '*/*', 'next-router-prefetch': '1', rsc: '1' }, 'GET'],
    'a browser prefetch': [{ ...NAVIGATION, 'sec-purpose': 'prefetch' }, 'GET'],
    'a link of another site': [{ ...NAVIGATION, 'sec-fetch-site': 'cross-site' }, 'GET'],
    'a link of a neighbouring host': [{ ...NAVIGATION, 'sec-fetch-site': 'same-site' }, 'GET'],
    'a form of another site': [{ ...NAVIGATION, 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }, 'POST'],
    'a form of another site in an old browser': [{ accept: 'text/html', origin: 'https://evil.example' }, 'POST'],
    'a form from a sandbox': [{ accept: 'text/html', origin: 'null' }, 'POST'],
    'a script of another site': [{ ...SCRIPT, 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }, 'POST'],
    'a script that gets': [SCRIPT, 'GET'],
    'a frame': [{ ...NAVIGATION, 'sec-fetch-dest': 'iframe' }, 'GET'],
  } as const

  it.each(Object.entries(unwanted))('%s logs nobody out', async (_name, [headers, method]) => {
    const app = world()
    const browser = app.browser()
    await app.login(browser)
    expect(await browser.go(LOGOUT, { method, headers })).toMatchObject({ status: 403, cookies: [] })
    expect((await browser.open()).user?.sub).toBe('alice')
    expect(app.server.revoked).toEqual([])
  })

  it.each([
    ['a form', FORM, 'POST'],
    ['a form whose page sends no referrer', { ...FORM, origin: 'null' }, 'POST'],
    ["this site's script", { ...SCRIPT, origin: APP }, 'POST'],
    ['a form in an old browser', { accept: 'text/html', origin: APP }, 'POST'],
    ['a link', { ...NAVIGATION, 'sec-fetch-site': 'same-origin' }, 'GET'],
    ['the address bar', NAVIGATION, 'GET'],
  ])('%s does', async (_name, headers, method) => {
    const app = world()
    const browser = app.browser()
    await app.login(browser)
    expect((await browser.go(LOGOUT, { method, headers })).status).toBe(303)
    expect((await browser.open()).user).toBeUndefined()
  })
})

describe('LO11: the provider is down', () => {
  it('revocation fails: the session is gone, the browser goes on, and who operates the application is told', async () => {
    const app = world()
    const events: unknown[] = []
    app.clock.emit = (event) => void events.push(event)
    for (const script of [() => answer(503), () => answer(400, '{"error":"invalid_request"}', { 'content-type': 'application/json' })]) {
      app.server.scripts.revocation = script
      const browser = app.browser()
      await app.login(browser)
      expect((await browser.go(LOGOUT, { method: 'POST' })).location).toMatch(/^https:\/\/as\.example\/logout/)
      expect((await browser.open()).user).toBeUndefined()
    }
    expect(events).toEqual([
      { type: 'logout-failed', detail: 'OAUTH_RESPONSE_STATUS' },
      { type: 'logout-failed', detail: 'OAUTH_ENDPOINT_ERROR' },
    ])
  })

  it('nothing can be reached, not even the metadata: the session is gone, and the browser goes to afterLogout', async () => {
    const app = world()
    const browser = app.browser()
    await app.login(browser)
    const restarted = browser.at(app.instance())
    app.server.scripts.discovery = () => {
      throw new TransportError('discovery', { reason: 'timeout', sent: 'maybe' })
    }
    expect(await restarted.go(LOGOUT, { method: 'POST' })).toMatchObject({ status: 303, location: '/', error: undefined })
    expect(browser.jar.has(SESSION_COOKIE)).toBe(false)
  })

  it('the session is ended before the provider is asked: a request meanwhile is nobody', async () => {
    const app = world()
    const browser = app.browser()
    await app.login(browser)
    const meanwhile = browser.copy()
    let seen: unknown = 'not asked'
    app.server.scripts.revocation = async () => {
      seen = (await meanwhile.open()).user
      return answer(200)
    }
    await browser.go(LOGOUT, { method: 'POST' })
    expect(seen).toBeUndefined()
  })
})
