import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { HttpResponse } from '../http/http-response.js'
import { memoryStore } from '../session/memory-store.js'
import type { TokenRecord } from '../session/token-record.js'
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
import type { ProviderOptions } from './web-options.js'
import type { WebRoutes } from './web-routes.js'

const HOUR = 3600
const DAY = 86_400
const two = TWO_PROVIDERS

interface Shared {
  readonly app: World
  readonly store: SharedStore
  /** Another instance of the application on the same store. */
  readonly second: WebRoutes<Call>
}

/** Two instances of one application that have nothing in common but a store, and what time it is. */
function shared(options: Options = {}, provider: Partial<ProviderOptions<Call>> = {}): Shared {
  const time = { now: () => 0 }
  const store = sharedStore(() => time.now())
  const app = world({ store, ...options }, provider)
  time.now = () => app.clock.time
  // Whoever waits for another instance does not move the clock; the other goes on meanwhile.
  app.clock.sleep = () => new Promise((resolve) => void setImmediate(resolve))
  return { app, store, second: app.instance() }
}

async function loggedIn({ app }: Pick<Shared, 'app'>, how: LoginOptions = {}): Promise<TestBrowser<Call>> {
  const browser = app.browser()
  const { error } = await app.login(browser, how)
  if (error !== undefined) throw error
  return browser
}

async function begin(browser: TestBrowser<Call>, provider = 'other'): Promise<string> {
  const visit = await browser.open('/link', { method: 'POST' })
  const url = await visit.login(provider, { link: true })
  browser.take(visit)
  return url
}

async function link({ app }: Pick<Shared, 'app'>, browser: TestBrowser<Call>, how: LoginOptions = {}) {
  const { provider = 'other' } = how
  const url = await begin(browser, provider)
  return browser.go(`/auth/${provider}/callback?${app.server.authorize(url, how)}`)
}

/** Holds the next token request back once the server has made its answer. */
function holdToken(app: World) {
  const arrived = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  app.server.scripts.token = async (request): Promise<HttpResponse> => {
    delete app.server.scripts.token
    app.server.requests.pop()
    const answer = await app.server.respond(request)
    arrived.resolve()
    await released.promise
    return answer
  }
  return { arrived: arrived.promise, release: released.resolve }
}

function refreshes(app: World): number {
  return app.server.forms('token', 'refresh_token').length
}

function keys(store: SharedStore, prefix: string): readonly string[] {
  return [...store.contents.keys()].filter((key) => key.startsWith(prefix))
}

describe('the cookie', () => {
  it('carries a sealed id and nothing else, however large the session is and becomes', async () => {
    const { app, store } = shared({ providers: two })
    const browser = await loggedIn({ app })
    const length = browser.jar.get(SESSION_COOKIE)?.length ?? 0
    expect(length).toBeLessThan(300)
    expect((await link({ app }, browser, { sub: 'bob', claims: { bio: 'x'.repeat(20_000) } })).error).toBeUndefined()
    app.clock.time += 2 * HOUR
    app.server.token = { access_token: 'y'.repeat(20_000) }
    const visit = await browser.open()
    expect([await visit.client('demo')(), await visit.client('other')()]).toEqual([200, 200])
    expect(browser.take(visit)).toEqual([])
    expect([browser.jar.size, browser.jar.get(SESSION_COOKIE)?.length]).toEqual([1, length])
    expect((await browser.open()).user).toMatchObject({ bio: 'x'.repeat(20_000) })
    const [key = ''] = keys(store, 's:')
    expect(key).toMatch(/^s:[\w-]{43}$/)
  })

  it('of an application that kept its sessions in cookies is cleared, all of it', async () => {
    const { app } = shared()
    const before = world()
    const browser = before.browser()
    await before.login(browser, { claims: { bio: 'x'.repeat(1500) } })
    const later = browser.at(app.routes)
    expect((await later.open('/', { headers: SCRIPT })).user).toBeUndefined()
    const visit = await later.open()
    expect(visit.user).toBeUndefined()
    later.take(visit)
    expect(later.jar.size).toBe(0)
  })

  it('of a session that is over stays where it is: an answer that clears it could come after the one of a new login', async () => {
    const { app, second } = shared()
    const browser = await loggedIn({ app })
    const copy = browser.copy()
    await browser.at(second).go('/auth/logout', { method: 'POST' })
    const visit = await copy.open()
    expect([visit.user, copy.take(visit)]).toEqual([undefined, []])
  })
})

