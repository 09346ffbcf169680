import type { Browser } from '@oauth-test/provider'
import { describe, expect, it } from 'vitest'
import type { TokenView } from '../src/framework.ts'
import { everyApplication } from '../src/frameworks.ts'
import { useWorld } from '../src/world.ts'

/** Seconds after which a token has expired. */
const EXPIRED = 61

/** What `GET /in-front` says once. */
interface Found extends TokenView {
  readonly sub?: string
}

describe.each(everyApplication)('$name', ({ framework, stored }) => {
  const world = useWorld(framework, { stored, provider: { accessTokenTtl: 60 } })

  /** What code of the application's own has found in front of a page, and what the page has found. */
  async function found(browser: Browser): Promise<readonly [front: Found, page: Found]> {
    const { text } = await browser.goto(`${world.app.baseUrl}/in-front`)
    return JSON.parse(`[${text.replace('} {', '},{')}]`)
  }

  it('SS18: session() in front of a page knows who is there, as the page does, and nobody where nobody is', async () => {
    const { app } = world
    await app.restart({ ahead: 0 })
    const nobody = { error: 'OAUTH_MISSING_TOKEN' }
    expect(await found(app.browser())).toEqual([nobody, nobody])
    const [front, page] = await found(await world.loggedIn())
    expect(front).toEqual({ sub: 'alice', accessTokenHash: expect.stringMatching(/^[\w-]{43}$/) })
    expect(page).toEqual(front)
  })

  it('RF18: a token that has expired is renewed there once, and the page and the browser have the same one', async () => {
    const { app, provider } = world
    await app.restart({ ahead: 0 })
    const browser = await world.loggedIn()
    const [{ accessTokenHash: old }] = await found(browser)
    await app.restart({ ahead: EXPIRED })
    const before = provider.tokenRequests('refresh_token')
    const [front, page] = await found(browser)
    expect(front).toEqual({ sub: 'alice', accessTokenHash: expect.stringMatching(/^[\w-]{43}$/) })
    expect(front.accessTokenHash).not.toBe(old)
    expect(page).toEqual(front)
    expect(JSON.parse((await browser.goto(`${app.baseUrl}/token`)).body)).toEqual({ accessTokenHash: front.accessTokenHash })
    // Another process has it by the cookie, or by the store.
    await app.restart()
    expect(await found(browser)).toEqual([front, front])
    expect([provider.tokenRequests('refresh_token') - before, provider.reuseDetected]).toEqual([1, 0])
  })
})
