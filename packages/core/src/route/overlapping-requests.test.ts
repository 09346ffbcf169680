import { describe, expect, it } from 'vitest'
import type { TestBrowser } from './testing/browser.js'
import { type Call, registered, SESSION_COOKIE, type World, world } from './testing/world.js'

const HOUR = 3600
const two = { providers: { demo: registered, other: { ...registered, clientId: 'client-2' } } }
const three = { providers: { ...two.providers, third: { ...registered, clientId: 'client-3' } } }
async function people(app: World, browser: TestBrowser<Call>): Promise<Record<string, unknown>> {
  const { current } = await app.inside(browser)
  return Object.fromEntries(Object.entries(current?.providers ?? {}).map(([name, { claims }]) => [name, claims.sub]))
}
async function begin(browser: TestBrowser<Call>, provider = 'other'): Promise<string> {
  const visit = await browser.open('/link', { method: 'POST' })
  const url = await visit.login(provider, { link: true, returnTo: '/accounts' })
  browser.take(visit)
  return url
}
function hold(app: World, match: (body: string) => boolean) {
  const arrived = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  app.server.scripts.token = async (request) => {
    const own = app.server.scripts.token
    delete app.server.scripts.token
    const isIt = match(request.body ?? '')
    if (isIt) {
      arrived.resolve()
      await released.promise
    }
    app.server.requests.pop()
    const answer = await app.server.respond(request)
    if (!isIt && own) app.server.scripts.token = own
    return answer
  }
  return { arrived: arrived.promise, release: released.resolve }
}
const turns = async (n = 500) => {
  for (let i = 0; i < n; i++) await Promise.resolve()
}

