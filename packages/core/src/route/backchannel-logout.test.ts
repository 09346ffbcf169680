import { describe, expect, it } from 'vitest'
import { json } from '../../test/answers.js'
import { createSigner, signHs256, unsigned } from '../../test/signer.js'
import { NAVIGATION, SCRIPT, type TestBrowser } from './testing/browser.js'
import { type SharedStore, sharedStore } from './testing/shared-store.js'
import { type Call, type LoginOptions, type Options, registered, TWO_PROVIDERS, type World, world } from './testing/world.js'

const PATH = '/auth/demo/backchannel-logout'
const EVENTS = { 'http://schemas.openid.net/event/backchannel-logout': {} }
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

interface App extends World {
  /** Where sessions are, with a store. */
  readonly store?: SharedStore
}

function inCookies(options: Options = {}): App {
  return world(options)
}

function inStore(options: Options = {}): App & { readonly store: SharedStore } {
  const time = { now: () => 0 }
  const store = sharedStore(() => time.now())
  const app = world({ store, ...options })
  time.now = () => app.clock.time
  app.clock.sleep = () => new Promise((resolve) => void setImmediate(resolve))
  return Object.assign(app, { store })
}

/** The claims of a logout token for Alice's session S1, as it is issued now. */
function claims({ server, clock }: World, different: object = {}) {
  const { time: iat } = clock
  return { iss: server.issuer, aud: 'client', iat, exp: iat + 120, jti: `${iat}`, sub: 'alice', sid: 'S1', events: EVENTS, ...different }
}

function logoutToken(app: World, different: object = {}, header: object = { typ: 'logout+jwt' }): string {
  return app.server.signer.sign(claims(app, different), { ...header })
}

/** What the provider posts, which has no cookies. */
function post(app: World, token: string, { path = PATH, routes = app.routes } = {}) {
  const pairs = [['logout_token', token]] as const
  return app
    .browser()
    .at(routes)
    .go(path, { method: 'POST', headers: FORM, body: { kind: 'form', pairs } })
}

/** The provider's word that a session has ended, a second after the last login. */
async function end(app: World, different: object = {}) {
  app.clock.time += 1
  const answer = await post(app, logoutToken(app, different))
  app.clock.time += 1
  return answer
}

async function loggedIn(app: World, how: LoginOptions = {}): Promise<TestBrowser<Call>> {
  const browser = app.browser()
  const { error } = await app.login(browser, { claims: { sid: 'S1' }, ...how })
  if (error !== undefined) throw error
  return browser
}

async function isLoggedIn(browser: TestBrowser<Call>): Promise<boolean> {
  return (await browser.copy().go('/auth/user', { headers: SCRIPT })).status === 200
}

