import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isOAuthError } from '../error/any-oauth-error.js'
import type { Store } from '../session/store.js'
import type { TokenRecord } from '../session/token-record.js'
import type { TestBrowser } from './testing/browser.js'
import { sharedStore } from './testing/shared-store.js'
import { type Call, TWO_PROVIDERS, world } from './testing/world.js'

const HOUR = 3600
const DOINGS = ['call', 'call elsewhere', 'login', 'login of another', 'linked login', 'logout', 'logout elsewhere'] as const
type Doing = (typeof DOINGS)[number]

/** What one browser does at two instances on one store: each call of the store, and its answer, comes when the scheduler says. */
async function scenario(scheduler: fc.Scheduler) {
  const time = { now: () => 0 }
  const inner = sharedStore(() => time.now())
  const faults = { calls: 0, at: [] as readonly number[], isOn: false }
  async function call<T>(work: () => T): Promise<Awaited<T>> {
    if (!faults.isOn) return await work()
    if (faults.at.includes(faults.calls++)) throw Object.assign(new Error('connection lost'), { code: 'ECONNRESET' })
    await scheduler.schedule(Promise.resolve())
    const result = await work()
    await scheduler.schedule(Promise.resolve())
    return result
  }
  const view = (): Store<unknown> => ({
    get: (key) => call(() => inner.get(key)),
    compareAndSet: (...args) => call(() => inner.compareAndSet(...args)),
    delete: (...args) => call(() => inner.delete(...args)),
  })
  const providers = TWO_PROVIDERS
  const app = world({ store: view(), providers, session: { idle: 2 * HOUR } })
  time.now = () => app.clock.time
  app.clock.sleep = () => scheduler.schedule(Promise.resolve())
  const second = app.instance({ store: view() })
  const browser = app.browser()
  await app.login(browser)
  app.clock.time += HOUR

  async function finish(at: TestBrowser<Call>, url: string, sub: string, provider = 'demo') {
    const { error } = await at.go(`/auth/${provider}/callback?${app.server.authorize(url, { sub })}`)
    if (error !== undefined) throw error
  }
  async function logout(at: TestBrowser<Call>) {
    const copy = at.copy()
    const { error } = await at.go('/auth/logout', { method: 'POST' })
    if (error !== undefined) throw error
    return copy
  }
  const doings: Readonly<Record<Doing, () => Promise<unknown>>> = {
    call: async () => (await browser.open()).client()(),
    'call elsewhere': async () => (await browser.at(second).open()).client()(),
    login: async () => finish(browser, await app.start(browser), 'alice'),
    'login of another': async () => finish(browser.at(second), await app.start(browser), 'bob'),
    async 'linked login'() {
      const visit = await browser.open('/', { method: 'POST' })
      const url = await visit.login('other', { link: true })
      browser.take(visit)
      await finish(browser.at(second), url, 'bob', 'other')
    },
    logout: () => logout(browser),
    'logout elsewhere': () => logout(browser.at(second)),
  }
  return { app, browser, contents: inner.contents, faults, doings }
}

it('SS19 RF05: whatever one browser does at once at two instances, in whatever order the store answers, and fails', async () => {
  const property = fc.asyncProperty(
    fc.scheduler(),
    fc.array(fc.constantFrom(...DOINGS), { minLength: 2, maxLength: 4 }),
    fc.uniqueArray(fc.nat(40), { maxLength: 2 }),
    async (scheduler, chosen, failing) => {
      const { app, browser, contents, faults, doings } = await scenario(scheduler)
      Object.assign(faults, { at: failing, isOn: true })
      const results = await scheduler.waitFor(Promise.allSettled(chosen.map((one) => doings[one]())))
      faults.isOn = false
      app.clock.time += 60

      // No token was sent twice, and whatever failed has a name.
      expect(app.server.reuses).toBe(0)
      for (const result of results) expect(result.status === 'fulfilled' || isOAuthError(result.reason)).toBe(true)
      // Who was logged out is, at all instances and for good, and nothing of the login before is left.
      const copies = results.flatMap((result) =>
        result.status === 'fulfilled' && result.value && typeof result.value === 'object' ? [result.value] : [],
      )
      for (const copy of copies as TestBrowser<Call>[]) expect((await copy.open()).user).toBeUndefined()
      // Who is logged in has tokens that are good.
      const visit = await browser.open()
      for (const name of ['demo', 'other']) if (visit.session(name) !== undefined) expect(await visit.client(name)()).toBe(200)
      // A token that is kept has not been given back, unless a key that nothing leads to has it.
      const named = [...contents.values()].flatMap((value) =>
        Object.values((value as { providers?: Record<string, { key: string }> }).providers ?? {}),
      )
      const kept = named.flatMap(({ key }) => (contents.get(key) as TokenRecord | undefined)?.token.refresh_token ?? [])
      if (failing.length === 0) expect(kept.filter((token) => app.server.revoked.includes(token))).toEqual([])
    },
  )
  await fc.assert(property, { numRuns: 300 })
})
