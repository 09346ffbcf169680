import { describe, expect, it } from 'vitest'
import { json } from '../../test/answers.js'
import { TransportError } from '../error/transport-error.js'
import type { HttpResponse } from '../http/http-response.js'
import { NAVIGATION, SCRIPT, type TestBrowser } from './testing/browser.js'
import { type Call, registered, SESSION_COOKIE, type World, world } from './testing/world.js'
import { Visit } from './visit.js'

const HOUR = 3600

/** A promise that the test settles. */
function gate<T = void>(): { readonly promise: Promise<T>; readonly open: (value: T) => void } {
  let open: (value: T) => void = () => undefined
  const promise = new Promise<T>((resolve) => {
    open = resolve
  })
  return { promise, open }
}

/** Lets everything run that waits for nothing. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve()
}

async function loggedIn(app: World, how = {}): Promise<TestBrowser<Call>> {
  const browser = app.browser()
  const { error } = await app.login(browser, how)
  if (error !== undefined) throw error
  return browser
}

function refreshes(app: World): number {
  return app.server.forms('token', 'refresh_token').length
}

/** Stands in the way of the next refresh: tells when it has arrived, and lets it through. */
function holdRefresh(app: World) {
  const arrived = gate()
  const released = gate<HttpResponse | undefined>()
  app.server.scripts.token = async (request) => {
    delete app.server.scripts.token
    arrived.open()
    const different = await released.promise
    if (different !== undefined) return different
    app.server.requests.pop()
    return app.server.respond(request)
  }
  return { arrived: arrived.promise, release: released.open }
}

describe('what an application calls', () => {
  it('B1: a provider that is not configured is a usage error, logged in or not, and not somebody who is logged out', async () => {
    const app = world()
    for (const visit of [await app.browser().open(), await (await loggedIn(app)).open()]) {
      for (const call of [() => visit.client('dmeo'), () => visit.session('dmeo')]) {
        expect(call).toThrow(
          expect.objectContaining({ name: 'UsageError', code: 'OAUTH_USAGE', message: 'There is no provider "dmeo". Known: demo.' }),
        )
      }
    }
  })

  it('works taken off the visit', async () => {
    const browser = await loggedIn(world())
    const { client, session, guard, login, logout } = await browser.open()
    expect(await client()()).toBe(200)
    expect([session()?.user.sub, await guard()]).toEqual(['alice', undefined])
    expect(await login()).toContain('https://as.example/authorize')
    expect(await logout()).toContain('https://as.example/logout')
  })
})