describe('several instances on one store', () => {
  it('a login at one is a login at all, and after a restart of all', async () => {
    const { app, second } = shared()
    const browser = await loggedIn({ app })
    expect((await browser.at(second).open()).user?.sub).toBe('alice')
    const restarted = browser.at(app.instance())
    const visit = await restarted.open()
    expect([visit.user?.sub, await visit.guard({ token: true }), await visit.client()()]).toEqual(['alice', undefined, 200])
    app.clock.time += HOUR
    expect(await (await restarted.open()).client()()).toBe(200)
  })

  it('RF02: twenty requests at each of two, with an expired token, make one refresh; all go on with its token', async () => {
    const { app, second } = shared()
    const browser = await loggedIn({ app })
    app.clock.time += HOUR
    const visits = await Promise.all(Array.from({ length: 40 }, (_, index) => (index % 2 ? browser.at(second) : browser).open()))
    expect(await Promise.all(visits.map((visit) => visit.client()()))).toEqual(visits.map(() => 200))
    expect([refreshes(app), app.server.reuses, new Set(app.sent).size]).toEqual([1, 0, 1])
  })

  it('RF03: with a store an instance that comes later with the same cookie finds the new token', async () => {
    const { app, second } = shared()
    const browser = await loggedIn({ app })
    const cookie = new Map(browser.jar)
    for (const at of [app.routes, second, app.instance()]) {
      app.clock.time += 2 * HOUR
      const visit = await browser.at(at).open()
      expect(await visit.client()()).toBe(200)
    }
    expect([refreshes(app), app.server.reuses, browser.jar]).toEqual([3, 0, cookie])
  })

  it('an answer is used once, whichever instances it comes to', async () => {
    const { app, second } = shared()
    const browser = app.browser()
    const url = `/auth/demo/callback?${app.server.authorize(await app.start(browser))}`
    const answers = await Promise.all([browser.copy().go(url), browser.copy().at(second).go(url)])
    expect(answers.map(({ error }) => (error as { code?: string } | undefined)?.code)).toContain('OAUTH_TRANSACTION_USED')
    expect(app.server.forms('token', 'authorization_code')).toHaveLength(1)
    const late = await browser.copy().at(second).go(url)
    expect([late.error, app.server.forms('token')]).toEqual([
      expect.objectContaining({ code: 'OAUTH_TRANSACTION_USED' }),
      expect.any(Array),
    ])
    expect(app.server.forms('token', 'authorization_code')).toHaveLength(1)
  })

  it('RF18: a renewal needs no cookie: it is made after the headers are sent, too', async () => {
    const { app } = shared()
    const browser = await loggedIn({ app })
    app.clock.time += HOUR
    const visit = await browser.open('/', { writable: () => false })
    expect([await visit.client()(), refreshes(app)]).toEqual([200, 1])
  })

  it('F13 RF19: a login that the provider has ended is over at once in the visit that finds it, and on all instances', async () => {
    const { app, second } = shared()
    const browser = await loggedIn({ app })
    app.clock.time += HOUR
    app.server.scripts.token = () => ({
      status: 400,
      headers: { 'content-type': 'application/json' },
      body: new TextEncoder().encode('{"error":"invalid_grant"}'),
    })
    const visit = await browser.open('/orders')
    const error: unknown = await visit
      .client()()
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ reason: 'invalid_grant', message: expect.not.stringContaining('cookie') })
    expect([visit.user, (await visit.guard())?.status]).toEqual([undefined, 303])
    const elsewhere = await browser.at(second).open('/orders', { headers: SCRIPT })
    expect([elsewhere.user, (await elsewhere.guard())?.status]).toEqual([undefined, 401])
    await expect((async () => elsewhere.client('demo')())()).rejects.toMatchObject({ reason: 'invalid_grant' })
  })

  it('each tenant of a function of the request has its logins there, too', async () => {
    const tenants = { a: { ...registered, clientId: 'a' }, b: { ...registered, clientId: 'b' } }
    const { app, second } = shared({
      providers: { demo: ({ headers }) => tenants[headers['x-tenant'] === 'b' ? 'b' : 'a'] },
    })
    const browser = await loggedIn({ app })
    app.clock.time += HOUR
    const visit = await browser.at(second).open()
    expect([visit.user?.sub, await visit.client()()]).toEqual(['alice', 200])
    expect((await browser.open('/', { headers: { ...NAVIGATION, 'x-tenant': 'b' } })).user).toBeUndefined()
  })

  it('RF01: two of one process on one store in memory, where no lease is taken, make one refresh', async () => {
    for (const provider of [registered, () => registered]) {
      const app = world({ store: memoryStore(), providers: { demo: provider } })
      const browser = await loggedIn({ app })
      const second = app.instance()
      app.clock.time += HOUR
      const visits = await Promise.all([browser, browser.at(second), browser, browser.at(second)].map((one) => one.open()))
      expect(await Promise.all(visits.map((visit) => visit.client()()))).toEqual([200, 200, 200, 200])
      expect([refreshes(app), app.server.reuses]).toEqual([1, 0])
    }
  })

  it('a store whose promises are of another realm, as in some test runners, works alike', async () => {
    const { app, store } = shared()
    const { get } = store
    // biome-ignore lint/suspicious/noThenProperty: that is what such a promise has
    store.get = (key) => ({ then: (...callbacks: never[]) => Promise.resolve(get(key)).then(...callbacks) }) as never
    const browser = await loggedIn({ app })
    app.clock.time += HOUR
    expect([await (await browser.open()).client()(), refreshes(app)]).toEqual([200, 1])
  })

  it('a store in memory works alike', async () => {
    const app = world({ store: memoryStore() })
    const browser = await loggedIn({ app })
    app.clock.time += HOUR
    expect(await (await browser.at(app.instance()).open()).client()()).toBe(200)
    await browser.go('/auth/logout', { method: 'POST' })
    expect([(await browser.open()).user, app.server.revoked]).toEqual([undefined, ['refresh-3']])
  })
})