describe.each([
  ['in cookies', inCookies],
  ['in a store', inStore],
])('sessions %s', (_where, start) => {
  it('LO05: the session that the provider names is over at its next request, and the browser can log in again', async () => {
    const app = start()
    const browser = await loggedIn(app)
    const answer = await end(app)
    expect([answer.status, answer.body, answer.cookies]).toEqual([200, '', []])
    expect(answer.headers['cache-control']).toContain('no-store')
    expect(await isLoggedIn(browser)).toBe(false)
    const visit = await browser.open('/orders')
    expect([visit.user, visit.session('demo'), (await visit.guard())?.location]).toEqual([
      undefined,
      undefined,
      '/auth/demo/login?returnTo=%2Forders',
    ])
    expect(() => visit.client()).toThrow('Nobody is logged in')
    // At a provider whose own session goes on, it is the same one.
    await app.login(browser, { claims: { sid: 'S1' } })
    expect(await isLoggedIn(browser)).toBe(true)
  })

  it.each([
    ['sid', { sub: undefined }, [false, true, true, true]],
    ['sid and sub', {}, [false, true, true, true]],
    ['sub', { sid: undefined }, [false, false, false, true]],
    ['a sid that nobody has', { sid: 'S9' }, [true, true, true, true]],
    ['a sid that is the sub of somebody', { sid: 'alice', sub: undefined }, [true, true, true, true]],
    ['a sub that is the sid of somebody', { sid: undefined, sub: 'S1' }, [true, true, true, true]],
  ])('LO05: of three sessions of one person, and one of another, exactly those named by %s end', async (_what, named, left) => {
    const app = start()
    const logins = [
      { claims: { sid: 'S1' } },
      { claims: { sid: 'S2' } },
      { claims: { sid: undefined } },
      { sub: 'bob', claims: { sid: 'S3' } },
    ]
    const browsers = []
    for (const login of logins) browsers.push(await loggedIn(app, login))
    expect((await end(app, named)).status).toBe(200)
    expect(await Promise.all(browsers.map(isLoggedIn))).toEqual(left)
  })

  it('LO05: a token for one client leaves the logins of another at the same provider alone', async () => {
    const app = start({ providers: TWO_PROVIDERS })
    const browsers = [await loggedIn(app), await loggedIn(app, { provider: 'other' })]
    expect((await end(app, { sid: undefined })).status).toBe(200)
    expect(await Promise.all(browsers.map(isLoggedIn))).toEqual([false, true])
    const other = await post(app, logoutToken(app, { sid: undefined, aud: 'client-2' }), { path: '/auth/other/backchannel-logout' })
    expect(other.status).toBe(200)
    expect(await Promise.all(browsers.map(isLoggedIn))).toEqual([false, false])
    // A path takes the tokens of its own client alone.
    expect((await post(app, logoutToken(app, { sid: undefined }), { path: '/auth/other/backchannel-logout' })).status).toBe(400)
  })

  it('LO05: of several logins in one session the one that was named ends, and a login after it keeps the others', async () => {
    const app = start({ providers: TWO_PROVIDERS })
    const browser = await loggedIn(app)
    const visit = await browser.open('/link', { method: 'POST' })
    const url = await visit.login('other', { link: true })
    browser.take(visit)
    await browser.go(`/auth/other/callback?${app.server.authorize(url, { sub: 'bob', claims: { sid: 'S2' } })}`)
    await end(app)
    const { session } = await browser.open()
    expect([session('demo'), session('other')?.user.sub]).toEqual([undefined, 'bob'])
    await app.login(browser, { provider: 'other', sub: 'bob' })
    // It is not in the new session, also for an instance that was not told.
    const again = await browser.at(app.instance()).open()
    expect([again.session('demo'), again.session('other')?.user.sub]).toEqual([undefined, 'bob'])
  })

  it('a login that was begun to be linked to the session is refused', async () => {
    const app = start({ providers: TWO_PROVIDERS })
    const browser = await loggedIn(app)
    const visit = await browser.open('/link', { method: 'POST' })
    const url = await visit.login('other', { link: true })
    browser.take(visit)
    await end(app)
    const { error } = await browser.go(`/auth/other/callback?${app.server.authorize(url)}`)
    expect(error).toMatchObject({ code: 'OAUTH_SESSION_CHANGED' })
    expect(await isLoggedIn(browser)).toBe(false)
  })

  it('LO04: a token that comes again is a success, and ends no login that was made meanwhile', async () => {
    const app = start()
    const browser = await loggedIn(app)
    app.clock.time += 1
    const token = logoutToken(app)
    expect((await post(app, token)).status).toBe(200)
    app.clock.time += 1
    await app.login(browser, { claims: { sid: 'S1' } })
    expect((await post(app, token)).status).toBe(200)
    expect(await isLoggedIn(browser)).toBe(true)
  })

  it('LO04: nor does an older one that comes late take back what a newer one has ended', async () => {
    const app = start()
    app.clock.time += 1
    const older = logoutToken(app)
    app.clock.time += 1
    const browser = await loggedIn(app)
    await end(app)
    expect((await post(app, older)).status).toBe(200)
    expect(await isLoggedIn(browser)).toBe(false)
  })

  it('a login in the same second as the logout is over: nobody knows which was first', async () => {
    const app = start()
    const browser = await loggedIn(app)
    app.clock.time += 0.9
    expect((await post(app, logoutToken(app, { iat: Math.floor(app.clock.time) }))).status).toBe(200)
    expect(await isLoggedIn(browser)).toBe(false)
    app.clock.time += 0.1
    await app.login(browser, { claims: { sid: 'S1' } })
    expect(await isLoggedIn(browser)).toBe(true)
  })

  it('is known as long as a session may last that was begun before', async () => {
    const app = start({ session: { lifetime: 3600 } })
    const browser = await loggedIn(app)
    await end(app)
    app.clock.time += 3590
    expect(await isLoggedIn(browser)).toBe(false)
  })

  it('leaves a login without an ID token alone, whatever it calls the person', async () => {
    const app = start({ providers: { demo: { ...registered, scope: '', profile: () => ({ sub: 'alice' }) } } })
    const browser = await loggedIn(app)
    expect((await end(app, { sid: undefined })).status).toBe(200)
    expect(await isLoggedIn(browser)).toBe(true)
  })
})

