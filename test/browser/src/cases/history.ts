import { expect } from 'vitest'
import type { Case } from './case.ts'

/** Tabs, the back button, and pages that are loaded again. */
export const history: readonly Case[] = [
  [
    'SS13: two tabs sign in at the same time and finish in reverse; each ends where it began',
    async ({ visitor }) => {
      const { page, context } = visitor
      const other = await context.newPage()
      await visitor.goto('/items')
      await visitor.goto('/account', other)
      await visitor.identify('alice', other)
      await visitor.allow(other)
      expect(visitor.path(other)).toBe('/account')
      await visitor.identify('alice')
      await visitor.allow()
      expect(visitor.path()).toBe('/items')
      expect(await page.getByText('Item 5').isVisible()).toBe(true)
      await other.reload()
      expect(await other.getByRole('main').textContent()).toContain('alice@example.com')
    },
  ],
  [
    'SS13: two clicks on the button begin a login that works',
    async ({ visitor }) => {
      await visitor.goto('/')
      await visitor.page.getByText('Sign in with Example').dblclick()
      await visitor.identify('alice')
      await visitor.allow()
      expect(await visitor.heading()).toContain('Alice Example')
    },
  ],
  [
    'AR05: the callback, loaded again, redeems no second code and keeps the login',
    async ({ visitor, site }) => {
      const { page } = visitor
      const callbacks: string[] = []
      page.on('request', (request) => {
        if (request.url().startsWith(`${site.baseUrl}/auth/forge/callback`)) callbacks.push(request.url())
      })
      await visitor.signIn({ at: 'Forge' })
      const redeemed = site.forge.tokenRequests('authorization_code')
      expect(callbacks).toHaveLength(1)
      await page.goto(callbacks[0] ?? '')
      expect(visitor.path()).toBe('/')
      expect(await visitor.heading()).toContain('Alice Example')
      expect(site.forge.tokenRequests('authorization_code')).toBe(redeemed)
    },
  ],
  [
    'RD11: the back button after a login meets no address with a code, and the start page shows who is signed in',
    async ({ visitor }) => {
      const { page } = visitor
      const shown: string[] = []
      page.on('framenavigated', (frame) => shown.push(frame.url()))
      await visitor.signIn()
      // Over the provider's two pages.
      for (let back = 0; back < 3; back++) await visitor.back()
      await expect.poll(async () => [visitor.path(), await visitor.heading()]).toEqual(['/', expect.stringContaining('Alice Example')])
      expect(shown.length).toBeGreaterThan(5)
      for (const url of shown) expect(url).not.toContain('code=')
    },
  ],
  [
    'SS20: after signing out, the back button shows nothing of the session',
    async ({ visitor }) => {
      const { page } = visitor
      await visitor.signIn()
      await visitor.goto('/account')
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.getByRole('button', { name: 'Yes, sign me out' }).click()
      await visitor.isBack()
      for (let back = 0; back < 3; back++) {
        await visitor.back()
        expect(await page.textContent('body')).not.toContain('alice@example.com')
      }
    },
  ],
]
