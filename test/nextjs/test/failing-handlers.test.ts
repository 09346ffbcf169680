import { type Browser, listen } from '@oauth-test/provider'
import { nextFrameworks } from '@oauth-test/web/next'
import { NAVIGATION, type RawAnswer, raw } from '@oauth-test/web/raw'
import { startWorld, type World } from '@oauth-test/web/world'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** Seconds by which the access token has expired, and the session has not. */
const LATER = 4000

/** In which way a handler does not answer, and what is answered then. */
const WAYS = [
  ['throws', 500],
  ['notFound', 404],
  ['forbidden', 403],
  ['unauthorized', 401],
  ['redirect', 307],
] as const

describe.each(nextFrameworks)('a handler that has renewed the token and does not answer, $name', (framework) => {
  let world: World
  const visitors: Browser[] = []
  const kept: Browser[] = []
  let refreshes = 0
  let reused = 0
  let printed = 0

  beforeAll(async () => {
    world = await startWorld(framework)
    for (let count = 0; count < 11; count++) visitors.push(await world.loggedIn())
  })
  afterAll(() => world?.close())

  /** Somebody who comes back. */
  function comesBack(): Browser {
    const browser = visitors.pop()
    if (browser === undefined) throw new Error('Have more of them log in.')
    begin()
    return browser
  }

  function begin(): void {
    refreshes = world.provider.tokenRequests('refresh_token')
    reused = world.provider.reuseDetected
    printed = world.app.output.length
  }

  /** What is answered to them, whose cookies are kept as a browser does. */
  async function get(browser: Browser, path: string): Promise<RawAnswer> {
    const { baseUrl } = world.app
    const answer = await raw(baseUrl, path, { headers: { ...NAVIGATION, cookie: browser.cookies.header(baseUrl) } })
    browser.cookies.store(answer.setCookie, baseUrl)
    return answer
  }

  /** What the application says of the token: its hash, or what is wrong. */
  async function token(browser: Browser): Promise<string> {
    const { accessTokenHash, error } = JSON.parse((await get(browser, '/without-proxy/token')).body)
    return accessTokenHash ?? error
  }

  /** How many refresh tokens were sent since the visitor came back, and how many of them were spent before. */
  function sent(): readonly [refreshes: number, reused: number] {
    return [world.provider.tokenRequests('refresh_token') - refreshes, world.provider.reuseDetected - reused]
  }

  /** The operator is told of the error so often. What is printed may come after the answer. */
  async function expectTold(error: string, count: number): Promise<void> {
    await expect.poll(() => world.app.output.slice(printed).split(`Error: ${error}`).length - 1).toBe(count)
  }

  it('RF18: in protect, one whose API takes the renewed token no more than the old one: its error is a 500 with the new cookie', async () => {
    const answers = [401, 404]
    const api = await listen((_req, res) => {
      res.writeHead(answers.shift() ?? 500, { 'www-authenticate': 'Bearer error="invalid_token"' }).end()
    })
    try {
      const browser = comesBack()
      const answer = await get(browser, `/without-proxy/fails-guarded?how=throws&api=${encodeURIComponent(api.url)}`)
      expect([answer.status, answer.body, answers, sent()]).toEqual([500, '', [], [1, 0]])
      expect(answer.setCookie.map((cookie) => cookie.split('=')[0])).toEqual(['oauth.session.0'])
      await world.app.restart()
      expect([await token(browser), sent()]).toEqual([expect.stringMatching(/^[\w-]{43}$/), [1, 0]])
    } finally {
      await api.close()
    }
  })

  describe('when the token has expired', () => {
    beforeAll(() => world.app.restart({ ahead: LATER }))

    it.each(WAYS)('RF18: in protect, one that leaves by %s is answered %i, with the new cookie', async (how, status) => {
      const browser = comesBack()
      const answer = await get(browser, `/without-proxy/fails-guarded?how=${how}`)
      expect([answer.status, answer.body, sent()]).toEqual([status, '', [1, 0]])
      expect(answer.setCookie.map((cookie) => cookie.split('=')[0])).toEqual(['oauth.session.0'])
      if (how === 'redirect') expect(answer.headers['location']).toMatch(/\/static$/)
      else expect(answer.headers['cache-control']).toBe('private, no-store')
      await expectTold('The handler has failed.', how === 'throws' ? 1 : 0)
      kept.push(browser)
    })

    it.each([
      ['throws', 500],
      ['notFound', 404],
    ])('RF18: so is one on the edge runtime that leaves by %s', async (how, status) => {
      const browser = comesBack()
      const answer = await get(browser, `/without-proxy/fails-on-edge?how=${how}`)
      expect([answer.status, answer.body, sent()]).toEqual([status, '', [1, 0]])
      expect(answer.setCookie.map((cookie) => cookie.split('=')[0])).toEqual(['oauth.session.0'])
      expect(answer.headers['cache-control']).toBe('private, no-store')
      kept.push(browser)
    })

    it('RF18: one that throws behind the proxy has it sent by the proxy', async () => {
      const browser = comesBack()
      const answer = await get(browser, '/fails?how=throws')
      expect([answer.status, sent()]).toEqual([500, [1, 0]])
      await expectTold('The handler has failed.', 1)
      kept.push(browser)
    })

    it('RF18: so has a proxy of the application that has renewed the token itself', async () => {
      const browser = comesBack()
      const answer = await get(browser, '/members/report.txt?fails')
      expect([answer.status, answer.headers['cache-control'], sent()]).toEqual([500, 'private, no-store', [1, 0]])
      expect(answer.setCookie.map((cookie) => cookie.split('=')[0])).toEqual(['oauth.session.0'])
      await expectTold('The proxy has failed.', 1)
      kept.push(browser)
    })

    it('an error is left to Next where nothing was renewed; SS20: what else a guarded handler answers no cache may keep', async () => {
      const [browser] = kept
      if (browser === undefined) throw new Error('Nobody was kept.')
      begin()
      for (const [how, status] of WAYS) {
        const answer = await get(browser, `/without-proxy/fails-guarded?how=${how}`)
        expect([how, answer.status, answer.setCookie, answer.body]).toEqual([how, status, [], ''])
        if (status >= 400 && status < 500) expect([how, answer.headers['cache-control']]).toEqual([how, 'private, no-store'])
      }
      expect(sent()).toEqual([0, 0])
      await expectTold('The handler has failed.', 1)
    })

    it('RF18: nothing of that is lost to a process that was started since', async () => {
      expect(kept).toHaveLength(WAYS.length + 4)
      begin()
      await world.app.restart()
      for (const browser of kept) expect(await token(browser)).toMatch(/^[\w-]{43}$/)
      expect(sent()).toEqual([0, 0])
    })

    // The limit of a handler that neither protect nor the proxy helps: Next drops the cookies of one that throws, and tells nobody.
    it('RF18: of a handler without protect the cookie is lost, and the process knows the token until it ends', async () => {
      const browser = comesBack()
      for (const [how, status] of [['throws', 500] as const, ['notFound', 404] as const]) {
        const answer = await get(browser, `/without-proxy/fails?how=${how}`)
        expect([how, answer.status, answer.setCookie, sent()]).toEqual([how, status, [], [1, 0]])
      }
      await world.app.restart()
      expect([await token(browser), sent()]).toEqual([expect.stringMatching(/^OAUTH_/), [2, 1]])
    })
  })
})