describe('what is no logout token', () => {
  const other = createSigner('ES256')
  const idToken = { events: undefined, jti: undefined, nonce: 'n', sid: 'S1' }

  it.each<[row: string, code: string, token: (app: World) => string]>([
    ['LO01: alg none', 'ALG', (app) => unsigned(claims(app))],
    ['LO01: alg of another kind', 'ALG', (app) => signHs256('the-client-secret', claims(app), { typ: 'logout+jwt' })],
    ['LO01: a signature of somebody else', 'SIG', (app) => other.sign(claims(app), { typ: 'logout+jwt' })],
    ['LO01: wrong iss', 'ISS', (app) => logoutToken(app, { iss: 'https://evil.example' })],
    ['LO01: no iss', 'ISS', (app) => logoutToken(app, { iss: undefined })],
    ['LO01: wrong aud', 'AUD', (app) => logoutToken(app, { aud: 'client-2' })],
    ['LO01: no aud', 'AUD', (app) => logoutToken(app, { aud: undefined })],
    ['LO01: an aud beside this client', 'AUD', (app) => logoutToken(app, { aud: ['client', 'client-2'] })],
    ['LO02: no events', 'EVENTS', (app) => logoutToken(app, { events: undefined })],
    ['LO02: wrong event', 'EVENTS', (app) => logoutToken(app, { events: { 'https://schemas.example/other': {} } })],
    ['LO02: an event that is no object', 'EVENTS', (app) => logoutToken(app, { events: { [Object.keys(EVENTS)[0] ?? '']: true } })],
    ['LO02: events that are a list', 'EVENTS', (app) => logoutToken(app, { events: Object.keys(EVENTS) })],
    ['LO02: a nonce', 'NONCE', (app) => logoutToken(app, { nonce: 'n' })],
    ['LO02: a nonce of null', 'NONCE', (app) => logoutToken(app, { nonce: null })],
    ['LO02: an ID token', 'EVENTS', (app) => logoutToken(app, idToken, { typ: 'JWT' })],
    ['LO02: typ of an access token', 'TYP', (app) => logoutToken(app, {}, { typ: 'at+jwt' })],
    ['LO02: typ of a DPoP proof', 'TYP', (app) => logoutToken(app, {}, { typ: 'dpop+jwt' })],
    ['LO02: neither sid nor sub', 'SUB', (app) => logoutToken(app, { sid: undefined, sub: undefined })],
    ['LO02: a sub of 256 characters', 'SUB', (app) => logoutToken(app, { sub: 'a'.repeat(256) })],
    ['LO02: a sid that is empty', 'SID', (app) => logoutToken(app, { sid: '' })],
    ['LO03: no iat', 'IAT', (app) => logoutToken(app, { iat: undefined })],
    ['LO03: neither iat nor exp', 'IAT', (app) => logoutToken(app, { iat: undefined, exp: undefined })],
    ['LO03: an iat in the future', 'IAT', (app) => logoutToken(app, { iat: app.clock.time + 11, exp: app.clock.time + 60 })],
    ['LO03: no jti', 'JTI', (app) => logoutToken(app, { jti: undefined })],
    ['LO03: expired', 'EXP', (app) => logoutToken(app, { iat: app.clock.time - 60, exp: app.clock.time - 10 })],
    ['LO03: no exp, and older than two minutes', 'EXP', (app) => logoutToken(app, { iat: app.clock.time - 130, exp: undefined })],
    ['not valid yet', 'NBF', (app) => logoutToken(app, { nbf: app.clock.time + 11 })],
    ['crit', 'CRIT', (app) => logoutToken(app, {}, { typ: 'logout+jwt', crit: ['exp'] })],
    ['no JWT', 'MALFORMED', () => 'eyJhbGciOiJFUzI1NiJ9.e30'],
  ])('%s: 400, and the session lives', async (_row, word, token) => {
    const app = inStore()
    const events: unknown[] = []
    app.clock.emit = (event) => void events.push(event)
    const browser = await loggedIn(app)
    const { status, body, headers, cookies } = await post(app, token(app))
    const code = `OAUTH_LOGOUT_TOKEN_${word}`
    expect([status, JSON.parse(body), cookies]).toEqual([400, { error: 'invalid_request', error_description: code }, []])
    expect(headers).toMatchObject({ 'cache-control': 'private, no-store', 'content-type': 'application/json; charset=utf-8' })
    expect(await isLoggedIn(browser)).toBe(true)
    expect(events).toEqual([{ type: 'logout-failed', detail: code }])
  })

  it.each([
    ['typ JWT', {}, { typ: 'JWT' }],
    ['no typ', {}, {}],
    ['typ application/logout+jwt', {}, { typ: 'application/logout+jwt' }],
    ['LO03: no exp, for two minutes', { exp: undefined }, {}],
    ['an aud that is a list', { aud: ['client'] }, {}],
    ['claims that nobody knows', { extra: { nested: true } }, {}],
  ])('is taken: %s', async (_what, different, header) => {
    const app = inStore()
    const browser = await loggedIn(app)
    expect((await post(app, logoutToken(app, different, header))).status).toBe(200)
    expect(await isLoggedIn(browser)).toBe(false)
  })

  it('LO01: a key that is not known is looked for, once in a while', async () => {
    const app = inStore()
    const browser = await loggedIn(app)
    const rotated = createSigner('ES256', { kid: 'new' })
    const token = rotated.sign(claims(app), { typ: 'logout+jwt' })
    const answers = [await post(app, token), await post(app, token)]
    expect(answers.map(({ status, body }) => [status, JSON.parse(body).error_description])).toEqual(
      Array(2).fill([400, 'OAUTH_KEY_NOT_FOUND']),
    )
    expect(app.server.requests.filter(({ endpoint }) => endpoint === 'jwks')).toHaveLength(2)
    app.server.scripts.jwks = () => json({ keys: [rotated.jwk] })
    app.clock.time += 31
    expect((await post(app, rotated.sign(claims(app)))).status).toBe(200)
    expect(await isLoggedIn(browser)).toBe(false)
  })
})

