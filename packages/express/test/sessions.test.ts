import { memoryStore as memory } from '@oauth/core/session'
import { type Browser, createBrowser, listen, login, startProvider } from '@oauth-test/provider'
import express, { type ErrorRequestHandler, type Express } from 'express'
import { MemoryStore } from 'express-session'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { operatorWarnings } from '../../core/test/operator-warnings.js'
import { expressSessionStore, memoryStore, oauth, requireLogin, type Store, statusOf } from '../src/index.js'
import { NAVIGATION, raw } from './raw.js'
import { clock, closeAll, closing } from './world.js'

afterEach(async () => {
  vi.unstubAllEnvs()
  await closeAll()
})

const SECRET = 'the first secret of the application, long enough'
const COOKIE = 'oauth.session.0'

/** A store that other processes could reach, as one behind a network, and that fails when it is told to. */
interface RemoteStore extends Store<unknown> {
  down: boolean
}

function remoteStore(): RemoteStore {
  const { get, compareAndSet, delete: remove } = memory<unknown>()
  const call = async <T>(work: () => T): Promise<Awaited<T>> => {
    await undefined
    if (store.down) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    return await work()
  }
  const store: RemoteStore = {
    down: false,
    get: (key) => call(() => get(key)),
    compareAndSet: (key, ...rest) => call(() => compareAndSet(key, ...rest)),
    delete: (key, ...rest) => call(() => remove(key, ...rest)),
  }
  return store
}

/** Instances of one application behind one address, each request at the next one. */
async function balanced({ store = remoteStore(), handler }: { store?: RemoteStore; handler?: ErrorRequestHandler } = {}) {
  const provider = closing(await startProvider({ accessTokenTtl: 60, alwaysIssueRefreshToken: false }))
  const time = clock()
  const instances: Express[] = []
  let turn = 0
  const { url } = closing(await listen((req, res) => instances[turn++ % instances.length]?.(req, res)))
  const client = await provider.addClient({
    client_id: 'balanced',
    redirect_uris: [`${url}/auth/demo/callback`],
    post_logout_redirect_uris: [`${url}/`],
  })
  const registration = { issuer: provider.issuer, clientId: client.client_id, clientSecret: client.client_secret }
  const demo = { ...registration, scope: 'openid email offline_access', authorizationParameters: { prompt: 'consent' } }

  function instance(): Express {
    const app = express()
    app.use(oauth({ baseUrl: url, secret: SECRET, store, environment: time, providers: { demo } }))
    app.get('/token', requireLogin(), async (req, res) => {
      res.send(await req.oauth.session()?.accessToken())
    })
    app.get('/stream', requireLogin(), async (req, res) => {
      res.write('begun ')
      res.end(await req.oauth.session()?.accessToken())
    })
    app.get('/open', (req, res) => {
      res.send(req.oauth.user?.sub ?? 'nobody')
    })
    if (handler !== undefined) app.use(handler)
    return app
  }

  instances.push(instance(), instance())
  return {
    provider,
    url,
    time,
    store,
    /** All of them are started again. */
    restart: () => void instances.splice(0, instances.length, instance(), instance()),
    async loggedIn(): Promise<Browser> {
      const browser = createBrowser()
      const page = await login(await browser.goto(`${url}/open`).then(() => browser.goto(`${url}/auth/demo/login?returnTo=/open`)), {
        username: 'alice',
      })
      expect([page.status, page.text]).toEqual([200, 'alice'])
      return browser
    },
  }
}

describe('instances on one store', () => {
  it('a login begins at one and ends at another, and is a login at all of them, also after a restart; the cookie stays as it is', async () => {
    const { loggedIn, url, restart, time, provider } = await balanced()
    const browser = await loggedIn()
    const cookie = browser.cookies.get(COOKIE, url)
    const page = async (path: string) => (await browser.goto(`${url}${path}`)).text
    expect([await page('/open'), await page('/open'), await page('/open')]).toEqual(['alice', 'alice', 'alice'])
    restart()
    const token = await page('/token')
    time.ahead += 61
    const renewed = await page('/token')
    expect([await page('/token'), await page('/token')]).toEqual([renewed, renewed])
    expect(renewed).not.toBe(token)
    expect([provider.tokenRequests('refresh_token'), browser.cookies.get(COOKIE, url)]).toEqual([1, cookie])
  })

  it('RF02: thirty requests with an expired token, spread over them, make one refresh', async () => {
    const { loggedIn, url, time, provider } = await balanced()
    const browser = await loggedIn()
    time.ahead += 61
    const answers = await Promise.all(Array.from({ length: 30 }, async () => (await browser.fetch(`${url}/token`)).text()))
    expect([new Set(answers).size, provider.tokenRequests('refresh_token'), provider.reuseDetected]).toEqual([1, 1, 0])
  })

  it('a token is renewed although the answer has begun', async () => {
    const { loggedIn, url, time, provider } = await balanced()
    const browser = await loggedIn()
    time.ahead += 61
    expect(await (await browser.fetch(`${url}/stream`)).text()).toMatch(/^begun [\w.-]+$/)
    expect(provider.tokenRequests('refresh_token')).toBe(1)
  })

  it('RF05: a logout at one ends the session at all; a copy of the cookie is worth nothing, and the tokens are revoked', async () => {
    const { loggedIn, url, provider } = await balanced()
    const browser = await loggedIn()
    const cookie = `${COOKIE}=${browser.cookies.get(COOKIE, url)?.value}`
    const copies = async () => {
      const pages = await Promise.all([1, 2, 3].map(() => raw(url, '/open', { headers: { ...NAVIGATION, cookie } })))
      return pages.map(({ body }) => body)
    }
    expect(await copies()).toEqual(['alice', 'alice', 'alice'])
    await browser.goto(`${url}/auth/logout`, { from: url })
    expect(await copies()).toEqual(['nobody', 'nobody', 'nobody'])
    expect(provider.requests.filter(({ endpoint, status }) => endpoint === 'revocation' && status === 200)).toHaveLength(1)
  })
})