describe('sessions', () => {
  it('SS01: a login over a planted session makes a new id; the old session is dead everywhere', async () => {
    const app = world()
    const attacker = await loggedIn(app, { sub: 'attacker' })
    const victim = attacker.copy()
    const planted = attacker.jar.get(SESSION_COOKIE)
    await app.login(victim, { sub: 'victim' })
    expect(victim.jar.get(SESSION_COOKIE)).not.toBe(planted)
    expect((await victim.open()).user?.sub).toBe('victim')
    expect((await attacker.open()).user).toBeUndefined()
    // Its cookie is not cleared either: an answer that does so could come after the new login's.
    expect(attacker.take(await attacker.open())).toEqual([])
  })

  it('SS01: the id is new at every login', async () => {
    const app = world()
    const browser = await loggedIn(app)
    const ids = new Set([(await app.inside(browser)).current?.id])
    for (let index = 0; index < 20; index++) {
      await app.login(browser)
      ids.add((await app.inside(browser)).current?.id)
    }
    expect(ids.size).toBe(21)
  })

  it("SS02: after Bob's login over Alice's session none of Alice's data remains", async () => {
    const app = world()
    const browser = await loggedIn(app, { sub: 'alice', claims: { email: 'alice@example.com', bio: 'x'.repeat(1500) } })
    const chunks = browser.jar.size
    await app.login(browser, { sub: 'bob', claims: { name: 'Bob' } })
    expect(browser.jar.size).toBeLessThan(chunks)
    const { user } = await browser.open()
    const { current } = await app.inside(browser)
    expect(user).not.toHaveProperty('email')
    expect(JSON.stringify(current)).not.toMatch(/alice|xxxx/)
    expect(current?.providers['demo']?.record).toMatchObject({ subject: 'bob', generation: 0 })
  })

  it("SS02: a refresh of Alice's that ends after Bob's login does not bring her back; its tokens are revoked", async () => {
    const app = world()
    const browser = await loggedIn(app, { sub: 'alice' })
    app.clock.time += HOUR + 1
    const late = await browser.open('/items')
    const { arrived, release } = holdRefresh(app)
    const call = late.client()()
    await arrived
    await app.login(browser, { sub: 'bob' })
    release(undefined)
    await expect(call).rejects.toMatchObject({ code: 'OAUTH_REFRESH_TERMINAL', reason: 'session_deleted' })
    browser.take(late)
    expect((await browser.open()).user?.sub).not.toBe('alice')
    expect(app.server.revoked).toHaveLength(1)
  })

  it('SS18: a session ends at its absolute lifetime, however often it was used, and its cookies are cleared', async () => {
    const app = world({ session: { lifetime: 2 * HOUR } })
    const browser = await loggedIn(app)
    app.clock.time += 2 * HOUR - 1
    const used = await browser.open()
    expect(await used.client()()).toBe(200)
    browser.take(used)
    expect((await browser.open()).user?.sub).toBe('alice')
    app.clock.time += 1
    const late = await browser.open()
    expect(late.user).toBeUndefined()
    // Nor are they by a script's request that an adapter tells as a page's: a new login may have set others since it was sent.
    const background = await app.routes.open({ ...browser.request('/'), inBackground: true }, { writable: () => true })
    expect([background.user, background.takeCookies()]).toEqual([undefined, []])
    expect(browser.take(late)).toEqual([expect.objectContaining({ name: SESSION_COOKIE, maxAge: 0 })])
  })

  it('SS18: seven days unless told, also beyond 2038', async () => {
    const app = world()
    app.clock.time = 2_200_000_000
    const browser = await loggedIn(app)
    app.clock.time += 604_799
    expect((await browser.open()).user?.sub).toBe('alice')
    app.clock.time += 1
    expect((await browser.open()).user).toBeUndefined()
  })

  it('SS20: what reads, sets or clears the session may not be cached; what does neither may', async () => {
    const app = world()
    const noStore = { 'cache-control': 'private, no-store', vary: 'Cookie' }
    const browser = await loggedIn(app)
    const idle = await browser.open()
    expect([browser.take(idle), idle.responseHeaders()]).toEqual([[], {}])
    for (const read of ['user', 'provider', 'session', 'client', 'guard'] as const) {
      const visit = await browser.open()
      if (read === 'session' || read === 'client' || read === 'guard') visit[read]()
      else void visit[read]
      expect(visit.responseHeaders()).toEqual(noStore)
    }
    // Also where nobody is logged in: the page says so.
    const nobody = await app.browser().open()
    void nobody.user
    expect(nobody.responseHeaders()).toEqual(noStore)
    app.clock.time += 604_800
    const expired = await browser.open()
    expect(browser.take(expired)).toHaveLength(1)
    expect(expired.responseHeaders()).toEqual(noStore)
  })

  it('SS20: each answer of the routes, errors too, is no-store', async () => {
    const app = world()
    const browser = app.browser()
    const answers = [
      await browser.go('/auth/user'),
      await browser.go('/auth/demo/login'),
      await app.login(browser),
      await browser.go('/auth/user'),
      await browser.go('/auth/user', { method: 'POST' }),
      await browser.go('/auth/logout', { method: 'POST' }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([401, 303, 303, 200, 405, 303])
    for (const { headers } of answers) expect(headers).toMatchObject({ 'cache-control': 'private, no-store', vary: 'Cookie' })
  })

  it('SS24: the user route shows claims and no token', async () => {
    const app = world()
    const browser = await loggedIn(app, { claims: { name: 'Alice' } })
    const { body } = await browser.go('/auth/user')
    expect(JSON.parse(body)).toMatchObject({ sub: 'alice', name: 'Alice' })
    for (const secret of ['access-', 'refresh-', 'eyJ', 'nonce', 'at_hash']) expect(body).not.toContain(secret)
    expect(JSON.stringify(await browser.open())).toBe('{}')
  })

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf', ''])(
    'a provider named %j is logged in for nobody',
    async (name) => {
      const app = world()
      const browser = await loggedIn(app)
      app.clock.time += HOUR + 1
      for (const visit of [await browser.open(), await app.browser().open()]) {
        // A renewal in the same visit must not change what the names mean.
        if (visit.user !== undefined) await visit.client()()
        for (const ask of [() => visit.session(name), () => visit.client(name)]) expect(ask).toThrow(/There is no provider/)
        await expect(visit.guard({ provider: name })).rejects.toThrow(/There is no provider/)
      }
    },
  )
})

it('a provider that is named like a method of every object is logged in only when it is', async () => {
  const app = world({ providers: { demo: registered, toString: { ...registered, clientId: 'client-2' } } })
  const browser = await loggedIn(app)
  app.clock.time += HOUR + 1
  const visit = await browser.open()
  await visit.client()()
  expect([visit.session('toString'), (await visit.guard({ provider: 'toString' }))?.status]).toEqual([undefined, 303])
  await app.login(browser, { provider: 'toString' })
  expect((await browser.open()).session('toString')?.user.sub).toBe('alice')
})

describe('a guard', () => {
  it.each([
    ['/guarded', { 'x-middleware-subrequest': 'middleware:middleware:middleware:middleware:middleware' }],
    ['/guarded', { 'x-middleware-next': '1', 'x-middleware-rewrite': '/guarded', 'x-matched-path': '/' }],
    ['/guarded', { 'x-original-url': '/', 'x-rewrite-url': '/', 'x-forwarded-prefix': '/auth' }],
    ['/guarded.rsc', { rsc: '1' }],
    ['/guarded.segments/_tree.segment.rsc', { rsc: '1', 'next-router-prefetch': '1' }],
    ['/guarded/1?nxtPid=2', { 'x-nextjs-data': '1' }],
    ['/auth/../guarded', {}],
    ['//guarded', {}],
  ])('SS21: lets nobody through for how %j is asked for with %j', async (url, headers) => {
    const app = world()
    for (const kind of [NAVIGATION, SCRIPT]) {
      const visit = await app.browser().open(url, { headers: { ...kind, ...headers } })
      expect([visit.user, (await visit.guard())?.status]).toEqual([undefined, expect.toBeOneOf([303, 401])])
    }
  })
})

describe('tokens of a session', () => {
  it('B12: client() sends the token of the login, without a request while it is fresh', async () => {
    const app = world()
    const visit = await (await loggedIn(app)).open()
    const sent = app.server.requests.length
    expect(await visit.client()()).toBe(200)
    expect(await visit.session()?.accessToken()).toBe('access-2')
    expect(app.sent).toEqual(['Bearer access-2'])
    expect(app.server.requests.length).toBe(sent)
  })

  it('without a login there is no client', async () => {
    const visit = await world().browser().open()
    expect(() => visit.client()).toThrow(expect.objectContaining({ code: 'OAUTH_MISSING_TOKEN' }))
    expect(visit.session()).toBeUndefined()
  })

  it('twenty parallel requests with the same old cookie make one refresh, and each answer sets the new cookie', async () => {
    const app = world()
    const browser = await loggedIn(app)
    app.clock.time += HOUR + 1
    const visits = await Promise.all(Array.from({ length: 20 }, () => browser.open('/items')))
    expect(await Promise.all(visits.map((visit) => visit.client()()))).toEqual(Array.from({ length: 20 }, () => 200))
    expect(refreshes(app)).toBe(1)
    expect(new Set(app.sent)).toEqual(new Set(['Bearer access-3']))
    for (const visit of visits) {
      const other = browser.copy()
      expect(other.take(visit)).toEqual([expect.objectContaining({ name: SESSION_COOKIE, maxAge: 604_800 })])
      expect((await app.inside(other)).current?.providers['demo']?.record).toMatchObject({
        generation: 1,
        token: { refresh_token: 'refresh-3' },
      })
    }
    expect(app.server.reuses).toBe(0)
  })

  it('twenty requests whose token the API refuses make one refresh', async () => {
    const app = world()
    const browser = await loggedIn(app)
    app.resource = (authorization) => (authorization === 'Bearer access-2' ? 401 : 200)
    const visits = await Promise.all(Array.from({ length: 20 }, () => browser.open('/items')))
    expect(new Set(await Promise.all(visits.map((visit) => visit.client()())))).toEqual(new Set([200]))
    expect([refreshes(app), app.server.reuses]).toEqual([1, 0])
  })

  it('a straggler within the grace time gets the new record and its cookie, with no request', async () => {
    const app = world()
    const browser = await loggedIn(app)
    const straggler = browser.copy()
    app.clock.time += HOUR + 1
    const first = await browser.open()
    await first.client()()
    browser.take(first)
    app.clock.time += 29
    const late = await straggler.open()
    expect(await late.client()()).toBe(200)
    expect(straggler.take(late)).toHaveLength(1)
    expect((await app.inside(straggler)).current?.providers['demo']?.record.generation).toBe(1)
    expect([refreshes(app), app.server.reuses]).toEqual([1, 0])
  })

  it('RF04: a straggler two renewals behind makes no request, and writes no cookie older than the newest', async () => {
    const app = world()
    app.server.token = { expires_in: 20 }
    const browser = await loggedIn(app)
    const straggler = browser.copy()
    for (let renewal = 0; renewal < 2; renewal++) {
      app.clock.time += 12
      const visit = await browser.open()
      await visit.client()()
      browser.take(visit)
    }
    expect([refreshes(app), (await app.inside(browser)).current?.providers['demo']?.record.generation]).toEqual([2, 2])
    const late = await straggler.open()
    await late.client()()
    straggler.take(late)
    const { current } = await app.inside(straggler)
    expect({ generation: current?.providers['demo']?.record.generation, refreshes: refreshes(app), reuses: app.server.reuses }).toEqual({
      generation: 2,
      refreshes: 2,
      reuses: 0,
    })
  })

  it('RF04 RF03: a straggler after the grace time is refused by the server; the good session is not overwritten by its end', async () => {
    const app = world()
    const browser = await loggedIn(app)
    app.clock.time += HOUR + 1
    const straggler = await browser.open()
    const first = await browser.open()
    await first.client()()
    browser.take(first)
    await browser.open()
    app.clock.time += 601
    await expect(straggler.client()()).rejects.toMatchObject({ code: 'OAUTH_REFRESH_TERMINAL' })
    expect(await (await browser.open()).client()()).toBe(200)
  })

  it('RF04: a visit that has the newer record already writes nothing', async () => {
    const app = world()
    const browser = await loggedIn(app)
    app.clock.time += HOUR + 1
    const [first, second] = [await browser.open(), await browser.open()]
    await first.client()()
    browser.take(first)
    const newer = await browser.open()
    await newer.client()()
    expect(browser.take(newer)).toEqual([])
    await second.client()()
    browser.take(second)
    expect((await app.inside(browser)).current?.providers['demo']?.record.generation).toBe(1)
    expect(refreshes(app)).toBe(1)
  })

  it('RF05: a logout while a refresh is under way: the session stays ended, and the new tokens are revoked', async () => {
    const app = world()
    const browser = await loggedIn(app)
    app.clock.time += HOUR + 1
    const { arrived, release } = holdRefresh(app)
    const visit = await browser.open('/items')
    const call = visit.client()()
    await arrived
    expect((await browser.go('/auth/logout', { method: 'POST' })).status).toBe(303)
    release(undefined)
    await expect(call).rejects.toMatchObject({ code: 'OAUTH_REFRESH_TERMINAL', reason: 'session_deleted' })
    expect(app.server.revoked).toEqual(['refresh-2', 'refresh-3'])
    expect(browser.take(visit)).toEqual([])
    expect((await browser.open()).user).toBeUndefined()
    expect(app.sent).toEqual([])
  })

  it('RF05: a logout while a renewed token is being written: the write is lost, and no session cookie goes out', async () => {
    const app = world()
    const session = await app.inside(await loggedIn(app))
    const visit = new Visit(app.context, session)
    const { store, key } = session.place('demo')
    const entry = await store.get(key)
    if (entry === undefined) throw new Error('nobody is logged in')
    const write = store.compareAndSet(key, entry.version, { ...entry.value, generation: 1 }, { ttl: 1 })
    await visit.logout()
    expect(await write).toBeUndefined()
    expect(await store.get(key)).toBeUndefined()
    expect(visit.takeCookies()).toEqual([expect.objectContaining({ name: SESSION_COOKIE, maxAge: 0 })])
    expect(visit.user).toBeUndefined()
  })

  it('one that gets too large by a renewal goes on as it was, and no request fails by it', async () => {
    const app = world()
    const browser = await loggedIn(app)
    const visit = await app.inside(browser)
    const { store, key } = visit.place('demo')
    const entry = await store.get(key)
    if (entry === undefined) throw new Error('nobody is logged in')
    const token = { ...entry.value.token, access_token: 'x'.repeat(9000) }
    const write = async (generation: number) => store.compareAndSet(key, entry.version, { ...entry.value, token, generation }, { ttl: 1 })
    const results = await Promise.allSettled([write(1), write(2)])
    expect(results.map((result) => result.status === 'rejected' && (result.reason as { code: string }).code)).toEqual([
      'OAUTH_SESSION_TOO_LARGE',
      'OAUTH_SESSION_TOO_LARGE',
    ])
    expect([visit.current?.generation, (await app.inside(browser)).current?.generation]).toEqual([0, 0])
  })

  it('a copy of the cookie of a session that was ended is worth nothing', async () => {
    const app = world()
    const browser = await loggedIn(app)
    const thief = browser.copy()
    const open = await thief.open()
    await browser.go('/auth/logout', { method: 'POST' })
    expect((await thief.open()).user).toBeUndefined()
    // Not even in a visit that began before.
    app.clock.time += HOUR + 1
    await expect(open.client()()).rejects.toMatchObject({ code: 'OAUTH_MISSING_TOKEN' })
    expect(refreshes(app)).toBe(0)
  })

  it('RF18: where cookies cannot be set a refresh is refused before any request', async () => {
    const app = world()
    const browser = await loggedIn(app)
    app.clock.time += HOUR + 1
    const sent = app.server.requests.length
    const visit = await browser.open('/items', { writable: () => false })
    await expect(visit.client()()).rejects.toMatchObject({ name: 'UsageError', code: 'OAUTH_SESSION_READ_ONLY' })
    await expect(visit.session()?.accessToken()).rejects.toMatchObject({ code: 'OAUTH_SESSION_READ_ONLY' })
    expect(app.server.requests.length).toBe(sent)
    expect(app.sent).toEqual([])
    // The token was not spent: a place that can write goes on.
    expect(await (await browser.open()).client()()).toBe(200)
  })

  it('RF18: a token that is stale but still valid is served all the same', async () => {
    const app = world()
    const browser = await loggedIn(app)
    app.clock.time += HOUR - 30
    const visit = await browser.open('/items', { writable: async () => false })
    expect(await visit.client()()).toBe(200)
    expect([refreshes(app), app.sent]).toEqual([0, ['Bearer access-2']])
  })

  it('RF18: one that cannot write joins the refresh of one that can', async () => {
    const app = world()
    const browser = await loggedIn(app)
    app.clock.time += HOUR + 1
    const { arrived, release } = holdRefresh(app)
    const writer = (await browser.open()).client()()
    await arrived
    const reader = await browser.open('/items', { writable: () => false })
    const joined = reader.client()()
    await settled()
    release(undefined)
    expect(await Promise.all([writer, joined])).toEqual([200, 200])
    expect(refreshes(app)).toBe(1)
    expect(reader.takeCookies()).toEqual([])
  })

  it('RF12: while the provider is down the session and a token that is still valid go on', async () => {
    const app = world()
    const browser = await loggedIn(app)
    app.server.scripts.token = () => {
      throw new TransportError('token', { reason: 'refused', sent: 'no' })
    }
    app.clock.time += HOUR - 30
    expect(await (await browser.open()).client()()).toBe(200)
    app.clock.time += 31
    const visit = await browser.open()
    await expect(visit.client()()).rejects.toMatchObject({ code: 'OAUTH_REFRESH_TRANSIENT' })
    expect(await visit.guard()).toBeUndefined()
    delete app.server.scripts.token
    expect(await (await browser.open()).client()()).toBe(200)
  })

  it('F13 RF19: after invalid_grant the refresh token is gone, and a guarded page asks for one new login; no loop', async () => {
    const app = world()
    const browser = await loggedIn(app)
    app.server.scripts.token = () => json({ error: 'invalid_grant' }, 400)
    app.clock.time += HOUR + 1
    const visit = await browser.open('/items')
    await expect(visit.client()()).rejects.toMatchObject({ code: 'OAUTH_REFRESH_TERMINAL', reason: 'invalid_grant' })
    browser.take(visit)
    const next = await browser.open('/items')
    expect(JSON.stringify((await app.inside(browser)).current)).not.toContain('refresh-')
    expect((await next.guard())?.location).toMatch(/^\/auth\/demo\/login\?/)
    await expect(next.client()()).rejects.toMatchObject({ code: 'OAUTH_REFRESH_TERMINAL' })
    expect(refreshes(app)).toBe(1)
    delete app.server.scripts.token
    await app.login(browser)
    const again = await browser.open('/items')
    expect(await again.guard()).toBeUndefined()
    expect(await again.client()()).toBe(200)
  })

  it('RF14: a token is never sent to another issuer than the one it came from', async () => {
    const app = world()
    const browser = await loggedIn(app)
    app.clock.time += HOUR + 1
    const moved = browser.at(app.instance({ providers: { demo: { ...registered, issuer: 'https://other.example' } } }))
    app.server.scripts.discovery = () =>
      json({
        issuer: 'https://other.example',
        authorization_endpoint: 'https://other.example/a',
        token_endpoint: 'https://other.example/t',
      })
    await expect((await moved.open()).client()()).rejects.toMatchObject({ code: 'OAUTH_PROVIDER_MISMATCH' })
    expect(refreshes(app)).toBe(0)
  })

  it('RD10: the token goes to no other origin than those allowed', async () => {
    const app = world({}, { allowedOrigins: ['https://api.example'] })
    const visit = await (await loggedIn(app)).open()
    for (const url of [
      'https://evil.example/',
      'https://api.example.evil.example/',
      'https://api.example@evil.example/',
      'http://api.example/',
      '//evil.example/',
      'https://API.example:8443/',
    ]) {
      await expect(visit.client()(url)).rejects.toMatchObject({ code: 'OAUTH_ORIGIN_NOT_ALLOWED' })
    }
    expect(await visit.client()('https://api.example/x')).toBe(200)
    expect(app.sent).toHaveLength(1)
  })
})