describe('LO06: the request', () => {
  const form = (pairs: readonly (readonly [string, string])[]) => ({ kind: 'form', pairs }) as const

  it.each(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])('%s: 405, which says what is taken', async (method) => {
    const app = inStore()
    const { status, headers } = await app.browser().go(`${PATH}?logout_token=${logoutToken(app)}`, { method })
    expect([status, headers['allow'], headers['cache-control']]).toEqual([405, 'POST', 'private, no-store'])
  })

  it.each([
    ['no body', 400, undefined],
    ['JSON', 400, { kind: 'unsupported' } as const],
    ['1 MiB', 413, { kind: 'too_large' } as const],
    ['no logout_token', 400, form([['token', 'x']])],
  ])('%s: %i', async (_what, status, body) => {
    const app = inStore()
    const answer = await app.browser().go(PATH, { method: 'POST', headers: FORM, ...(body === undefined ? {} : { body }) })
    expect([answer.status, JSON.parse(answer.body).error]).toEqual([status, 'invalid_request'])
    expect(answer.headers['cache-control']).toContain('no-store')
  })

  it('a token in the query, or two: 400, and the session lives', async () => {
    const app = inStore()
    const browser = await loggedIn(app)
    const token = logoutToken(app)
    const pair = ['logout_token', token] as const
    const inQuery = await app.browser().go(`${PATH}?logout_token=${token}`, { method: 'POST', headers: FORM, body: form([]) })
    const twice = await app.browser().go(PATH, { method: 'POST', headers: FORM, body: form([pair, pair]) })
    expect([inQuery.status, twice.status, await isLoggedIn(browser)]).toEqual([400, 400, true])
  })

  it('reads no session, whatever cookies come along, and sets none', async () => {
    const app = inStore()
    const browser = await loggedIn(app)
    app.store.fail.get = /^s:/
    const body = form([['logout_token', logoutToken(app)]])
    const { status, cookies } = await browser.go(PATH, { method: 'POST', headers: { ...FORM, ...NAVIGATION }, body })
    expect([status, cookies]).toEqual([200, []])
  })

  it('a provider that its function does not know for this request: 404', async () => {
    const app = inStore({ providers: { demo: () => undefined } })
    expect((await post(app, 'x')).status).toBe(404)
  })
})

