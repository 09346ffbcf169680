import { expect } from 'vitest'
import type { Case, World } from './case.ts'

/** Where a login lasts a few seconds. */
export const shortSessions: readonly Case[] = [
  [
    'SS18: a session that has run out leads to the login and from there back to the page, though the browser still sends its cookie',
    async (world) => {
      const { visitor, site } = world
      const { page } = visitor
      await runOut(world)
      const before = site.front.passed.length
      await page.getByRole('link', { name: 'Items', exact: true }).click()
      await visitor.allow()
      expect(visitor.path()).toBe('/items')
      await page.getByText('Item 5').waitFor()
      expect(site.front.passed.slice(before).map(({ path }) => path)).toContain('/auth/example/login')
    },
  ],
  [
    'SS18: a script of the page it was shown on is told that nobody is logged in, and the start page shows nobody',
    async (world) => {
      const { visitor, site } = world
      const { page } = visitor
      await runOut(world)
      const user = JSON.stringify(`${site.baseUrl}/auth/user`)
      expect(await page.evaluate(`fetch(${user}).then(({ status }) => status)`)).toBe(401)
      await visitor.goto('/')
      await page.getByText('Sign in with Example').waitFor()
      expect(await page.getByText('Alice Example').count()).toBe(0)
    },
  ],
]

/** Signs in, and waits until the session is over. The browser has its cookies for another hour, as one does whose clock is behind. */
async function runOut({ visitor, site }: World): Promise<void> {
  await visitor.signIn()
  const over = Date.now() + Number(site.place.lifetime) * 1000
  const cookies = await visitor.cookies('session')
  expect(cookies.length).toBeGreaterThan(0)
  await visitor.context.addCookies(cookies.map((cookie) => ({ ...cookie, expires: Date.now() / 1000 + 3600 })))
  await expect.poll(() => Date.now(), { timeout: 10_000, interval: 100 }).toBeGreaterThan(over)
  expect(await visitor.cookies('session')).toHaveLength(cookies.length)
}
