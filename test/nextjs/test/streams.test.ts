import type { Browser } from '@oauth-test/provider'
import { nextFrameworks } from '@oauth-test/web/next'
import { NAVIGATION, type RawAnswer, raw } from '@oauth-test/web/raw'
import { startWorld, type World } from '@oauth-test/web/world'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** Seconds by which the access token has expired, and the session has not. */
const LATER = 4000

describe.each(nextFrameworks)('what comes when an answer has begun, $name', (framework) => {
  let world: World
  const visitors: Browser[] = []
  let refreshes = 0
  let reused = 0

  beforeAll(async () => {
    world = await startWorld(framework)
    for (let count = 0; count < 9; count++) visitors.push(await world.loggedIn())
    await world.app.restart({ ahead: LATER })
  })
  afterAll(() => world?.close())

  /** Somebody who comes back when the access token has expired. */
  function comesBack(): Browser {
    const browser = visitors.pop()
    if (browser === undefined) throw new Error('Have more of them log in.')
    refreshes = world.provider.tokenRequests('refresh_token')
    reused = world.provider.reuseDetected
    return browser
  }

  async function get(browser: Browser, path: string): Promise<RawAnswer> {
    const { baseUrl } = world.app
    return raw(baseUrl, path, { headers: { ...NAVIGATION, cookie: browser.cookies.header(baseUrl) } })
  }

  /** What was said of the token in the end: its hash, or what is wrong. */
  function toldBy({ body }: Pick<RawAnswer, 'body'>): string {
    const [, token, error] = /(?:token: |"accessTokenHash":")([\w-]{43})|error(?:: |":")(\w+)/.exec(body) ?? []
    return token ?? error ?? body
  }

  /** How many refresh tokens were sent since the visitor came back, and how many of them were spent before. */
  function sent(): readonly [refreshes: number, reused: number] {
    return [world.provider.tokenRequests('refresh_token') - refreshes, world.provider.reuseDetected - reused]
  }

  it.each(['/stream', '/streamed'])(
    'RF18: %s has the token that the proxy has renewed before it began, and so has the browser',
    async (path) => {
      const browser = comesBack()
      const answer = await get(browser, path)
      expect([answer.status, answer.body.includes('begun'), toldBy(answer)]).toEqual([200, true, expect.stringMatching(/^[\w-]{43}$/)])
      browser.cookies.store(answer.setCookie, world.app.baseUrl)
      expect(toldBy(await get(browser, '/without-proxy/token'))).toBe(toldBy(answer))
      expect(sent()).toEqual([1, 0])
    },
  )

  it.each(['/stream', '/streamed'])('SS20: %s writes no cookie where nothing is due, and is private and no-store', async (path) => {
    const browser = comesBack()
    await browser.goto(`${world.app.baseUrl}/token`)
    const answer = await get(browser, path)
    expect([answer.setCookie, answer.headers['cache-control']]).toEqual([[], 'private, no-store'])
    expect(toldBy(answer)).toMatch(/^[\w-]{43}$/)
    expect(sent()).toEqual([1, 0])
  })

  it('RF18: a handler in protect is refused a renewal when its answer has begun, before anything is sent, and nothing is lost', async () => {
    const browser = comesBack()
    const answer = await get(browser, '/without-proxy/stream-guarded')
    expect([answer.status, answer.setCookie, answer.body]).toEqual([200, [], 'begun {"error":"OAUTH_SESSION_READ_ONLY"}'])
    expect(answer.headers['cache-control']).toBe('private, no-store')
    expect(sent()).toEqual([0, 0])
    expect(toldBy(await get(browser, '/without-proxy/token'))).toMatch(/^[\w-]{43}$/)
    expect(sent()).toEqual([1, 0])
  })

  it('RF18: so is what a handler does after() its answer', async () => {
    const browser = comesBack()
    const answer = await get(browser, '/without-proxy/after')
    expect([answer.body, answer.setCookie]).toEqual(['answered', []])
    await expect.poll(() => world.app.output, { timeout: 5000 }).toContain('after: {"error":"OAUTH_SESSION_READ_ONLY"}')
    expect(sent()).toEqual([0, 0])
    expect(toldBy(await get(browser, '/without-proxy/token'))).toMatch(/^[\w-]{43}$/)
    expect(sent()).toEqual([1, 0])
  })

  // The limit of a handler that neither protect nor the proxy helps: Next takes a cookie when the answer has begun, tells nobody that it is too late, and drops it.
  it('RF18: a handler without protect renews when its answer has begun; the cookie is lost, and the process knows the token until it ends', async () => {
    const browser = comesBack()
    const answer = await get(browser, '/without-proxy/stream')
    expect([answer.status, answer.setCookie]).toEqual([200, []])
    expect(toldBy(answer)).toMatch(/^[\w-]{43}$/)
    for (let count = 0; count < 2; count++) expect(toldBy(await get(browser, '/without-proxy/token'))).toBe(toldBy(answer))
    expect(sent()).toEqual([1, 0])
    await world.app.restart()
    expect(toldBy(await get(browser, '/without-proxy/token'))).toMatch(/^OAUTH_/)
    expect(sent()).toEqual([2, 1])
  })

  it('RF18: what that process knows gets to the browser with the next answer that it can go with', async () => {
    const browser = comesBack()
    const token = toldBy(await get(browser, '/without-proxy/stream'))
    const next = await get(browser, '/without-proxy/token')
    expect(next.setCookie.map((cookie) => cookie.split('=')[0])).toContain('oauth.session.0')
    browser.cookies.store(next.setCookie, world.app.baseUrl)
    await world.app.restart()
    expect(toldBy(await get(browser, '/without-proxy/token'))).toBe(token)
    expect(sent()).toEqual([1, 0])
  })

  it('SS20: a handler that neither the proxy nor protect answers for says nothing to caches, and nothing that makes them keep it', async () => {
    const browser = comesBack()
    for (const [path, cookies] of [
      ['/without-proxy/token', 1],
      ['/without-proxy/stream', 0],
    ] as const) {
      const { headers, setCookie } = await get(browser, path)
      // The application's own to say (docs/nextjs.md, Sessions): the library does not make this answer, and Next has no place to say it for it.
      expect([headers['cache-control'], headers['expires'], headers['last-modified'], headers['etag']]).toEqual(Array(4).fill(undefined))
      expect([path, setCookie.length]).toEqual([path, cookies])
    }
  })
})