describe('when something fails', () => {
  it.each(['get', 'compareAndSet'] as const)(
    'F30, LO07: the store, at %s: 503, and the same token works when the provider tries again',
    async (call) => {
      const app = inStore()
      const events: unknown[] = []
      app.clock.emit = (event) => void events.push(event)
      const browser = await loggedIn(app)
      app.clock.time += 1
      const token = logoutToken(app)
      app.store.fail[call] = /./
      const { status, body, headers, error } = await post(app, token)
      expect([status, JSON.parse(body), error]).toEqual([503, { error: 'server_error', error_description: 'OAUTH_STORE' }, undefined])
      expect(headers['cache-control']).toContain('no-store')
      expect(events).toEqual([{ type: 'logout-failed', detail: 'OAUTH_STORE' }])
      delete app.store.fail[call]
      expect(await isLoggedIn(browser)).toBe(true)
      app.clock.time += 60
      expect((await post(app, token)).status).toBe(200)
      expect(await isLoggedIn(browser)).toBe(false)
    },
  )

  it('F30: a store that has written, and whose answer is lost: 503, and again is as good as once', async () => {
    const app = inStore()
    const browser = await loggedIn(app)
    app.clock.time += 1
    const token = logoutToken(app)
    const { store } = app
    const { compareAndSet } = store
    store.compareAndSet = async (...call) => {
      store.compareAndSet = compareAndSet
      await compareAndSet(...call)
      throw new Error('connection lost')
    }
    expect([(await post(app, token)).status, await isLoggedIn(browser), (await post(app, token)).status]).toEqual([503, false, 200])
  })

  it('LO07: a store that cannot be asked for logouts lets nobody in', async () => {
    const app = inStore()
    const browser = await loggedIn(app)
    app.store.fail.get = /^lo:/
    await expect(browser.open()).rejects.toMatchObject({ code: 'OAUTH_STORE' })
  })

  it.each(['discovery', 'jwks'] as const)('the provider itself, at %s: 502, and nothing is written', async (endpoint) => {
    const app = inStore()
    app.server.scripts[endpoint] = () => json({}, 503)
    const { status, body } = await post(app, logoutToken(app))
    expect([status, JSON.parse(body).error]).toEqual([502, 'server_error'])
    expect(app.store.writes).toEqual([])
  })

  it("what a function of the request throws is the application's", async () => {
    const mine = new Error('no such tenant')
    const app = inStore({
      providers: {
        demo: () => {
          throw mine
        },
      },
    })
    expect((await post(app, 'x')).error).toBe(mine)
  })
})