describe('SS19 F16: a store that is down', () => {
  const pages = ['/token', '/open', '/auth/user', '/auth/demo/login', '/auth/logout']

  async function answers(handler?: ErrorRequestHandler) {
    const made = await balanced(handler === undefined ? {} : { handler })
    const browser = await made.loggedIn()
    const cookie = `${COOKIE}=${browser.cookies.get(COOKIE, made.url)?.value}`
    made.store.down = true
    const asked = await Promise.all(pages.map((path) => raw(made.url, path, { headers: { ...NAVIGATION, cookie } })))
    const scripted = await raw(made.url, '/token', { headers: { accept: '*/*', 'sec-fetch-mode': 'cors', cookie } })
    return { ...made, browser, cookie, answers: [...asked, scripted] }
  }

  it('every page answers 503 and no-store: nobody is let through, sent to the login or logged out', async () => {
    const { answers: found, store, browser, url, provider } = await answers()
    const before = provider.requests.length
    for (const { status, headers } of found) {
      expect([status, headers['cache-control'], headers.location, headers['set-cookie']]).toEqual([
        503,
        'private, no-store',
        undefined,
        undefined,
      ])
    }
    store.down = false
    expect((await browser.goto(`${url}/open`)).text).toBe('alice')
    expect(provider.requests.length).toBe(before)
  })

  it("an application's own error handler gets the StoreError, with the status set", async () => {
    const told: unknown[] = []
    const handler: ErrorRequestHandler = (error, _req, res, _next) => {
      told.push([error.code, res.statusCode, statusOf(error)])
      res.send('try again')
    }
    const { answers: found } = await answers(handler)
    expect(found.map(({ status, body }) => [status, body])).toEqual(found.map(() => [503, 'try again']))
    expect(told).toEqual(found.map(() => ['OAUTH_STORE', 503, 503]))
  })

  it('who has no session is nobody, and needs no store', async () => {
    const { url, store } = await balanced()
    store.down = true
    expect((await raw(url, '/open', { headers: NAVIGATION })).body).toBe('nobody')
    const guarded = await raw(url, '/token', { headers: NAVIGATION })
    expect([guarded.status, guarded.headers.location]).toEqual([303, '/auth/demo/login?returnTo=%2Ftoken'])
  })

  it('at a logout: 503, the cookie stays, and the next try logs out', async () => {
    const { url, store, browser, provider } = await answers()
    const failed = await browser.goto(`${url}/auth/logout`, { from: url })
    expect([failed.status, provider.requests.filter(({ endpoint }) => endpoint === 'revocation')]).toEqual([503, []])
    // Who is still logged in is told so, and not to log in.
    expect([failed.text.includes('The session cannot be read, kept or ended right now.'), failed.text.includes('Log in again')]).toEqual([
      true,
      false,
    ])
    store.down = false
    expect((await browser.goto(`${url}/open`)).text).toBe('alice')
    await browser.goto(`${url}/auth/logout`, { from: url })
    expect((await browser.goto(`${url}/open`)).text).toBe('nobody')
  })
})

describe('a store of one process', () => {
  const options = {
    baseUrl: 'https://app.example',
    secret: SECRET,
    providers: { demo: { issuer: 'https://as.example', clientId: 'client' } },
  }

  const WARNING = { type: 'OAuthWarning', code: 'OAUTH_MEMORY_STORE' }

  it('is warned of in production, with a code; cookies are not, and stores that others can reach', () => {
    const warned = operatorWarnings()
    oauth(options)
    oauth({ ...options, store: remoteStore() })
    expect(warned).toEqual([])
    oauth({ ...options, store: memoryStore() })
    expect(warned).toEqual([[expect.stringMatching(/^Sessions are in a store/), WARNING]])
  })

  it('of express-session is warned of for what else it cannot do, and for nothing more', () => {
    const warned = operatorWarnings()
    oauth({ ...options, store: expressSessionStore(new MemoryStore()) })
    expect(warned).toEqual([[expect.any(String), { type: 'OAuthWarning', code: 'OAUTH_ONE_PROCESS' }]])
  })
})