describe('a new login', () => {
  it('SS01: makes a new id, and the session before is over on all instances', async () => {
    const { app, store, second } = shared()
    const attacker = await loggedIn({ app }, { sub: 'attacker' })
    const victim = attacker.copy()
    const [planted] = keys(store, 's:')
    await app.login(victim, { sub: 'victim' })
    expect((await victim.at(second).open()).user?.sub).toBe('victim')
    expect((await attacker.at(second).open()).user).toBeUndefined()
    expect(keys(store, 's:')).not.toContain(planted)
    // Nothing of the attacker's is left: neither the session nor a token.
    expect([keys(store, 's:').length, keys(store, 't:').length]).toEqual([1, 1])
  })

  it('SS01: the id is new at every login of the same person, and the other logins keep their tokens where they are', async () => {
    const { app, store } = shared({ providers: two })
    const browser = await loggedIn({ app }, { provider: 'other' })
    const [token] = keys(store, 't:')
    const ids = new Set(keys(store, 's:'))
    for (let index = 0; index < 12; index++) {
      await app.login(browser)
      for (const id of keys(store, 's:')) ids.add(id)
    }
    expect([ids.size, keys(store, 's:').length, keys(store, 't:').length]).toEqual([13, 1, 2])
    expect(keys(store, 't:')).toContain(token)
    const visit = await browser.open()
    expect([visit.provider, visit.session('other')?.user.sub]).toEqual(['demo', 'alice'])
  })

  it('a login that is linked while another instance renews: the renewed token is not lost, and nothing waits', async () => {
    const { app, second } = shared({ providers: two })
    const browser = await loggedIn({ app })
    const url = await begin(browser)
    app.clock.time += 500
    app.resource = (authorization) => (authorization === 'Bearer access-2' ? 401 : 200)
    const { arrived, release } = holdToken(app)
    const call = (await browser.at(second).open()).client()()
    await arrived
    const linked = await browser.go(`/auth/other/callback?${app.server.authorize(url, { sub: 'bob' })}`)
    expect(linked.error).toBeUndefined()
    release()
    expect(await call).toBe(200)
    const visit = await browser.open()
    expect([visit.session('demo')?.user.sub, visit.session('other')?.user.sub]).toEqual(['alice', 'bob'])
    app.clock.time += 2 * HOUR
    expect([await visit.client('demo')(), app.server.reuses, app.server.revoked]).toEqual([200, 0, []])
  })

  it('logged out at another instance while a linked login redeems its code: the logins of the session do not come back', async () => {
    const { app, store, second } = shared({ providers: two })
    const browser = await loggedIn({ app })
    const url = await begin(browser)
    const { arrived, release } = holdToken(app)
    const elsewhere = browser.copy().at(second)
    const linking = browser.go(`/auth/other/callback?${app.server.authorize(url, { sub: 'bob' })}`)
    await arrived
    await elsewhere.go('/auth/logout', { method: 'POST' })
    release()
    expect(await linking).toMatchObject({ error: { code: 'OAUTH_SESSION_CHANGED' } })
    expect([keys(store, 's:'), keys(store, 't:')]).toEqual([[], []])
  })

  it('logged out at the very moment that the new session is written: the old logins do not come along', async () => {
    const { app, store, second } = shared({ providers: two })
    const browser = await loggedIn({ app })
    const elsewhere = browser.copy().at(second)
    const [old = ''] = keys(store, 's:')
    let isOut = false
    store.before = async ({ what, key }) => {
      if (isOut || what !== 'delete' || key !== old) return
      isOut = true
      await elsewhere.go('/auth/logout', { method: 'POST' })
    }
    expect((await app.login(browser, { provider: 'other' })).error).toBeUndefined()
    const visit = await browser.open()
    expect([visit.session('demo'), visit.session('other')?.user.sub]).toEqual([undefined, 'alice'])
    expect([keys(store, 's:').length, keys(store, 't:').length]).toEqual([1, 1])
  })

  it('two of them, begun in one session and finished at two instances one after the other, both join it', async () => {
    const { app, second } = shared({ providers: { ...two, third: { ...registered, clientId: 'client-3' } } })
    const browser = await loggedIn({ app })
    const [one, other] = [await begin(browser, 'other'), await begin(browser, 'third')]
    await browser.go(`/auth/other/callback?${app.server.authorize(one, { sub: 'bob' })}`)
    const last = await browser.at(second).go(`/auth/third/callback?${app.server.authorize(other, { sub: 'carol' })}`)
    expect(last.error).toBeUndefined()
    const visit = await browser.open()
    expect(['demo', 'other', 'third'].map((name) => visit.session(name)?.user.sub)).toEqual(['alice', 'bob', 'carol'])
  })

  it('SS01: a login by form_post, which comes without the session cookie, ends the session before it, and its tokens go', async () => {
    const { app, store } = shared({}, { responseMode: 'form_post' })
    const browser = app.browser()
    const post = async (sub: string) => {
      const answer = new URLSearchParams(app.server.authorize(await app.start(browser), { sub }))
      const jar = new Map(browser.jar)
      browser.jar.delete(SESSION_COOKIE)
      const posted = await browser.go('/auth/demo/callback', { method: 'POST', body: { kind: 'form', pairs: [...answer] } })
      if (posted.error !== undefined) throw posted.error
      return jar
    }
    await post('alice')
    const planted = await post('bob')
    expect((await browser.open()).user?.sub).toBe('bob')
    browser.jar.clear()
    for (const [name, value] of planted) browser.jar.set(name, value)
    expect((await browser.open()).user).toBeUndefined()
    expect([keys(store, 's:').length, keys(store, 't:').length]).toEqual([1, 1])
  })
})

