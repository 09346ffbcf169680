import { memoryStore as memory } from '@oauth/core/session'
import { type Browser, createBrowser, createSigner, login, startProvider, type TestProvider } from '@oauth-test/provider'
import express, { type ErrorRequestHandler, type RequestHandler } from 'express'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { oauth, type Store } from '../src/index.js'
import { raw } from './raw.js'
import { closeAll, closing, hostileWorld, serve } from './world.js'

afterEach(closeAll)

const SECRET = 'the first secret of the application, long enough'
const EVENTS = { 'http://schemas.openid.net/event/backchannel-logout': {} }
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const PATH = '/auth/demo/backchannel-logout'

/** A store as behind a network, that fails when it is told to. */
function remoteStore(): Store<unknown> & { down: boolean } {
  const { get, compareAndSet, delete: remove } = memory<unknown>()
  const call = async <T>(work: () => T): Promise<Awaited<T>> => {
    if (store.down) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    return await work()
  }
  const store = {
    down: false,
    get: (key: string) => call(() => get(key)),
    compareAndSet: (key: string, ...rest: [string | null, unknown, { readonly ttl: number }]) => call(() => compareAndSet(key, ...rest)),
    delete: (key: string, expected?: string) => call(() => remove(key, expected)),
  }
  return store
}

/** An application that the provider knows, and tells of logouts: of single sessions, or of all that a person has. */
async function application(
  provider: TestProvider,
  { name, ofSessions, store }: { name: string; ofSessions: boolean; store?: Store<unknown> | undefined },
): Promise<string> {
  const { url } = await serve(async (self) => {
    const { client_id: clientId, client_secret: clientSecret } = await provider.addClient({
      client_id: name,
      redirect_uris: [`${self}/auth/demo/callback`],
      post_logout_redirect_uris: [`${self}/`],
      backchannel_logout_uri: `${self}${PATH}`,
      backchannel_logout_session_required: ofSessions,
    })
    const demo = { issuer: provider.issuer, clientId, clientSecret, scope: 'openid' }
    return express()
      .use(oauth({ baseUrl: self, secret: SECRET, session: { name }, store, providers: { demo } }))
      .get('/', (_req, res) => void res.send('home'))
  })
  return url
}

async function logIn(browser: Browser, app: string, username = 'alice'): Promise<Browser> {
  await login(await browser.goto(`${app}/auth/demo/login`), { username })
  expect(await isLoggedIn(browser, app)).toBe(true)
  return browser
}

/** Logs out of an application, and says yes to the provider's question. */
async function logOut(browser: Browser, app: string): Promise<void> {
  const question = await browser.goto(`${app}/auth/logout`, { from: app })
  expect((await question.click('Yes, sign me out')).url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?state=[\w-]{43}$/)
}

/** Asks with the cookies of the application, whosever page is shown. */
async function isLoggedIn(browser: Browser, app: string): Promise<boolean> {
  return (await browser.fetch(`${app}/auth/user`, { credentials: 'include' })).status === 200
}

describe.each([
  ['in cookies', () => undefined],
  ['in a store', remoteStore],
])('a real provider, and sessions %s', (_where, store) => {
  it('LO05: a logout in one browser ends the session of the same person in another, where the provider names the person', async () => {
    const provider = closing(await startProvider())
    const shop = await application(provider, { name: 'shop', ofSessions: false, store: store() })
    const [first, second, bobs] = [createBrowser(), createBrowser(), createBrowser()]
    for (const browser of [first, second]) await logIn(browser, shop)
    await logIn(bobs, shop, 'bob')
    await logOut(first, shop)
    expect(await Promise.all([first, second, bobs].map((browser) => isLoggedIn(browser, shop)))).toEqual([false, false, true])
    // A login in the very second of the logout would be over, too.
    await vi.waitFor(() => logIn(second, shop), { timeout: 10_000, interval: 200 })
    expect(await isLoggedIn(second, shop)).toBe(true)
  })

  it('LO05: a logout at one application ends the session of that browser at the other, and no other session of the person', async () => {
    const provider = closing(await startProvider())
    const shop = await application(provider, { name: 'shop', ofSessions: true, store: store() })
    const forum = await application(provider, { name: 'forum', ofSessions: true, store: store() })
    const [first, second] = [createBrowser(), createBrowser()]
    for (const app of [shop, forum]) for (const browser of [first, second]) await logIn(browser, app)
    expect(await Promise.all([isLoggedIn(first, shop), isLoggedIn(first, forum)])).toEqual([true, true])
    await logOut(first, shop)
    expect(await Promise.all([isLoggedIn(first, shop), isLoggedIn(first, forum)])).toEqual([false, false])
    expect(await Promise.all([isLoggedIn(second, shop), isLoggedIn(second, forum)])).toEqual([true, true])
    expect(provider.errors).toEqual([])
  })
})

