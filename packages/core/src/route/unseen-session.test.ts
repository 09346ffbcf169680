import { describe, expect, it } from 'vitest'
import { json } from '../../test/answers.js'
import { SCRIPT } from './testing/browser.js'
import { FORM_POST, SESSION_COOKIE, TWO_PROVIDERS, world } from './testing/world.js'

const HOUR = 3600
const DAY = 86_400

describe('a renewed session whose cookie did not arrive', () => {
  it.each([
    ['the headers were sent while the token was renewed', HOUR],
    ['an hour later', 2 * HOUR],
    ['almost a day later', DAY - HOUR],
  ])('%s: the next request gets the new tokens and the cookie; nothing spent is sent', async (_what, later) => {
    const app = world()
    const browser = app.browser()
    await app.login(browser)
    app.clock.time += HOUR
    const lost = await browser.open()
    expect(await lost.client()()).toBe(200)
    // Nobody takes its cookies: the answer was broken off.
    app.clock.time += later
    const next = await browser.open()
    expect(await next.client()()).toBe(200)
    expect(browser.take(next)).not.toEqual([])
    expect(next.responseHeaders()).toMatchObject({ 'cache-control': 'private, no-store' })
    expect(app.server.reuses).toBe(0)
    expect((await app.inside(browser)).current?.providers['demo']?.record.generation).toBe(later < HOUR ? 1 : 2)
  })

  it('once the browser has shown that it has the cookie, nothing is written; ten minutes later nothing is kept', async () => {
    const app = world()
    const browser = app.browser()
    await app.login(browser)
    const old = browser.copy()
    app.clock.time += HOUR
    const visit = await browser.open()
    await visit.client()()
    browser.take(visit)
    expect(browser.take(await browser.open())).toEqual([])
    app.clock.time += 599
    expect(old.copy().take(await old.open())).toHaveLength(1)
    app.clock.time += 1
    expect(old.take(await old.open())).toEqual([])
  })

  it('a logout with the old cookie revokes the newest tokens, and the session stays over', async () => {
    for (const wait of [1, 29, HOUR]) {
      const app = world()
      const browser = app.browser()
      await app.login(browser)
      app.clock.time += HOUR
      await (await browser.open()).client()()
      app.clock.time += wait
      const { cookies } = await browser.go('/auth/logout', { method: 'POST' })
      expect(app.server.revoked).toEqual(['refresh-3'])
      expect(cookies).toEqual([expect.objectContaining({ name: SESSION_COOKIE, maxAge: 0 })])
    }
  })

  it('a logout by a visit that was opened before the renewal revokes the newest tokens too', async () => {
    const app = world()
    const browser = app.browser()
    await app.login(browser)
    app.clock.time += HOUR
    const [early, renewing] = [await browser.open('/bye'), await browser.open()]
    await renewing.client()()
    await early.logout()
    expect(app.server.revoked).toEqual(['refresh-3'])
    browser.take(renewing)
    expect((await browser.open()).user).toBeUndefined()
  })
})

describe('requests that overlap', () => {
  it.each([1, 31, 599])('a request that works for %i s, while another renews, sends nothing spent and gets the cookie', async (seconds) => {
    const app = world()
    const browser = app.browser()
    await app.login(browser)
    app.clock.time += HOUR - 100
    const slow = await browser.open('/report')
    app.clock.time += 50
    const fast = await browser.open()
    await fast.client()()
    browser.take(fast)
    await browser.open()
    app.clock.time += seconds
    expect(await slow.client()()).toBe(200)
    expect(slow.takeCookies()).toHaveLength(1)
    expect(app.server.reuses).toBe(0)
  })

  it('RF04: a straggler never writes a session older than the newest, also when it was seen already', async () => {
    const app = world({ providers: TWO_PROVIDERS })
    const browser = app.browser()
    await app.login(browser)
    await app.login(browser, { provider: 'other' })
    app.clock.time += HOUR
    const straggler = await browser.open('/late')
    const fast = await browser.open()
    await fast.client('demo')()
    await fast.client('other')()
    browser.take(fast)
    await browser.open()
    await straggler.client('demo')()
    browser.take(straggler)
    const { current } = await app.inside(browser)
    expect(current?.generation).toBe(2)
    expect(Object.values(current?.providers ?? {}).map(({ record }) => record.generation)).toEqual([1, 1])
  })

  it('the answer of a request of the old session does not undo a login that finished meanwhile', async () => {
    const app = world()
    const browser = app.browser()
    await app.login(browser)
    const url = await app.start(browser)
    app.clock.time += 590
    app.resource = (authorization) => (authorization === 'Bearer access-2' ? 401 : 200)
    const slow = await browser.open('/report')
    await slow.client()()
    const poll = browser.request('/poll', { headers: SCRIPT })
    await browser.go(`/auth/demo/callback?${app.server.authorize(url, { sub: 'bob' })}`)
    browser.take(slow)
    browser.take(await app.routes.open(poll, { writable: () => true }))
    expect((await browser.open()).user?.sub).toBe('bob')
  })

  it('nor does it undo a logout', async () => {
    const app = world()
    const browser = app.browser()
    await app.login(browser)
    app.clock.time += HOUR
    const slow = await browser.open('/report')
    await slow.client()()
    await browser.go('/auth/logout', { method: 'POST' })
    expect(browser.take(slow)).toEqual([])
    expect(browser.jar.has(SESSION_COOKIE)).toBe(false)
  })

  it('SS01: a login by form_post, which comes without the session cookie, ends the session before it too', async () => {
    const app = world({}, { responseMode: 'form_post' })
    const browser = app.browser()
    const form = (answer: string) => ({ kind: 'form', pairs: [...new URLSearchParams(answer)] }) as const
    const post = { method: 'POST', headers: FORM_POST }
    await browser.go('/auth/demo/callback', { ...post, body: form(app.server.authorize(await app.start(browser), { sub: 'alice' })) })
    const old = browser.copy()
    const answer = app.server.authorize(await app.start(browser), { sub: 'bob' })
    browser.jar.delete(SESSION_COOKIE)
    await browser.go('/auth/demo/callback', { ...post, body: form(answer) })
    expect([(await browser.open()).user?.sub, (await old.open()).user]).toEqual(['bob', undefined])
  })
})