describe('logout', () => {
  it('ends the session in the store first, then gives its tokens back; a copy of the cookie is worth nothing anywhere', async () => {
    const { app, store, second } = shared({ providers: two })
    const browser = await loggedIn({ app })
    await link({ app }, browser, { sub: 'bob' })
    const thief = browser.copy().at(second)
    const open = await thief.open()
    const order: string[] = []
    store.before = ({ what, key }) => void order.push(`${what} ${key.slice(0, 2)}`)
    app.server.scripts.revocation = (request) => {
      order.push('revoke')
      delete app.server.scripts.revocation
      app.server.requests.pop()
      return app.server.respond(request) as never
    }
    expect((await browser.go('/auth/logout', { method: 'POST' })).status).toBe(303)
    expect(order).toEqual(['delete s:', 'delete t:', 'delete t:', 'revoke'])
    expect([...app.server.revoked].sort()).toEqual(['refresh-2', 'refresh-4'])
    expect([(await thief.open()).user, browser.jar.has(SESSION_COOKIE), store.contents.size - keys(store, 'tx:').length]).toEqual([
      undefined,
      false,
      0,
    ])
    await expect(open.client()()).rejects.toMatchObject({ code: 'OAUTH_MISSING_TOKEN' })
  })

  it('gives back the newest token, that another instance has stored a moment before', async () => {
    const { app, store, second } = shared()
    const browser = await loggedIn({ app })
    const leaving = await browser.open()
    app.clock.time += HOUR
    let isRenewed = false
    store.before = async ({ what, key }) => {
      if (isRenewed || what !== 'delete' || !key.startsWith('t:')) return
      isRenewed = true
      const entry = await store.get(key)
      const record = entry?.value as TokenRecord
      await store.compareAndSet(
        key,
        entry?.version ?? null,
        { ...record, token: { ...record.token, refresh_token: 'newest' } },
        { ttl: 60 },
      )
    }
    await leaving.logout()
    expect([app.server.revoked, keys(store, 't:')]).toEqual([['newest'], []])
    expect((await browser.at(second).open()).user).toBeUndefined()
  })

  it('RF05 F22: while another instance renews: the session stays deleted, and the new tokens are revoked', async () => {
    const { app, store, second } = shared()
    const browser = await loggedIn({ app })
    app.clock.time += HOUR
    const { arrived, release } = holdToken(app)
    const visit = await browser.at(second).open()
    const call = visit.client()()
    await arrived
    expect((await browser.go('/auth/logout', { method: 'POST' })).status).toBe(303)
    release()
    await expect(call).rejects.toMatchObject({ code: 'OAUTH_REFRESH_TERMINAL', reason: 'session_deleted' })
    expect(app.server.revoked).toEqual(['refresh-2', 'refresh-3'])
    expect([keys(store, 's:'), keys(store, 't:'), visit.user, app.sent]).toEqual([[], [], undefined, []])
  })

  it.each([
    ['was read before it was there, from a replica that is behind', () => undefined],
    ['is of a later version', (record: object) => ({ ...record, v: 2 })],
  ])('SS19: of a session that %s ends it: a copy of the cookie is worth nothing', async (_, become) => {
    const { app, store } = shared()
    const browser = await loggedIn({ app })
    const copy = browser.copy()
    const { get } = store
    store.get = async (key) => {
      const entry = await get(key)
      const value = key.startsWith('s:') && entry ? become(entry.value as object) : entry?.value
      return entry && value ? { ...entry, value } : undefined
    }
    const out = await browser.go('/auth/logout', { method: 'POST' })
    store.get = get
    expect([out.status, (await copy.open()).user, keys(store, 's:')]).toEqual([303, undefined, []])
  })

  it('of a visit that began before a linked login moved the session ends the logins that it knew of', async () => {
    const { app, second } = shared({ providers: two })
    const browser = await loggedIn({ app })
    const leaving = await browser.copy().at(second).open()
    await link({ app }, browser, { sub: 'bob' })
    await leaving.logout()
    const visit = await browser.open()
    expect([visit.session('demo'), visit.session('other')?.user.sub]).toEqual([undefined, 'bob'])
    expect(app.server.revoked).toEqual(['refresh-2'])
  })
})

