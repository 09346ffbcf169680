import { nextFrameworks } from '@oauth-test/web/next'
import { startWorld, type World } from '@oauth-test/web/world'
import type { Browser, Page, Request } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { launch } from '../src/launch.ts'

/** Seconds by which the access token has expired, and the session has not. */
const LATER = 4000

/** What the router is told of the pages: what may be known of them in advance. A guarded one of nobody is the way to the login. */
const PAGES = ['200 /guarded', '200 /guarded/items/1', '200 /proxied']

/** Milliseconds: servers start, twice in one case. */
const TIMEOUT = 60_000

/** The links of `/links`, and where they lead. Next asks for all of a page where `prefetch` says so, and else for what can be known of it in advance. */
const LINKS = [
  ['guarded', '/guarded'],
  ['all of an item', '/guarded/items/1'],
  ['token', '/proxied'],
  ['login', '/auth/demo/login'],
  ['all of a login', '/auth/demo/login'],
  ['logout', '/auth/logout'],
] as const

describe.each(nextFrameworks)('<Link> of $name, in Chromium', (framework) => {
  let browser: Browser
  let world: World
  let page: Page

  beforeAll(async () => {
    world = await startWorld(framework)
    browser = await launch()
  }, 240_000)
  afterAll(async () => {
    await browser?.close()
    await world?.close()
  })
  beforeEach(async () => {
    const context = await browser.newContext()
    context.setDefaultTimeout(10_000)
    page = await context.newPage()
  })
  afterEach(() => page.context().close())

  const goto = (path: string) => page.goto(`${world.app.baseUrl}${path}`)
  const link = (name: string) => page.getByRole('link', { name, exact: true })
  const isAt = (path: string) => page.waitForURL(`${world.app.baseUrl}${path}`)

  async function signIn(): Promise<void> {
    await page.getByLabel('Username').fill('alice')
    await page.getByLabel('Password').fill('any password')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('button', { name: 'Allow' }).click()
  }

  /** Brings somebody who has logged in to the page with the links, and returns the hash of their token. */
  async function comesSignedIn(): Promise<string> {
    await goto('/guarded')
    await signIn()
    await isAt('/guarded')
    const token = await tokenAt('/token')
    await goto('/links')
    return token
  }

  /** The hash of the token that a page says. */
  async function tokenAt(path: string): Promise<string> {
    await goto(path)
    const [token] = /[\w-]{43}/.exec((await page.locator('p, pre').first().textContent()) ?? '') ?? []
    if (token === undefined) throw new Error(`${path} says no token`)
    return token
  }

  /** Brings the links into sight, and the pointer over each, and says what the router asked for and was told: `200 /path`, or `no /path` where it was not answered. */
  async function prefetches(): Promise<ReadonlySet<string>> {
    const told = new Set<string>()
    const open = new Set<Request>()
    const close = (request: Request, answer: number | 'no') => {
      if (open.delete(request) && request.headers()['rsc'] === '1') told.add(`${answer} ${new URL(request.url()).pathname}`)
    }
    page.on('request', (request) => open.add(request))
    page.on('requestfailed', (request) => close(request, 'no'))
    page.on('response', (response) => close(response.request(), response.status()))
    await link('logout').scrollIntoViewIfNeeded()
    const paths = () => new Set(Array.from(told, (answer) => answer.split(' ')[1]))
    await expect.poll(paths, { timeout: 15_000 }).toEqual(new Set(LINKS.map(([, path]) => path)))
    for (const [name] of LINKS) await link(name).hover()
    await expect.poll(() => open.size, { timeout: 15_000 }).toBe(0)
    page.removeAllListeners()
    return told
  }

  it.each([
    ['guarded', '/guarded', 'guarded: alice'],
    ['all of an item', '/guarded/items/1', 'item: 1'],
    ['login', '/links', 'links'],
    ['all of a login', '/guarded', 'guarded: alice'],
  ])('SS15: the prefetches of a page begin no login; a click on "%s" does, and arrives', async (name, path, text) => {
    await goto('/links')
    const before = world.provider.requests.length
    const told = await prefetches()
    expect(told).toEqual(new Set([...PAGES, '401 /auth/demo/login', '403 /auth/logout']))
    expect([await page.context().cookies(), world.provider.requests.length, page.url()]).toEqual([[], before, `${world.app.baseUrl}/links`])
    await link(name).click()
    await signIn()
    await isAt(path)
    await page.getByText(text).first().waitFor()
  })

  it('LO09: the prefetches of a page sign nobody out', async () => {
    const token = await comesSignedIn()
    expect(await prefetches()).toEqual(new Set([...PAGES, '401 /auth/demo/login', '403 /auth/logout']))
    expect(await tokenAt('/token')).toBe(token)
    await goto('/guarded')
    await page.getByText('guarded: alice').waitFor()
  })

  it(
    'RF03: the prefetches of pages by somebody whose token has expired renew it once, and the browser keeps the new one',
    async () => {
      const { app, provider } = world
      const first = await comesSignedIn()
      await app.restart({ ahead: LATER })
      const before = provider.tokenRequests('refresh_token')
      const sent = () => [provider.tokenRequests('refresh_token') - before, provider.reuseDetected]
      // They would hand on what the process knows.
      await page.route('**/auth/**', (route) => route.abort())
      expect(await prefetches()).toEqual(new Set([...PAGES, 'no /auth/demo/login', 'no /auth/logout']))
      expect(sent()).toEqual([1, 0])
      // Another process, which knows what the browser has.
      await app.restart()
      await link('token').click()
      await page.getByText(/^token: [\w-]{43}$/).waitFor()
      const renewed = await tokenAt('/rendered')
      expect([renewed === first, await tokenAt('/token'), ...sent()]).toEqual([false, renewed, 1, 0])
    },
    TIMEOUT,
  )
})
