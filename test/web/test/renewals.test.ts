import type { Browser } from '@oauth-test/provider'
import { describe, expect, it } from 'vitest'
import type { TokenView } from '../src/framework.ts'
import { everyApplication } from '../src/frameworks.ts'
import { subOf } from '../src/visitor.ts'
import { useWorld } from '../src/world.ts'

/** Seconds after which a token has expired. */
const EXPIRED = 61

describe.each(everyApplication)('$name', ({ framework, stored }) => {
  const world = useWorld(framework, { stored, provider: { accessTokenTtl: 60 } })

  async function tokenOf(browser: Browser): Promise<TokenView> {
    return JSON.parse((await browser.goto(`${world.app.baseUrl}/token`)).body) as TokenView
  }

  /** Somebody with a token comes back so many seconds later: how it was, and how many tokens were asked for until then. */
  async function comesBack(ahead: number): Promise<{ readonly browser: Browser; readonly old: string; readonly before: number }> {
    const { app, provider } = world
    await app.restart({ ahead: 0 })
    const browser = await world.loggedIn()
    const { accessTokenHash: old = '' } = await tokenOf(browser)
    await app.restart({ ahead })
    return { browser, old, before: provider.tokenRequests() }
  }

  it("RF17: two people whose tokens are renewed at the same moment, many times over, never get what is the other one's", async () => {
    const { app, provider } = world
    await app.restart({ ahead: 0 })
    const [alice, bob] = [await world.loggedIn('alice'), await world.loggedIn('bob')]
    await app.restart({ ahead: EXPIRED })
    const before = provider.tokenRequests('refresh_token')
    await alice.goto(`${app.baseUrl}/static`)
    await bob.goto(`${app.baseUrl}/static`)
    const requests = Array.from({ length: 24 }, async (_, index) => {
      const [browser, sub] = index % 2 === 0 ? [alice, 'alice'] : [bob, 'bob']
      const response = await browser.fetch(`${app.baseUrl}/api`)
      return { sub, found: ((await response.json()) as { sub?: string }).sub }
    })
    for (const { sub, found } of await Promise.all(requests)) expect(found).toBe(sub)
    expect([provider.tokenRequests('refresh_token') - before, provider.reuseDetected]).toEqual([2, 0])
    const [hers, his] = [await tokenOf(alice), await tokenOf(bob)]
    expect(hers.accessTokenHash).not.toBe(his.accessTokenHash)
    expect([await subOf(alice, app), await subOf(bob, app)]).toEqual(['alice', 'bob'])
  })

  describe('RF18: a place where no cookie can be set', () => {
    it('RF18: uses a token that is still valid', async () => {
      const { app, provider } = world
      await app.restart({ ahead: 0 })
      const browser = await world.loggedIn()
      const before = provider.tokenRequests()
      const { accessTokenHash } = await tokenOf(browser)
      expect((await browser.goto(`${app.baseUrl}/rendered`)).text).toContain(`token: ${accessTokenHash}`)
      expect(provider.tokenRequests()).toBe(before)
    })

    if (!stored) {
      it('RF18: one that is to be renewed soon, but is still valid, is used as it is', async () => {
        const { app, provider } = world
        const { browser, old, before } = await comesBack(45)
        const page = await browser.goto(`${app.baseUrl}/rendered`)
        expect(page.text).toContain(`token: ${old}`)
        expect(provider.tokenRequests()).toBe(before)
      })

      it('RF18: refuses to renew one that has expired, before any request; the next place that can renew it does', async () => {
        const { app, provider } = world
        const { browser, old, before } = await comesBack(EXPIRED)
        for (let count = 0; count < 3; count++) {
          const page = await browser.goto(`${app.baseUrl}/rendered`)
          expect([page.status, page.text.includes('error: OAUTH_SESSION_READ_ONLY')]).toEqual([200, true])
        }
        expect(provider.tokenRequests()).toBe(before)
        const { accessTokenHash, error } = await tokenOf(browser)
        expect([error, accessTokenHash === old]).toEqual([undefined, false])
        expect([provider.tokenRequests() - before, provider.reuseDetected]).toEqual([1, 0])
        expect((await browser.goto(`${app.baseUrl}/rendered`)).text).toContain(`token: ${accessTokenHash}`)
      })
    }

    if (stored)
      it('RF18: renews it with a store, and nothing is lost', async () => {
        const { app, provider } = world
        const { browser, old, before } = await comesBack(EXPIRED)
        const page = await browser.goto(`${app.baseUrl}/rendered`)
        const { accessTokenHash } = await tokenOf(browser)
        expect(page.text).toContain(`token: ${accessTokenHash}`)
        expect(accessTokenHash).not.toBe(old)
        expect([provider.tokenRequests() - before, provider.reuseDetected]).toEqual([1, 0])
      })

    it('RF18: a renewal is not lost by a process that is killed right after the answer', async () => {
      const { app, provider } = world
      await app.restart({ ahead: 0 })
      const browser = await world.loggedIn()
      await app.restart({ ahead: EXPIRED })
      const { accessTokenHash } = await tokenOf(browser)
      await app.restart()
      expect(await tokenOf(browser)).toEqual({ accessTokenHash })
      expect(provider.reuseDetected).toBe(0)
    })
  })
})