describe('requests that overlap', () => {
  it.each(['link', 'same person'])(
    '3 logout while the callback of another login redeems its code (%s): logins of the ended session do not come back',
    async (how) => {
      const app = world(two)
      const browser = app.browser()
      await app.login(browser, { sub: 'alice' })
      const url = how === 'link' ? await begin(browser) : await app.start(browser, { provider: 'other' })
      const held = hold(app, (b) => b.includes('authorization_code'))
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
    const app = world(three)
    const browser = app.browser()
    await app.login(browser, { sub: 'alice' })
    const u1 = await begin(browser, 'other')
    await browser.go(`/auth/other/callback?${app.server.authorize(u1, { sub: 'bob' })}`)
    const url = await begin(browser, 'third')
    app.clock.time += 500
    const answers: Record<string, { arrived: PromiseWithResolvers<void>; go: PromiseWithResolvers<void> }> = {}
    app.resource = (a) => (a === 'Bearer access-2' || a === 'Bearer access-4' ? 401 : 200)
    const own = new Map<string, () => void>()
    const arrived = new Map<string, PromiseWithResolvers<void>>([
      ['client', Promise.withResolvers()],
      ['client-2', Promise.withResolvers()],
    ])
    const respond = app.server.respond
    app.server.respond = async (request) => {
      if (request.endpoint === 'token' && (request.body ?? '').includes('grant_type=refresh_token')) {
        const id = (request.body ?? '').includes('refresh-2') ? 'client' : 'client-2'
        arrived.get(id)?.resolve()
        await new Promise<void>((r) => own.set(id, r))
      }
      return respond(request)
    }
    void answers
    const v1 = await browser.open()
    const v2 = await browser.open()
    const r2 = v2.client('other')()
    await arrived.get('client-2')?.promise
    const linking = browser.go(`/auth/third/callback?${app.server.authorize(url, { sub: 'carol' })}`)
    await new Promise((r) => setTimeout(r, 50))
    await turns()
    const r1 = v1.client('demo')()
    await arrived.get('client')?.promise
    own.get('client-2')?.()
    await new Promise((r) => setTimeout(r, 30))
    own.get('client')?.()
    await Promise.allSettled([r1, r2])
    const l = await linking
    expect(l.error).toBeUndefined()
    app.server.respond = respond
    expect(await people(app, browser)).toEqual({ demo: 'alice', other: 'bob', third: 'carol' })
    app.clock.time += HOUR
    const failure = await (await browser.open())
      .client('demo')()
      .catch((e: unknown) => e)
    expect([app.server.revoked, app.server.reuses, failure]).toEqual([[], 0, 200])
  })

  it('two renewals that make the session too large: the session that was there goes on', async () => {
    const app = world(two)
    const browser = app.browser()
    await app.login(browser, { sub: 'alice' })
    const u1 = await begin(browser, 'other')
    await browser.go(`/auth/other/callback?${app.server.authorize(u1, { sub: 'bob' })}`)
    app.clock.time += HOUR
    app.server.token = { id_token: undefined, access_token: 'x'.repeat(9000) }
    const [one, other] = [await browser.open(), await browser.open()]
    const results = await Promise.allSettled([one.client('demo')(), other.client('other')()])
    expect(results.map((r) => r.status === 'rejected' && (r.reason as Error).name)).toEqual(['PersistError', 'PersistError'])
    app.server.token = {}
    const later = await browser.open()
    expect(later.user?.sub).toBe('bob')
    const out = await browser.go('/auth/logout', { method: 'POST' })
    expect(out.error).toBeUndefined()
  })

  it('RF04: an answer that is late does not hand out an older session than the browser has shown', async () => {
    const app = world(two)
    const browser = app.browser()
    await app.login(browser, { sub: 'alice' })
    const u1 = await begin(browser, 'other')
    await browser.go(`/auth/other/callback?${app.server.authorize(u1, { sub: 'bob' })}`)
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
    const app = world(two)
    const browser = app.browser()
    await app.login(browser, { sub: 'alice' })
    app.clock.time += HOUR
    const fast = await browser.open()
    let n = 0
    const gate = Promise.withResolvers<boolean>()
    const visit = await browser.open('/bye', {
      writable: () => {
        n++
        return gate.promise
      },
    })
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
    expect(n).toBeGreaterThan(0)
    expect(browser.jar.has(SESSION_COOKIE)).toBe(false)
  })

  it('a request that caught up late does not go back behind what it has made itself', async () => {
    const app = world(two)
    const browser = app.browser()
    await app.login(browser, { sub: 'alice' })
    const u1 = await begin(browser, 'other')
    await browser.go(`/auth/other/callback?${app.server.authorize(u1, { sub: 'bob' })}`)
    app.clock.time += HOUR
    const first = await browser.open()
    await first.client('demo')()
    // never taken; generation 1 in memory
    const second = await browser.open('/x')
    await second.client('other')()
    // generation 2
    const cookies = second.takeCookies()
    expect(cookies).toHaveLength(1)
    expect((await app.inside(browser)).current?.generation).toBeDefined()
  })

  it.each(Array.from({ length: 60 }, (_, i) => i * 3))('16 a login that fails to be sealed beside a renewal %i turns', async (n) => {
    const app = world(two)
    const browser = app.browser()
    await app.login(browser, { sub: 'alice' })
    const url = await app.start(browser, { provider: 'other' })
    app.clock.time += 599
    app.resource = (a) => (a === 'Bearer access-2' ? 401 : 200)
    app.server.token = { id_token: undefined }
    const held = hold(app, (b) => b.includes('refresh_token='))
    const v = await browser.open()
    const use = v
      .client()()
      .catch((e: unknown) => e)
    await held.arrived
    app.server.token = {}
    const codeArrived = Promise.withResolvers<void>()
    const codeGo = Promise.withResolvers<void>()
    app.server.scripts.userinfo = (request) => {
      throw new Error(String(request))
    }
    const respond = app.server.respond
    app.server.respond = async (request) => {
      const a = await respond(request)
      if ((request.body ?? '').includes('authorization_code')) {
        codeArrived.resolve()
        await codeGo.promise
      }
      return a
    }
    const login = browser.go(`/auth/other/callback?${app.server.authorize(url, { sub: 'bob', claims: { bio: 'b'.repeat(9000) } })}`)
    await codeArrived.promise
    codeGo.resolve()
    for (let i = 0; i < n; i++) await Promise.resolve()
    held.release()
    const { error } = await login
    expect(error).toMatchObject({ code: 'OAUTH_SESSION_TOO_LARGE' })
    await use
    // The login's own, and nothing of the renewal.
    expect(app.server.revoked).toEqual(['refresh-4'])
  })
})