describe('in a store', () => {
  it('ends the session on every instance, and deletes it with its token', async () => {
    const app = inStore()
    const browser = await loggedIn(app)
    await end(app)
    const kept = () => [...app.store.contents.keys()].map((key) => key.slice(0, key.indexOf(':'))).sort()
    expect(kept()).toEqual(['lo', 's', 't', 'tx'])
    expect(await isLoggedIn(browser.at(app.instance()))).toBe(false)
    expect(kept()).toEqual(['lo', 'tx'])
  })

  it('the request that finds out has no session', async () => {
    const app = inStore()
    const browser = await loggedIn(app)
    await end(app)
    expect((await app.inside(browser)).current).toBeUndefined()
  })

  it('says nothing of the person in the key, and keeps it for the lifetime of a session', async () => {
    const app = inStore({ session: { lifetime: 3600 } })
    await end(app, { sid: undefined, sub: 'a'.repeat(255) })
    expect(app.store.writes).toEqual([{ what: 'set', key: expect.stringMatching(/^lo:[\w-]{43}$/), ttl: 3600 }])
  })

  it('is told by two instances at once: both are kept', async () => {
    const app = inStore({ providers: TWO_PROVIDERS })
    const browsers = [await loggedIn(app), await loggedIn(app, { provider: 'other' })]
    app.clock.time += 1
    const tell = (aud: string, name: string, routes = app.routes) =>
      post(app, logoutToken(app, { aud }), { path: `/auth/${name}/backchannel-logout`, routes })
    const answers = await Promise.all([tell('client', 'demo'), tell('client-2', 'other', app.instance())])
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    expect(await Promise.all(browsers.map(isLoggedIn))).toEqual([false, false])
  })

  it('RF05: a renewal that is under way brings nothing back, and its tokens are given back', async () => {
    const app = inStore()
    const browser = await loggedIn(app)
    app.clock.time += 4000
    const arrived = Promise.withResolvers<void>()
    const released = Promise.withResolvers<void>()
    app.server.scripts.token = async (request) => {
      delete app.server.scripts.token
      const answer = await app.server.respond(request)
      arrived.resolve()
      await released.promise
      return answer
    }
    const visit = await browser.open()
    const call = visit
      .client()()
      .catch((error: unknown) => error)
    await arrived.promise
    await end(app)
    expect(await isLoggedIn(browser.at(app.instance()))).toBe(false)
    released.resolve()
    expect(await call).toBeInstanceOf(Error)
    expect([...app.store.contents.keys()].filter((key) => key.startsWith('t:'))).toEqual([])
    expect(app.server.revoked).toHaveLength(1)
  })

  it('is read with the tokens: as many round trips as without, and none for a login that cannot be ended so', async () => {
    const app = inStore()
    const asked: string[] = []
    const { get } = app.store
    let atOnce = 0
    let steps = 0
    app.store.get = async (key) => {
      asked.push(key.slice(0, key.indexOf(':')))
      if (atOnce++ === 0) queueMicrotask(() => void steps++)
      await new Promise<void>((resolve) => void setImmediate(resolve))
      atOnce--
      return get(key)
    }
    const openid = await loggedIn(app)
    const plain = await loggedIn(app, { claims: { sid: undefined } })
    asked.splice(0)
    steps = 0
    await openid.open()
    expect([asked.splice(0), steps]).toEqual([['s', 't', 'lo', 'lo'], 2])
    await plain.open()
    expect(asked.splice(0)).toEqual(['s', 't', 'lo'])
  })

  it('is not ended by what somebody else has written there', async () => {
    const app = inStore()
    const browser = await loggedIn(app)
    await end(app)
    const [key = ''] = [...app.store.contents.keys()].filter((one) => one.startsWith('lo:'))
    for (const value of [null, 'text', { v: 2, clients: { client: 1e12 } }, { v: 1, clients: null }, { v: 1, clients: { client: 'x' } }]) {
      const { version = '' } = (await app.store.get(key)) ?? {}
      await app.store.compareAndSet(key, version, value, { ttl: 60 })
      expect(await isLoggedIn(browser)).toBe(true)
    }
    expect((await end(app)).status).toBe(200)
    expect(await isLoggedIn(browser)).toBe(false)
  })
})

describe('in cookies', () => {
  it('is known to the process that was told, also for a copy of the cookie; another one reads it until its time is over', async () => {
    const app = inCookies()
    const browser = await loggedIn(app)
    const second = app.instance()
    const copy = browser.copy()
    await end(app)
    expect([await isLoggedIn(browser), await isLoggedIn(copy)]).toEqual([false, false])
    expect((await copy.at(second).go('/auth/user', { headers: SCRIPT })).status).toBe(200)
  })

  it('takes the cookie, with its tokens, from the browser that goes to a page', async () => {
    const app = inCookies()
    const browser = await loggedIn(app)
    await end(app)
    browser.take(await browser.open('/', { headers: SCRIPT }))
    expect(browser.jar.size).toBe(1)
    browser.take(await browser.open('/'))
    expect(browser.jar.size).toBe(0)
  })

  it('is known at once to a request that is under way', async () => {
    const app = inCookies()
    const browser = await loggedIn(app)
    const visit = await browser.open()
    expect(visit.user?.sub).toBe('alice')
    await end(app)
    expect([visit.user, visit.provider]).toEqual([undefined, undefined])
  })
})
