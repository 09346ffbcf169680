import { describe, expect, it, vi } from 'vitest'
import type { TestBrowser } from './testing/browser.js'
import { aliceAt, beginLink, holdToken, linkBob } from './testing/overlaps.js'
import { type Call, registered, SESSION_COOKIE, TWO_PROVIDERS, type World } from './testing/world.js'

const HOUR = 3600
const THREE_PROVIDERS = { ...TWO_PROVIDERS, third: { ...registered, clientId: 'client-3' } }

/** Who is logged in, by provider. */
async function people(app: World, browser: TestBrowser<Call>): Promise<Record<string, unknown>> {
  const { current } = await app.inside(browser)
  return Object.fromEntries(Object.entries(current?.providers ?? {}).map(([name, { claims }]) => [name, claims.sub]))
}

/** Lets everything run that waits for nothing. */
async function turns(count = 500): Promise<void> {
  for (let turn = 0; turn < count; turn++) await Promise.resolve()
}

describe('requests that overlap', () => {
  it.each(['link', 'same person'])(
    'a logout while the callback of another login redeems its code (%s): logins of the ended session do not come back',
    async (how) => {
      const { app, browser } = await aliceAt()
      const url = how === 'link' ? await beginLink(browser) : await app.start(browser, { provider: 'other' })
      const held = holdToken(app, 'authorization_code')
      const linking = browser.go(`/auth/other/callback?${app.server.authorize(url, { sub: how === 'link' ? 'bob' : 'alice' })}`)
      await held.arrived
      const out = await browser.go('/auth/logout', { method: 'POST' })
      expect(out.error).toBeUndefined()
      held.release()
      await linking
      // A login that comes too late to be linked is given back as well.
      expect(app.server.revoked).toEqual(how === 'link' ? ['refresh-2', 'refresh-4'] : ['refresh-2'])
      expect(Object.keys(await people(app, browser))).not.toContain('demo')
    },
  )

  it('a login that is linked waits for every renewal of the others, also for one that begins meanwhile', async () => {
    const { app, browser } = await aliceAt(THREE_PROVIDERS)
    await linkBob(app, browser)
    const url = await beginLink(browser, 'third')
    app.clock.time += 500
    app.resource = (token) => (['Bearer access-2', 'Bearer access-4'].includes(token) ? 401 : 200)
    const { respond } = app.server
    const held = { demo: Promise.withResolvers<void>(), other: Promise.withResolvers<void>() }
    const arrived = { demo: Promise.withResolvers<void>(), other: Promise.withResolvers<void>() }
    app.server.respond = async (request) => {
      if (request.endpoint === 'token' && request.body?.includes('grant_type=refresh_token')) {
        const name = request.body.includes('refresh-2') ? 'demo' : 'other'
        arrived[name].resolve()
        await held[name].promise
      }
      return respond(request)
    }
    const [one, two] = [await browser.open(), await browser.open()]
    const renewingOther = two.client('other')()
    await arrived.other.promise
    const linking = browser.go(`/auth/third/callback?${app.server.authorize(url, { sub: 'carol' })}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
    await turns()
    const renewingDemo = one.client('demo')()
    await arrived.demo.promise
    held.other.resolve()
    await new Promise((resolve) => setTimeout(resolve, 30))
    held.demo.resolve()
    await Promise.allSettled([renewingDemo, renewingOther])
    expect((await linking).error).toBeUndefined()
    app.server.respond = respond
    expect(await people(app, browser)).toEqual({ demo: 'alice', other: 'bob', third: 'carol' })
    app.clock.time += HOUR
    expect(await (await browser.open()).client('demo')()).toBe(200)
    expect([app.server.revoked, app.server.reuses]).toEqual([[], 0])
  })

  it('two renewals that make the session too large: the session that was there goes on', async () => {
    const { app, browser } = await aliceAt()
    await linkBob(app, browser)
    app.clock.time += HOUR
    app.server.token = { id_token: undefined, access_token: 'x'.repeat(9000) }
    const [one, other] = [await browser.open(), await browser.open()]
    const results = await Promise.allSettled([one.client('demo')(), other.client('other')()])
    expect(results.map((result) => result.status === 'rejected' && (result.reason as Error).name)).toEqual(['PersistError', 'PersistError'])
    app.server.token = {}
    const later = await browser.open()
    expect(later.user?.sub).toBe('bob')
    const out = await browser.go('/auth/logout', { method: 'POST' })
    expect(out.error).toBeUndefined()
  })

  it('RF04: an answer that is late does not hand out an older session than the browser has shown', async () => {
    const { app, browser } = await aliceAt()
    await linkBob(app, browser)
    app.clock.time += HOUR
    const slow = await browser.open('/report')
    await slow.client('demo')()
    const fast = await browser.open()
    await fast.client('other')()
    browser.take(fast)
    browser.take(await browser.open())
    browser.take(slow)
    app.clock.time += 601
    const next = await browser.open()
    app.clock.time += HOUR
    await next
      .client('other')()
      .catch(() => undefined)
    expect(app.server.reuses).toBe(0)
  })

  it('a logout beside a use of the client in the same request: the cookies are cleared', async () => {
    const { app, browser } = await aliceAt()
    app.clock.time += HOUR
    const fast = await browser.open()
    const gate = Promise.withResolvers<boolean>()
    const writable = vi.fn(() => gate.promise)
    const visit = await browser.open('/bye', { writable })
    await fast.client()()
    const use = visit
      .client()()
      .catch(() => undefined)
    await turns()
    const out = visit.logout()
    await turns()
    gate.resolve(true)
    await Promise.allSettled([use, out])
    browser.take(visit)
    expect(writable).toHaveBeenCalled()
    expect(browser.jar.has(SESSION_COOKIE)).toBe(false)
  })

  it('a request that caught up late does not go back behind what it has made itself', async () => {
    const { app, browser } = await aliceAt()
    await linkBob(app, browser)
    app.clock.time += HOUR
    const first = await browser.open()
    await first.client('demo')()
    // The browser never takes that one's cookie: the first renewal is in the memory of the process alone.
    const second = await browser.open('/x')
    await second.client('other')()
    expect(second.takeCookies()).toHaveLength(1)
    expect((await app.inside(browser)).current?.generation).toBeDefined()
  })

  it.each(Array.from({ length: 60 }, (_, index) => index * 3))(
    'a login that fails to be sealed, %i turns before a renewal ends: the renewal stays',
    async (count) => {
      const { app, browser } = await aliceAt()
      const url = await app.start(browser, { provider: 'other' })
      app.clock.time += 599
      app.resource = (token) => (token === 'Bearer access-2' ? 401 : 200)
      app.server.token = { id_token: undefined }
      const held = holdToken(app, 'refresh_token=')
      const visit = await browser.open()
      const use = visit
        .client()()
        .catch((error: unknown) => error)
      await held.arrived
      app.server.token = {}
      const redeemed = Promise.withResolvers<void>()
      const { respond } = app.server
      app.server.respond = async (request) => {
        const answer = await respond(request)
        if (request.body?.includes('authorization_code')) redeemed.resolve()
        return answer
      }
      const login = browser.go(`/auth/other/callback?${app.server.authorize(url, { sub: 'bob', claims: { bio: 'b'.repeat(9000) } })}`)
      await redeemed.promise
      await turns(count)
      held.release()
      expect((await login).error).toMatchObject({ code: 'OAUTH_SESSION_TOO_LARGE' })
      await use
      // The login's own, and nothing of the renewal.
      expect(app.server.revoked).toEqual(['refresh-4'])
    },
  )
})