describe('B13: updateToken of a provider', () => {
  it('is told of each renewal, with what it replaces and whose it is, before the token is used', async () => {
    const calls: unknown[] = []
    const app = world({}, { updateToken: (...call) => void calls.push([...call, app.sent.length]) })
    const browser = app.browser()
    await app.login(browser)
    expect(calls).toEqual([])
    app.clock.time += HOUR
    await (await browser.open()).client()()
    expect(calls).toEqual([
      [
        expect.objectContaining({ access_token: 'access-3', refresh_token: 'refresh-3' }),
        { refreshToken: 'refresh-2' },
        { provider: 'demo', issuer: 'https://as.example', subject: 'alice' },
        0,
      ],
    ])
  })

  it('when it throws, the same token is offered again at the next use, and the server is not asked again', async () => {
    let failing = true
    const offered: string[] = []
    const app = world(
      {},
      {
        updateToken(token) {
          offered.push(token.access_token)
          if (failing) throw new Error('database down')
        },
      },
    )
    const browser = app.browser()
    await app.login(browser)
    app.clock.time += HOUR
    await expect((await browser.open()).client()()).rejects.toMatchObject({ name: 'PersistError' })
    failing = false
    expect(await (await browser.open()).client()()).toBe(200)
    expect(offered).toEqual(['access-3', 'access-3'])
    expect(app.server.forms('token', 'refresh_token')).toHaveLength(1)
  })
})

describe('RF19: a login whose refresh token the provider has refused', () => {
  it('is over for user, provider, session, the user route and the guard alike; a client says why', async () => {
    const app = world()
    const browser = app.browser()
    await app.login(browser)
    app.clock.time += HOUR
    app.server.scripts.token = () => json({ error: 'invalid_grant' }, 400)
    const visit = await browser.open()
    await expect(visit.client()()).rejects.toMatchObject({ code: 'OAUTH_REFRESH_TERMINAL' })
    browser.take(visit)
    for (const over of [visit, await browser.open()]) {
      expect([over.user, over.provider, over.session(), over.session('demo')]).toEqual([undefined, undefined, undefined, undefined])
      expect((await over.guard())?.status).toBe(303)
      await expect(over.client()()).rejects.toMatchObject({ code: 'OAUTH_REFRESH_TERMINAL', reason: 'invalid_grant' })
    }
    expect((await browser.go('/auth/user')).status).toBe(401)
  })

  it('is over for every request that came with the same cookie', async () => {
    const app = world()
    const browser = app.browser()
    await app.login(browser)
    app.clock.time += HOUR
    app.server.scripts.token = () => json({ error: 'invalid_grant' }, 400)
    const tabs = [await browser.open(), await browser.open()]
    await Promise.allSettled(tabs.map((tab) => tab.client()()))
    const late = await browser.open()
    await late
      .client()()
      .catch(() => undefined)
    for (const tab of [...tabs, late]) expect((await tab.guard())?.status).toBe(303)
    expect(app.server.forms('token', 'refresh_token')).toHaveLength(1)
  })

  it('leaves the other logins of the session', async () => {
    const app = world({ providers: TWO_PROVIDERS })
    const browser = app.browser()
    await app.login(browser)
    await app.login(browser, { provider: 'other' })
    app.clock.time += HOUR
    app.server.scripts.token = () => json({ error: 'invalid_grant' }, 400)
    const visit = await browser.open()
    await expect(visit.client('other')()).rejects.toMatchObject({ code: 'OAUTH_REFRESH_TERMINAL' })
    expect([visit.provider, visit.user?.sub]).toEqual(['demo', 'alice'])
  })
})