interface HostileOptions {
  readonly store?: Store<unknown>
  readonly handler?: ErrorRequestHandler
}

/** An application with one person logged in, at a provider whose logout tokens the test makes and posts. */
async function hostile({ store, handler }: HostileOptions = {}) {
  const signer = createSigner({ alg: 'RS256' })
  const { server, url, browser } = await hostileWorld({ options: { store }, ...(handler === undefined ? {} : { handler }) })
  const now = () => Math.floor(Date.now() / 1000)
  const sign = (claims: object) => {
    const common = { iss: server.url, sub: 'alice', aud: 'client', iat: now(), exp: now() + 120, sid: 'S1' }
    return signer.sign({ ...common, ...claims })
  }
  server.answer('jwks', { body: { keys: [signer.jwk] } })
  server.answer('token', () => {
    const asked = new URL(server.requestsTo('authorization').at(-1)?.url ?? '', server.url).searchParams
    return { body: { access_token: 'access', token_type: 'Bearer', expires_in: 3600, id_token: sign({ nonce: asked.get('nonce') }) } }
  })
  await browser.goto(`${url}/auth/demo/login`)
  expect(await isLoggedIn(browser, url)).toBe(true)
  return {
    url,
    isLoggedIn: () => isLoggedIn(browser, url),
    token: () => sign({ jti: 'jti', events: EVENTS }),
    post: (body: string, headers: Readonly<Record<string, string>> = FORM) => raw(url, PATH, { method: 'POST', headers, body }),
  }
}

describe('a logout token that comes while the store is down', () => {
  it.each<[string, HostileOptions]>([
    ['an application without an error handler', {}],
    // What it says would be a success to the provider, which would not come again.
    ['an application whose error handler answers all with a page', { handler: (_error, _req, res, _next) => void res.status(200).end() }],
  ])('F30: %s: 503, and the same token ends the session when the provider comes again', async (_who, options) => {
    const store = remoteStore()
    const app = await hostile({ store, ...options })
    const body = `logout_token=${app.token()}`
    store.down = true
    const { status, headers, body: answer } = await app.post(body)
    expect([status, JSON.parse(answer)]).toEqual([503, { error: 'server_error', error_description: 'OAUTH_STORE' }])
    expect([headers['cache-control'], headers['set-cookie']]).toEqual(['private, no-store', undefined])
    store.down = false
    expect(await app.isLoggedIn()).toBe(true)
    expect(await app.post(body)).toMatchObject({ status: 200, body: '' })
    expect(await app.isLoggedIn()).toBe(false)
    expect(await app.post(body)).toMatchObject({ status: 200 })
  })
})

describe('LO06: the request', () => {
  it.each<[string, number, (token: string) => [body: string, headers?: Record<string, string>]]>([
    ['JSON', 400, (token) => [JSON.stringify({ logout_token: token }), { 'content-type': 'application/json' }]],
    ['no content type', 400, (token) => [`logout_token=${token}`, {}]],
    ['logout_token twice', 400, (token) => [`logout_token=${token}&logout_token=${token}`]],
    ['1 MiB', 413, (token) => [`logout_token=${token}&more=${'x'.repeat(2 ** 20)}`]],
    ['no token', 400, () => ['']],
  ])('%s: %i, and the session lives', async (_what, status, request) => {
    const app = await hostile()
    const answer = await app.post(...request(app.token()))
    expect([answer.status, JSON.parse(answer.body).error]).toEqual([status, 'invalid_request'])
    expect([answer.headers['cache-control'], answer.headers['set-cookie']]).toEqual(['private, no-store', undefined])
    expect(await app.isLoggedIn()).toBe(true)
  })

  it.each(['GET', 'PUT'])('%s: 405', async (method) => {
    const app = await hostile()
    const answer = await raw(app.url, `${PATH}?logout_token=${app.token()}`, { method })
    expect([answer.status, answer.headers.allow, answer.headers['cache-control']]).toEqual([405, 'POST', 'private, no-store'])
    expect(await app.isLoggedIn()).toBe(true)
  })

  it.each<[string, RequestHandler]>([
    ['a parser of forms', express.urlencoded({ extended: true })],
    ['no parser', (_req, _res, next) => next()],
  ])('is read behind %s', async (_what, before) => {
    const provider = { issuer: 'http://127.0.0.1:1', clientId: 'client' }
    const { url } = await serve((self) => {
      const routes = oauth({ baseUrl: self, secret: SECRET, providers: { demo: provider } })
      return Promise.resolve(express().use(before).use(routes))
    })
    const post = (body: string) => raw(url, PATH, { method: 'POST', headers: FORM, body })
    // Where the token is found, the provider is asked how to check it.
    expect(JSON.parse((await post('logout_token=x')).body)).toMatchObject({ error: 'server_error' })
    expect(JSON.parse((await post('logout_token=x&logout_token=x')).body)).toMatchObject({ error: 'invalid_request' })
  })
})