describe('SS18: how long a session lasts', () => {
  it('its absolute lifetime, however often it is used; so do its records in the store', async () => {
    const { app, store } = shared({ session: { lifetime: 3 * HOUR } })
    const browser = await loggedIn({ app })
    app.clock.time += 2 * HOUR
    expect(await (await browser.open()).client()()).toBe(200)
    const ttls = store.writes
      .filter(({ what, key }) => what === 'set' && /^[st]:/.test(key))
      .map(({ key, ttl = 0 }) => [key[0], Math.round(ttl / HOUR)])
    // The login, then lease and token of the renewal.
    expect(ttls).toEqual([
      ['t', 3],
      ['s', 3],
      ['t', 1],
      ['t', 1],
    ])
    app.clock.time += HOUR - 1
    expect((await browser.open()).user?.sub).toBe('alice')
    app.clock.time += 1
    expect((await browser.open()).user).toBeUndefined()
    for (const key of [...store.contents.keys()]) await store.get(key)
    expect(store.contents.size).toBe(0)
  })

  it('is enforced by this application too, should the store forget to', async () => {
    const { app, store } = shared({ session: { lifetime: HOUR, idle: 600 } })
    const browser = await loggedIn({ app })
    const idle = browser.copy()
    const [key = ''] = keys(store, 's:')
    const forever = async () => {
      const entry = await store.get(key)
      await store.compareAndSet(key, entry?.version ?? null, entry?.value, { ttl: 10 * DAY })
    }
    await forever()
    app.clock.time += 601
    expect((await idle.open()).user).toBeUndefined()
    const lasting = shared({ session: { lifetime: HOUR } })
    const late = await loggedIn(lasting)
    lasting.app.clock.time += HOUR
    expect((await late.open()).user).toBeUndefined()
  })

  it.each([
    ['in a store', true],
    ['in a cookie', false],
  ])('%s: its idle time, which each use begins anew; seven days in all, also beyond 2038', async (_, isStored) => {
    const { app } = shared({ session: { idle: 1000 }, ...(isStored ? {} : { store: undefined }) })
    app.clock.time = 2_200_000_000
    const browser = await loggedIn({ app })
    for (let day = 0; day < 7 * DAY - 900; day += 900) {
      app.clock.time += 900
      const visit = await browser.open()
      expect(visit.user?.sub).toBe('alice')
      browser.take(visit)
    }
    app.clock.time += 899
    expect((await browser.open()).user?.sub).toBe('alice')
    app.clock.time += 1
    expect((await browser.open()).user).toBeUndefined()
  })

  it.each([
    ['in a store', true],
    ['in a cookie', false],
  ])('%s: it ends when it was not used for so long', async (_, isStored) => {
    const { app } = shared({ session: { idle: 1000 }, ...(isStored ? {} : { store: undefined }) })
    const browser = await loggedIn({ app })
    app.clock.time += 999
    const visit = await browser.open()
    expect(visit.user?.sub).toBe('alice')
    browser.take(visit)
    app.clock.time += 1000
    expect((await browser.open()).user).toBeUndefined()
  })

  it('in a cookie going to a page is a use and a request in the background is none; in a store each request is', async () => {
    for (const isStored of [true, false]) {
      const { app } = shared({ session: { idle: 1000 }, ...(isStored ? {} : { store: undefined }) })
      const browser = await loggedIn({ app })
      app.clock.time += 900
      const visit = await browser.open('/', { headers: SCRIPT })
      expect(browser.take(visit)).toEqual([])
      app.clock.time += 900
      expect((await browser.open()).user?.sub).toBe(isStored ? 'alice' : undefined)
    }
  })

  it('in a cookie: an old one counts by what this process knows of its use', async () => {
    const app = world({ session: { idle: 1000 } })
    const browser = await loggedIn({ app })
    app.clock.time += 900
    // The answer with the rolled cookie never arrives.
    ;(await browser.open()).takeCookies()
    app.clock.time += 900
    expect((await browser.open()).user?.sub).toBe('alice')
  })

  it('a use is written down at each tenth of the idle time, and not at each request', async () => {
    const { app, store } = shared({ session: { idle: 600 } })
    const browser = await loggedIn({ app })
    store.writes.length = 0
    for (let second = 1; second <= 59; second++) {
      app.clock.time += 1
      await browser.open()
    }
    expect(store.writes).toEqual([])
    app.clock.time += 1
    await Promise.all(Array.from({ length: 20 }, () => browser.open()))
    expect(store.writes).toEqual([{ what: 'set', key: keys(store, 's:')[0], ttl: 600 }])
  })

  it('SS19: a use that is written down after a stale read, in which a token was not there yet, takes no login away', async () => {
    const { app, store } = shared({ providers: two, session: { idle: 600 } })
    const browser = await loggedIn({ app })
    await link({ app }, browser, { sub: 'bob' })
    app.clock.time += 300
    const { get } = store
    store.get = async (key) => (key.endsWith(':demo') ? undefined : get(key))
    expect((await browser.open()).session('demo')).toBeUndefined()
    store.get = get
    expect((await browser.open()).session('demo')?.user.sub).toBe('alice')
  })

  it('without an idle time nothing is written by requests', async () => {
    const { app, store } = shared()
    const browser = await loggedIn({ app })
    store.writes.length = 0
    for (let day = 0; day < 6; day++) {
      app.clock.time += DAY
      expect((await browser.open()).user?.sub).toBe('alice')
    }
    expect(store.writes).toEqual([])
  })

  it('a use that cannot be written down is no failure: nothing is lost by it', async () => {
    const { app, store } = shared({ session: { idle: 600 } })
    const browser = await loggedIn({ app })
    store.fail.compareAndSet = /^s:/
    app.clock.time += 300
    expect((await browser.open()).user?.sub).toBe('alice')
  })

  it.each([
    ['in a store', true],
    ['in a cookie', false],
  ])('%s: until the end that the provider sets by session_expiry, for that login alone', async (_, isStored) => {
    const { app, store } = shared({ providers: two, ...(isStored ? {} : { store: undefined }) })
    const end = app.clock.time + HOUR
    const browser = await loggedIn({ app })
    await link({ app }, browser, { sub: 'bob', claims: { session_expiry: end } })
    if (isStored) {
      const ttl = store.writes.findLast(({ key }) => key.startsWith('t:') && key.endsWith(':other'))?.ttl
      expect(ttl).toBe(HOUR)
    }
    app.clock.time = end - 1
    expect((await browser.open()).user?.sub).toBe('bob')
    app.clock.time = end
    const visit = await browser.open()
    expect([visit.user?.sub, visit.session('other')]).toEqual(['alice', undefined])
    expect(() => visit.client('other')).toThrow(expect.objectContaining({ code: 'OAUTH_MISSING_TOKEN' }))
    expect((await visit.guard({ provider: 'other' }))?.status).toBe(303)
  })

  it('session_expiry makes no session longer, and what is no time says nothing', async () => {
    for (const session_expiry of [1e12, Number.MAX_VALUE, '0', null]) {
      const { app } = shared({ session: { lifetime: HOUR } })
      const browser = await loggedIn({ app }, { claims: { session_expiry } })
      expect((await browser.open()).user?.sub).toBe('alice')
      app.clock.time += HOUR
      expect((await browser.open()).user).toBeUndefined()
    }
  })

  it('a login whose session_expiry is over already is refused, and leads to no loop; the session before goes on', async () => {
    const { app } = shared()
    const browser = await loggedIn({ app })
    for (const session_expiry of [-0.5, 0, app.clock.time]) {
      const { error } = await app.login(browser, { sub: 'bob', claims: { session_expiry } })
      expect(error).toMatchObject({
        name: 'ProtocolError',
        code: 'OAUTH_ID_TOKEN_CLAIM',
        message: expect.stringContaining('session_expiry'),
      })
    }
    expect((await browser.open()).user?.sub).toBe('alice')
  })

  it('a linked login makes none last longer', async () => {
    const { app } = shared({ providers: two, session: { lifetime: 2 * HOUR } })
    const browser = await loggedIn({ app })
    app.clock.time += HOUR
    await link({ app }, browser, { sub: 'bob' })
    app.clock.time += HOUR - 1
    expect((await browser.open()).user?.sub).toBe('bob')
    app.clock.time += 1
    expect((await browser.open()).user).toBeUndefined()
  })
})

