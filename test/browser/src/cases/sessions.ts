import { expect } from 'vitest'
import type { Case, World } from './case.ts'

/** What a session is kept in, how its token is renewed, and how it ends by itself. */
export const sessions: readonly Case[] = [
  [
    'SS04: the session is in a cookie that scripts, other hosts and, on https, plain connections cannot see',
    async ({ visitor, site }) => {
      await visitor.signIn()
      const cookies = await visitor.cookies('session')
      expect(cookies.length).toBeGreaterThan(0)
      for (const cookie of cookies) expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/', secure: site.place.https })
      expect(await visitor.cookies('login')).toEqual([])
    },
  ],
  [
    'SS18: a session whose cookie the browser has let go of leads to the login, and from there back to the page',
    async ({ visitor }) => {
      const { page, context } = visitor
      await visitor.signIn()
      // As the browser does when the cookie's time is over.
      for (const { name } of await visitor.cookies('session')) await context.clearCookies({ name })
      await page.getByRole('link', { name: 'Items', exact: true }).click()
      await visitor.allow()
      expect(visitor.path()).toBe('/items')
      await page.getByText('Item 5').waitFor()
    },
  ],
  [
    'RF01: ten requests of one page whose token the API refuses make one refresh, and nothing is used twice',
    async (world) => {
      const { visitor, site } = world
      await visitor.signIn()
      const before = refreshes(world)
      site.example.expireAccessTokens()
      const api = JSON.stringify(`${site.baseUrl}/api/items`)
      const statuses = await visitor.page.evaluate(
        `Promise.all(Array.from({ length: 10 }, () => fetch(${api}).then(({ status }) => status)))`,
      )
      expect(statuses).toEqual(Array.from({ length: 10 }, () => 200))
      expect([refreshes(world) - before, site.example.reuseDetected]).toEqual([1, 0])
      await visitor.goto('/items')
      await visitor.page.getByText('Item 5').waitFor()
      expect(refreshes(world) - before).toBe(1)
    },
  ],
  [
    'RF01: a token that expires is renewed on the way to a page, once for all tabs',
    async (world) => {
      const { visitor, site } = world
      const tabs = await Promise.all(Array.from({ length: 3 }, () => visitor.context.newPage()))
      await expiring(world)
      const before = refreshes(world)
      await Promise.all(tabs.map((tab) => visitor.goto('/items', tab)))
      for (const tab of tabs) await tab.getByText('Item 5').waitFor()
      expect([refreshes(world) - before, site.example.reuseDetected]).toEqual([1, 0])
    },
  ],
  [
    'RF03: a renewal whose answer the browser did not wait for is not lost: the next page has the new token',
    async (world) => {
      const { visitor, site } = world
      await expiring(world)
      const before = refreshes(world)
      const { answered, release } = site.front.hold(`${site.place.basePath}/items`)
      const left = visitor.goto('/items').catch(() => 'left')
      await answered
      await visitor.goto('/account')
      release()
      expect(await left).toBe('left')
      await visitor.goto('/items')
      await visitor.page.getByText('Item 5').waitFor()
      expect([refreshes(world) - before, site.example.reuseDetected]).toEqual([1, 0])
    },
  ],
]

function refreshes({ site }: World): number {
  return site.example.tokenRequests('refresh_token')
}

/**
 * Signs in with a token that is over when this returns; the ones after it live for an hour. The page that the login ends on has no links, which an
 * application may look up in advance.
 */
async function expiring({ visitor, site }: World): Promise<void> {
  try {
    site.lifetime = 1
    await visitor.goto(`/auth/example/login?returnTo=${site.place.basePath}/auth/user`)
    await visitor.identify('alice')
    await visitor.allow()
  } finally {
    site.lifetime = 3600
  }
  const over = Date.now() + 1000
  await expect.poll(() => Date.now(), { timeout: 3000 }).toBeGreaterThan(over)
}
