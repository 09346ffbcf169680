import type { Browser } from '@oauth-test/provider'
import { next15OnNode, nextFrameworks } from '@oauth-test/web/next'
import { startWorld, type World } from '@oauth-test/web/world'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** Seconds by which the access token has expired, and the session has not. */
const LATER = 4000

/** Headers of Next's router when it fetches a page. */
const ROUTER = { RSC: '1', 'Next-Url': '/' }

/** A browser that logged in long ago, and the token it had. */
interface Visitor {
  readonly browser: Browser
  readonly first: string
}

const applications = [...nextFrameworks, next15OnNode].flatMap((framework) => [
  { name: `${framework.name}, sessions in cookies`, framework, stored: false },
  { name: `${framework.name}, sessions in a store`, framework, stored: true },
])

describe.each(applications)('a rotated token is never lost: $name', ({ framework, stored }) => {
  let world: World
  const visitors: Visitor[] = []
  const kept: (readonly [browser: Browser, token: string])[] = []
  let before = 0

  beforeAll(async () => {
    world = await startWorld(framework, { stored })
    for (let count = 0; count < 7; count++) {
      const browser = await world.loggedIn()
      visitors.push({ browser, first: await tokenAt(browser, '/token') })
    }
    await world.app.restart({ ahead: LATER })
  })
  afterAll(() => world?.close())

  /** Somebody who comes back when the access token has expired. */
  function comesBack(): Visitor {
    const visitor = visitors.pop()
    if (visitor === undefined) throw new Error('Have more of them log in.')
    before = world.provider.tokenRequests('refresh_token')
    return visitor
  }

  /** What a page or a route says of the token: its hash, or what is wrong. */
  async function tokenAt(browser: Browser, path: string): Promise<string> {
    const { body } = await browser.goto(`${world.app.baseUrl}${path}`)
    const [, token, error] = /(?:token: |"accessTokenHash":")([\w-]{43})|error(?:: |":")(\w+)/.exec(body) ?? []
    return token ?? error ?? body
  }

  /** How many refresh tokens were sent since the visitor came back; nothing is ever spent twice. */
  function spent(): number {
    expect([world.provider.reuseDetected, world.provider.grantRevoked]).toEqual([0, 0])
    return world.provider.tokenRequests('refresh_token') - before
  }

  /** The token is a new one, and every place has it. */
  async function expectKept({ browser, first }: Visitor, renewed: string | undefined): Promise<void> {
    expect(renewed).toMatch(/^[\w-]{43}$/)
    expect(renewed).not.toBe(first)
    for (const path of ['/token', '/rendered', '/proxied']) expect(await tokenAt(browser, path)).toBe(renewed)
    expect(spent()).toBe(1)
    kept.push([browser, String(renewed)])
  }

  if (stored)
    it('a server component renews by itself', async () => {
      const visitor = comesBack()
      await expectKept(visitor, await tokenAt(visitor.browser, '/rendered'))
    })

  if (!stored)
    it('RF18: a server component that no proxy helps says so, and sends nothing', async () => {
      const visitor = comesBack()
      const page = await visitor.browser.goto(`${world.app.baseUrl}/rendered`)
      expect(page.text).toBe('error: OAUTH_SESSION_READ_ONLY needsRefresh: true')
      expect(page.history.flatMap(({ setCookie }) => setCookie)).toEqual([])
      expect(spent()).toBe(0)
      // The login is not lost with it: the first place that can write renews.
      await expectKept(visitor, await tokenAt(visitor.browser, '/without-proxy/token'))
    })

  it('the page that a person goes to has the new token, as the browser has', async () => {
    const visitor = comesBack()
    const page = await visitor.browser.goto(`${world.app.baseUrl}/proxied`)
    expect(page.text).toMatch(/^token: [\w-]{43} needsRefresh: false$/)
    await expectKept(visitor, page.text.slice(7, 50))
  })

  it("so has the page that Next's router fetches", async () => {
    const visitor = comesBack()
    const answer = await visitor.browser.fetch(`${world.app.baseUrl}/proxied`, { headers: ROUTER })
    expect(answer.headers.get('content-type')).toContain('text/x-component')
    await expectKept(visitor, /token: ([\w-]{43})/.exec(await answer.text())?.[1])
  })

  it.each(['/token', '/without-proxy/token'])('a route handler renews: %s', async (path) => {
    const visitor = comesBack()
    await expectKept(visitor, await tokenAt(visitor.browser, path))
  })

  it('a server action renews', async () => {
    const visitor = comesBack()
    const page = await (await visitor.browser.goto(`${world.app.baseUrl}/without-proxy/actions`)).click('use token')
    await expectKept(visitor, /"accessTokenHash":"([\w-]{43})"/.exec(page.text)?.[1])
  })

  it('pages, their data and prefetches that come at once spend one refresh token', async () => {
    const visitor = comesBack()
    const { baseUrl } = world.app
    const { browser } = visitor
    await browser.goto(`${baseUrl}/static`, { headers: { 'Sec-Purpose': 'prefetch' } })
    const answers = await Promise.all([
      browser.fetch(`${baseUrl}/proxied`, { headers: ROUTER }),
      browser.fetch(`${baseUrl}/proxied`, { headers: { ...ROUTER, 'Next-Router-Prefetch': '1' } }),
      browser.fetch(`${baseUrl}/token`),
      // The edge runtime shares no memory with the rest: without a store, all that renews has to have come through it.
      browser.fetch(`${baseUrl}${stored || framework.name !== 'next 15 on the edge' ? '/without-proxy' : ''}/token`),
      browser.fetch(`${baseUrl}/api`),
      browser.goto(`${baseUrl}/proxied`),
      browser.fetch(`${baseUrl}/guarded/api`),
    ])
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    await expectKept(visitor, await tokenAt(browser, '/token'))
  })

  it('another process knows all of them', async () => {
    before = world.provider.tokenRequests('refresh_token')
    await world.app.restart()
    expect(kept).toHaveLength(7)
    for (const [browser, token] of kept) expect(await tokenAt(browser, '/rendered')).toBe(token)
    expect(spent()).toBe(0)
  })
})

describe.each(nextFrameworks)('a provider that is down when a token is due: $name', (framework) => {
  it('RF18: the page is told that the proxy has tried, and the operator why it failed', async () => {
    const world = await startWorld(framework)
    try {
      const browser = await world.loggedIn()
      await world.app.restart({ ahead: LATER })
      await world.provider.close()
      const page = await browser.goto(`${world.app.baseUrl}/why`)
      expect(page.text).toContain('The proxy has tried, which failed: demo: OAUTH_REFUSED.')
      expect(world.app.output).toMatch(/The proxy could not renew the token of a login at "demo"\. .*refused/)
      for (const token of world.provider.issued) expect(world.app.output).not.toContain(token)
      expect((await browser.goto(`${world.app.baseUrl}/without-proxy/why`)).text).toContain('is not running for this page')
    } finally {
      await world.close()
    }
  })
})
