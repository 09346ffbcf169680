import type { Browser } from '@oauth-test/provider'
import { nextFrameworks } from '@oauth-test/web/next'
import { type StoreServer, startStore } from '@oauth-test/web/store-server'
import { startWorld, type World } from '@oauth-test/web/world'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

/** Seconds by which the access token has expired, and the session has not. */
const LATER = 4000

describe.each(nextFrameworks)('a rotated token is never lost, $name', (framework) => {
  let world: World
  let store: StoreServer | undefined
  let browser: Browser
  let first: string

  /** Logs in, and comes back when the access token has expired. */
  async function comeBack(app: { readonly store?: string } = {}): Promise<void> {
    world = await startWorld(framework, { app })
    browser = await world.loggedIn()
    first = await tokenAt('/token')
    await world.app.restart({ ahead: LATER })
  }
  beforeEach(() => {
    store = undefined
  })
  afterEach(async () => {
    await world.close()
    await store?.close()
  })

  /** The hash of the access token that a page or a route uses; or what is wrong. */
  async function tokenAt(path: string): Promise<string> {
    const { body } = await browser.goto(`${world.app.baseUrl}${path}`)
    const found = /(?:token: |"accessTokenHash":")([\w-]{43})|error(?:: |":")(\w+)/.exec(body)
    return found?.[1] ?? found?.[2] ?? body
  }

  /** How many times a refresh token was sent, how many were spent twice, and how many logins were ended for that. */
  function spent(): readonly number[] {
    const { provider } = world
    return [provider.tokenRequests('refresh_token'), provider.reuseDetected, provider.grantRevoked]
  }

  it('RF18: a server component that no proxy helps says so, and sends nothing', async () => {
    await comeBack()
    const page = await browser.goto(`${world.app.baseUrl}/without-proxy/rendered`)
    expect(page.text).toBe('error: OAUTH_SESSION_READ_ONLY needsRefresh: true')
    expect(page.history.flatMap(({ setCookie }) => setCookie)).toEqual([])
    expect(spent()).toEqual([0, 0, 0])
    // The login is not lost with it: the first place that can write renews.
    const renewed = await tokenAt('/without-proxy/token')
    expect(renewed).not.toBe(first)
    expect(await tokenAt('/without-proxy/rendered')).toBe(renewed)
    expect(spent()).toEqual([1, 0, 0])
  })

  it('the proxy renews before the page is rendered, which has the new token, as the browser has', async () => {
    await comeBack()
    const page = await browser.goto(`${world.app.baseUrl}/rendered`)
    expect(page.text).toMatch(/^token: [\w-]{43} needsRefresh: false$/)
    expect(page.text).not.toContain(first)
    const renewed = await tokenAt('/without-proxy/rendered')
    expect(page.text).toContain(renewed)
    expect(spent()).toEqual([1, 0, 0])
    await world.app.restart({})
    expect(await tokenAt('/without-proxy/rendered')).toBe(renewed)
    expect(spent()).toEqual([1, 0, 0])
  })

  it('a server component renews by itself with a store', async () => {
    store = await startStore()
    await comeBack({ store: store.url })
    const page = await browser.goto(`${world.app.baseUrl}/without-proxy/rendered`)
    expect(page.text).toMatch(/^token: [\w-]{43} needsRefresh: false$/)
    expect(page.text).not.toContain(first)
    expect(page.text).toContain(await tokenAt('/token'))
    expect(spent()).toEqual([1, 0, 0])
  })

  it.each(['/token', '/without-proxy/token'])('a route handler renews, and the browser keeps it: %s', async (path) => {
    await comeBack()
    const renewed = await tokenAt(path)
    expect(renewed).toHaveLength(43)
    expect(renewed).not.toBe(first)
    // Another process knows it from the browser alone.
    await world.app.restart({})
    expect(await tokenAt(path)).toBe(renewed)
    expect(spent()).toEqual([1, 0, 0])
  })

  it.each(['/actions', '/without-proxy/actions'])('a server action renews, and the browser keeps it: %s', async (path) => {
    await comeBack()
    const page = await (await browser.goto(`${world.app.baseUrl}/without-proxy/actions`)).click('use token')
    const renewed = /"accessTokenHash":"([\w-]{43})"/.exec(decodeURIComponent(page.text))?.[1]
    expect(renewed).not.toBe(first)
    await world.app.restart({})
    expect(await tokenAt(path.replace('actions', 'token'))).toBe(renewed)
    expect(spent()).toEqual([1, 0, 0])
  })

  it.each(['cookies', 'a store'])('pages, their data and prefetches that come at once spend one refresh token, with %s', async (where) => {
    if (where === 'a store') store = await startStore()
    await comeBack(store === undefined ? {} : { store: store.url })
    const router = { RSC: '1', 'Next-Url': '/' }
    const { baseUrl } = world.app
    const answers = await Promise.all([
      browser.fetch(`${baseUrl}/rendered`, { headers: router }),
      browser.fetch(`${baseUrl}/rendered`, { headers: { ...router, 'Next-Router-Prefetch': '1' } }),
      browser.fetch(`${baseUrl}/token`),
      browser.fetch(`${baseUrl}/rendered`, { headers: router }),
      browser.fetch(`${baseUrl}/api`),
      browser.goto(`${baseUrl}/rendered`),
      browser.fetch(`${baseUrl}/guarded/api`),
    ])
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    const renewed = await tokenAt('/token')
    expect(renewed).not.toBe(first)
    await world.app.restart({})
    expect(await tokenAt('/rendered')).toBe(renewed)
    expect(spent()).toEqual([1, 0, 0])
  })
})