describe('SS19 F16: a store that fails', () => {
  const unavailable = expect.objectContaining({ name: 'StoreError', code: 'OAUTH_STORE' })

  it('on reading the session, or its tokens: not known is not logged out', async () => {
    for (const what of [/^s:/, /^t:/]) {
      const { app, store } = shared()
      const browser = await loggedIn({ app })
      store.fail.get = what
      for (const headers of [NAVIGATION, SCRIPT]) await expect(browser.open('/', { headers })).rejects.toEqual(unavailable)
      await expect(browser.go('/auth/user')).rejects.toEqual(unavailable)
      store.fail.get = undefined as never
      delete store.fail.get
      expect((await browser.open()).user?.sub).toBe('alice')
      // Who has no cookie is nobody, whatever the store says.
      store.fail.get = /./
      expect((await app.browser().open()).user).toBeUndefined()
    }
  })

  it('on reading the token later: the call fails, and nobody is logged out', async () => {
    const { app, store } = shared()
    const browser = await loggedIn({ app })
    const visit = await browser.open()
    store.fail.get = /^t:/
    await expect(visit.client()()).rejects.toEqual(unavailable)
    expect([visit.user?.sub, await visit.guard()]).toEqual(['alice', undefined])
    delete store.fail.get
    expect(await visit.client()()).toBe(200)
  })

  it.each([
    ['the session', { compareAndSet: /^s:/ }],
    ['the token', { compareAndSet: /^t:/ }],
    ['the end of the session before', { delete: /^s:/ }],
  ])('on writing a login (%s): the login fails, the session before goes on, and nothing of the new one is left', async (_, fail) => {
    const { app, store } = shared()
    const browser = await loggedIn({ app }, { sub: 'alice' })
    const before = [keys(store, 's:'), keys(store, 't:')]
    const url = `/auth/demo/callback?${app.server.authorize(await app.start(browser), { sub: 'bob' })}`
    Object.assign(store.fail, fail)
    const { error, cookies } = await browser.go(url)
    expect(error).toEqual(unavailable)
    expect(cookies.filter(({ name }) => name === SESSION_COOKIE)).toEqual([])
    for (const name of ['compareAndSet', 'delete'] as const) delete store.fail[name]
    expect((await browser.open()).user?.sub).toBe('alice')
    // A session that could not be deleted again leads nowhere: no cookie names it.
    if (!('delete' in fail)) expect([keys(store, 's:'), keys(store, 't:')]).toEqual(before)
  })

  it.each([
    ['gives back the tokens of somebody else', 'demo', 'bob', ['refresh-4']],
    ["leaves the same person's alone, as many servers end a grant with one of its tokens", 'demo', 'alice', []],
    ['also where another name stands for the same client', 'again', 'alice', []],
    ['and gives them back where it is another client', 'other', 'alice', ['refresh-4']],
  ])('a login that cannot be kept %s', async (_, provider, sub, revoked) => {
    const { app, store } = shared({ providers: { ...two, again: registered } })
    const browser = await loggedIn({ app })
    store.fail.compareAndSet = /^s:/
    expect((await app.login(browser, { provider, sub })).error).toEqual(unavailable)
    expect([app.server.revoked, (await browser.open()).user?.sub]).toEqual([revoked, 'alice'])
  })

  it('on using an attempt up: nothing is sent, and the same answer can come again', async () => {
    const { app, store } = shared()
    const browser = app.browser()
    const url = `/auth/demo/callback?${app.server.authorize(await app.start(browser))}`
    store.fail.compareAndSet = /^tx:/
    expect((await browser.go(url)).error).toEqual(unavailable)
    expect(app.server.forms('token')).toEqual([])
    delete store.fail.compareAndSet
    expect((await browser.go(url)).error).toBeUndefined()
    expect((await browser.open()).user?.sub).toBe('alice')
  })

  it('a "no" of the person is told as such all the same', async () => {
    const { app, store } = shared()
    const browser = app.browser()
    const answer = { code: undefined, error: 'access_denied' }
    const url = `/auth/demo/callback?${app.server.authorize(await app.start(browser), { answer })}`
    store.fail.compareAndSet = /./
    expect((await browser.go(url)).error).toMatchObject({ name: 'AuthorizationResponseError', error: 'access_denied' })
  })

  it('on logging out: it says so, the session goes on, the cookie stays and no token is given back; the next try works', async () => {
    const { app, store } = shared()
    const browser = await loggedIn({ app })
    store.fail.delete = /^s:/
    const failed = await browser.go('/auth/logout', { method: 'POST' })
    expect([failed.error, failed.cookies, app.server.revoked]).toEqual([unavailable, [], []])
    expect((await browser.open()).user?.sub).toBe('alice')
    delete store.fail.delete
    expect((await browser.go('/auth/logout', { method: 'POST' })).status).toBe(303)
    expect([(await browser.open()).user, app.server.revoked]).toEqual([undefined, ['refresh-2']])
  })

  it('on deleting the tokens of a session that is over: it is over, and they are revoked', async () => {
    const { app, store } = shared()
    const browser = await loggedIn({ app })
    const copy = browser.copy()
    store.fail.delete = /^t:/
    expect((await browser.go('/auth/logout', { method: 'POST' })).status).toBe(303)
    expect([(await copy.open()).user, app.server.revoked]).toEqual([undefined, ['refresh-2']])
  })

  it('RF06: on writing a renewed token: it is kept, and written at the next use; the server is not asked again', async () => {
    const { app, store } = shared()
    const browser = await loggedIn({ app })
    app.clock.time += HOUR
    let writes = 0
    store.before = ({ what, key }) => {
      // The lease is written before.
      if (what === 'set' && key.startsWith('t:') && ++writes > 1) store.fail.compareAndSet = /^t:/
    }
    await expect((await browser.open()).client()()).rejects.toMatchObject({ name: 'PersistError' })
    delete store.before
    delete store.fail.compareAndSet
    expect([await (await browser.open()).client()(), refreshes(app), app.server.reuses]).toEqual([200, 1, 0])
  })

  it('what is there and is no session, or no token, is nobody', async () => {
    const { app, store } = shared()
    const browser = await loggedIn({ app })
    const [[session = ''], [token = '']] = [keys(store, 's:'), keys(store, 't:')]
    const put = async (key: string, value: unknown) =>
      store.compareAndSet(key, (await store.get(key))?.version ?? null, value, { ttl: HOUR })
    const good = store.contents.get(token)
    const broken = [{ generation: 'x' }, { grant: undefined }, { token: {} }, { token: undefined }].map((part) => ({
      ...(good as object),
      ...part,
    }))
    for (const value of [null, 1, 'x', [], { v: 2 }, ...broken]) {
      await put(token, value)
      expect((await browser.open()).user).toBeUndefined()
    }
    await put(token, good)
    expect((await browser.open()).user?.sub).toBe('alice')
    const whole = store.contents.get(session) as object
    const { demo: login } = (whole as { providers: { demo: object } }).providers
    const logins = [{}, null, 'x', { ...login, claims: undefined }, { ...login, claims: null }, { ...login, until: 'x' }]
    const records = [{ id: 'other' }, { former: 5 }, ...logins.map((demo) => ({ providers: { demo } }))]
    for (const value of [null, 1, 'x', [], { v: 2 }, { v: 1 }, ...records.map((part) => ({ ...whole, ...part }))]) {
      await put(session, value)
      const visit = await browser.open()
      expect([visit.user, (await visit.guard())?.status]).toEqual([undefined, 303])
      // Whatever it is, it is in no login's way.
      const copy = browser.copy()
      expect([(await app.login(copy)).error, (await copy.open()).user?.sub]).toEqual([undefined, 'alice'])
    }
  })
})

