import { describe, expect, it } from 'vitest'
import { isOAuthError } from '../error/any-oauth-error.js'
import type { Store } from '../session/store.js'
import type { TokenRecord } from '../session/token-record.js'
import type { TestBrowser } from './testing/browser.js'
import { sharedStore } from './testing/shared-store.js'
import { type Call, SESSION_COOKIE, TWO_PROVIDERS, type World, world } from './testing/world.js'

const HOUR = 3600

/** How a call of the store fails: before anything was done, or with the answer lost; this call alone, or all from then on. */
const FAULTS = ['refused', 'answer lost', 'refused from then on', 'answer lost, then refused'] as const
type Fault = (typeof FAULTS)[number]

interface Faulty {
  readonly app: World
  readonly browser: TestBrowser<Call>
  readonly contents: ReadonlyMap<string, unknown>
  /** Refresh tokens that were issued since the store fails, and neither spent nor given back. */
  live(): readonly string[]
  /** Lets the n-th call from now on fail. Counts the calls. */
  arm(n: number, fault: Fault): { readonly calls: number }
  disarm(): void
}

function faulty(): Faulty {
  const time = { now: () => 0 }
  const inner = sharedStore(() => time.now())
  let armed: { n: number; fault: Fault; calls: number } | undefined
  async function call<T>(work: () => T): Promise<Awaited<T>> {
    if (armed === undefined) return await work()
    armed.calls += 1
    const { n, fault, calls } = armed
    const isHit = calls === n || (calls > n && fault.includes('then'))
    if (isHit && fault.startsWith('answer lost') && calls === n) await work()
    if (isHit) throw Object.assign(new Error('connection lost'), { code: 'ECONNRESET' })
    return await work()
  }
  const store: Store<unknown> = {
    get: (key) => call(() => inner.get(key)),
    compareAndSet: (...args) => call(() => inner.compareAndSet(...args)),
    delete: (...args) => call(() => inner.delete(...args)),
  }
  const app = world({
    store,
    providers: TWO_PROVIDERS,
    session: { idle: 10 * HOUR },
  })
  time.now = () => app.clock.time
  app.clock.sleep = () => new Promise((resolve) => void setImmediate(resolve))
  const issued = new Set<string>()
  const { respond } = app.server
  app.server.respond = async (request) => {
    const answer = await respond(request)
    const { refresh_token } = request.endpoint === 'token' ? JSON.parse(new TextDecoder().decode(answer.body)) : {}
    if (armed !== undefined && refresh_token !== undefined) issued.add(refresh_token)
    return answer
  }
  return {
    app,
    browser: app.browser(),
    contents: inner.contents,
    live() {
      const spent = app.server.forms('token', 'refresh_token').map((form) => form['refresh_token'])
      return [...issued].filter((token) => !spent.includes(token) && !app.server.revoked.includes(token))
    },
    arm: (n, fault) => (armed = { n, fault, calls: 0 }),
    disarm() {
      armed = undefined
    },
  }
}

/** Refresh tokens that the store has. */
function kept(contents: ReadonlyMap<string, unknown>): readonly (string | undefined)[] {
  return [...contents].filter(([key]) => key.startsWith('t:')).map(([, value]) => (value as TokenRecord).token.refresh_token)
}

async function callback({ app, browser }: Faulty, sub: string, provider = 'demo', link = false) {
  const visit = await browser.open('/', link ? { method: 'POST' } : {})
  const url = await visit.login(provider, { link })
  browser.take(visit)
  return () => browser.go(`/auth/${provider}/callback?${app.server.authorize(url, { sub })}`)
}

/** With one token of a grant many servers end them all, so this one's are left alone. */
const SAME_GRANT = 'a login of the same person'

/** What is done while the store fails; prepared while it works. */
const works: Readonly<Record<string, (made: Faulty) => Promise<() => Promise<unknown>>>> = {
  'a first login': (made) => callback(made, 'alice'),
  'a login of somebody else': async (made) => {
    await (await callback(made, 'alice'))()
    return callback(made, 'bob')
  },
  [SAME_GRANT]: async (made) => {
    await (await callback(made, 'alice'))()
    return callback(made, 'alice')
  },
  'a linked login': async (made) => {
    await (await callback(made, 'alice'))()
    return callback(made, 'bob', 'other', true)
  },
  'a request that counts as use': async (made) => {
    await (await callback(made, 'alice'))()
    made.app.clock.time += 2 * HOUR - 1
    return async () => (await made.browser.open()).user
  },
  'a call that renews': async (made) => {
    await (await callback(made, 'alice'))()
    made.app.clock.time += HOUR
    return async () => (await made.browser.open()).client()()
  },
  'a logout': async (made) => {
    await (await await callback(made, 'alice'))()
    await (await callback(made, 'bob', 'other', true))()
    return () => made.browser.go('/auth/logout', { method: 'POST' })
  },
}

describe.each(Object.entries(works))('SS19 F16: %s, with a store that fails', (name, prepare) => {
  it.each(FAULTS)('%s, at each of its calls: nobody is half logged in, no token is lost, and the browser can go on', async (fault) => {
    for (let n = 1, calls = n; n <= calls + 1; n++) {
      const made = faulty()
      const { app, browser, contents } = made
      const work = await prepare(made)
      const copy = browser.copy()
      const counted = made.arm(n, fault)
      const result = await work().catch((error: unknown) => ({ error }))
      const { error, status } = Object(result) as { error?: unknown; status?: number }
      made.disarm()
      calls = counted.calls
      const at = `${name}, ${fault}, call ${n} of ${calls}: ${isOAuthError(error) ? error.code : (error ?? status ?? result)}`
      // Where it is not known who has ended the session to link to, the login has none any more.
      if (error !== undefined) expect(at).toMatch(/OAUTH_(STORE|PERSIST|REFRESH_TRANSIENT|SESSION_CHANGED)$/)

      // By now the leases of this process are over.
      app.clock.time += 60
      const visit = await browser.open()
      for (const provider of ['demo', 'other'])
        if (visit.session(provider) !== undefined) expect(await visit.client(provider)(), at).toBe(200)
      const lost = made.live().filter((token) => !kept(contents).includes(token))
      expect([app.server.reuses, name === SAME_GRANT ? [] : lost], at).toEqual([0, []])
      if (name === 'a logout')
        expect([(await copy.open()).user === undefined, browser.jar.has(SESSION_COOKIE)], at).toEqual(
          status === 303 ? [true, false] : [expect.any(Boolean), true],
        )
      expect((await app.login(browser)).error, at).toBeUndefined()
      expect((await browser.open()).user?.sub, at).toBe('alice')
    }
  })
})

it('SS19: a logout that the store has made, and whose answer is lost, is one: the tokens are given back', async () => {
  const made = faulty()
  const { app, browser, contents } = made
  await (await callback(made, 'alice'))()
  // What is opened reads session, token, and whether the provider has ended it before.
  made.arm(4, 'answer lost')
  expect((await browser.go('/auth/logout', { method: 'POST' })).status).toBe(303)
  expect([app.server.revoked, kept(contents), browser.jar.size]).toEqual([['refresh-2'], [], 0])
})