it('RX08: a flood of logins that are begun, and of answers to none, writes nothing; a finished one its session and two small records', async () => {
  const { app, store } = shared()
  for (let index = 0; index < 500; index++) {
    await app.start(app.browser())
    await app.browser().go(`/auth/demo/callback?state=${'s'.repeat(43)}&code=c&iss=${encodeURIComponent(app.server.issuer)}`)
  }
  expect([store.writes, store.contents.size]).toEqual([[], 0])
  await loggedIn({ app })
  expect(store.writes.map(({ key }) => key.split(':')[0])).toEqual(['tx', 't', 's'])
  app.clock.time += 601
  for (const key of [...store.contents.keys()]) await store.get(key)
  expect([keys(store, 'tx:'), keys(store, 's:').length]).toEqual([[], 1])
})

it('LG01: no error and no event names the session, a token, the secret or the cookie', async () => {
  const events: unknown[] = []
  const { app, store, second } = shared({ session: { idle: 600 } }, { clientSecret: 'canary-secret' })
  app.clock.emit = (event) => void events.push(event)
  const told: unknown[] = []
  const browser = await loggedIn({ app })
  const secrets = [
    ...keys(store, 's:').map((key) => key.slice(2)),
    browser.jar.get(SESSION_COOKIE) ?? '',
    'canary-secret',
    'access-2',
    'refresh-2',
    'refresh-3',
    app.options.secret as string,
  ]
  const failing = async (fail: SharedStore['fail'], work: () => Promise<unknown>) => {
    Object.assign(store.fail, fail)
    told.push(
      await work().then(
        (result) => (result as { error?: unknown } | undefined)?.error,
        (error: unknown) => error,
      ),
    )
    for (const name of ['get', 'compareAndSet', 'delete'] as const) delete store.fail[name]
  }
  await failing({ get: /./ }, () => browser.open())
  await failing({ get: /^t:/ }, () => browser.at(second).open())
  await failing({ delete: /./ }, () => browser.go('/auth/logout', { method: 'POST' }))
  await failing({ compareAndSet: /./ }, () => app.login(browser))
  await failing({ compareAndSet: /^s:/ }, () => app.login(browser))
  app.clock.time += HOUR
  const open = await loggedIn({ app })
  app.clock.time += HOUR
  await failing({ compareAndSet: /^t:/ }, async () => (await open.open()).client()())
  expect(told.every((error) => error instanceof Error)).toBe(true)
  const text =
    inspect([told, events], { depth: null, showHidden: true }) +
    JSON.stringify([told, events]) +
    told.map((error) => (error as Error).stack).join()
  expect(text).toContain('ECONNRESET')
  for (const secret of secrets) expect(text).not.toContain(secret)
  for (const key of keys(store, 's:')) expect(text).not.toContain(key.slice(2))
})

describe('option "store"', () => {
  it.each([
    ['a store of express-session', { get() {}, set() {}, destroy() {} }, /expressSessionStore\(store\)/],
    ['a map', new Map(), /get, compareAndSet and delete/],
    ['nothing', null, /get, compareAndSet and delete/],
  ])('%s is refused at once', (_, store, message) => {
    expect(() => world({ store: store as never })).toThrow(
      expect.objectContaining({ name: 'UsageError', message: expect.stringMatching(message) }),
    )
  })

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, '600'])('session.idle: %s is refused', (idle) => {
    expect(() => world({ session: { idle: idle as number } })).toThrow(/"session.idle" must be a number of seconds/)
  })
})
