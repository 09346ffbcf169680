import { expect } from 'vitest'
import type { Case } from './case.ts'

/** From signing in to the account page, and saying no on the way. */
export const login: readonly Case[] = [
  [
    'OpenID Connect Core §3.1: signs in, consents, calls the API as whoever signed in, and shows who that is',
    async ({ visitor }) => {
      const { page } = visitor
      await visitor.goto('/')
      await visitor.picture('1-sign-in')
      await page.getByText('Sign in with Example').click()
      await page.getByLabel('Username').waitFor()
      await visitor.picture('2-provider-login')
      await visitor.identify('alice')
      await page.getByRole('button', { name: 'Allow' }).waitFor()
      await visitor.picture('3-provider-consent')
      await visitor.allow()
      expect(visitor.path()).toBe('/')
      expect(await visitor.heading()).toContain('Alice Example')
      await visitor.picture('4-home')
      await page.getByRole('link', { name: 'Items', exact: true }).click()
      await page.getByText('Item 5').waitFor()
      expect(await page.getByRole('main').textContent()).toContain('alice@example.com')
      await visitor.picture('5-items')
      await page.getByRole('link', { name: 'Account', exact: true }).click()
      await page.getByText('Linked logins').waitFor()
      await page.locator('dl').getByText('alice@example.com').waitFor()
      await visitor.picture('6-account')
    },
  ],
  [
    'RD03: a deep link is where the login ends, its query too',
    async ({ visitor }) => {
      await visitor.goto('/items?page=2')
      await visitor.identify('bob')
      await visitor.allow()
      expect(visitor.path()).toBe('/items?page=2')
      expect(await visitor.page.getByText('Page 2 of 3').isVisible()).toBe(true)
    },
  ],
  [
    'RFC 6749 §4.1.2.1: who cancels at the login, or denies consent, is told so, is not signed in, and can start again',
    async ({ visitor }) => {
      const { page } = visitor
      for (const button of ['Cancel', 'Deny']) {
        await visitor.goto('/')
        await page.getByText('Sign in with Example').click()
        if (button === 'Deny') await visitor.identify('alice')
        await page.getByRole('button', { name: button }).click()
        await visitor.isBack()
        await page
          .getByText(/cancelled/i)
          .first()
          .waitFor()
        await visitor.picture('7-cancelled')
        expect(await page.textContent('body')).not.toContain('access_denied')
        expect(await visitor.cookies('session')).toEqual([])
      }
      await visitor.goto('/')
      await page.getByText('Sign in with Example').click()
      await visitor.allow()
      expect(await visitor.heading()).toContain('Alice Example')
    },
  ],
  [
    'a login at the second provider is linked only by asking for it; the API still gets the token of the first',
    async ({ visitor, site }) => {
      const { page } = visitor
      await visitor.signIn()
      await visitor.goto('/account')
      await page.getByRole('button', { name: 'Link Forge' }).click()
      await visitor.identify('bob')
      await visitor.allow()
      expect(visitor.path()).toBe('/account')
      await page.getByText('bob@example.com').first().waitFor()
      expect(await page.getByRole('main').textContent()).toContain('alice@example.com')
      expect(await page.getByText('Linked', { exact: true }).count()).toBe(2)
      await visitor.picture('8-linked')
      const asked = site.api.requests.length
      await visitor.goto('/items')
      await page.getByText('Item 5').waitFor()
      expect(site.api.requests.slice(asked)).toMatchObject([{ authorised: true, status: 200 }])
    },
  ],
  [
    'SS02: signing in as somebody else leaves nothing of the one before',
    async ({ visitor }) => {
      const { page } = visitor
      await visitor.signIn({ at: 'Forge', as: 'bob' })
      await visitor.goto('/items')
      expect(await page.getByRole('main').textContent()).toContain('Your items are at Example')
      await visitor.goto('/auth/example/login')
      await visitor.identify('alice')
      await visitor.allow()
      await visitor.goto('/account')
      const shown = await page.getByRole('main').textContent()
      expect(shown).toContain('alice@example.com')
      expect(shown).not.toContain('bob@example.com')
    },
  ],
  [
    'RFC 9700 §4.17: a login in a popup tells the page that opened it, and nothing else, and closes the window',
    async ({ visitor, site }) => {
      const { page } = visitor
      await visitor.goto('/')
      const opened = page.waitForEvent('popup')
      await page.evaluate(`
        window.told = new Promise((resolve) => addEventListener('message', ({ data, origin }) => resolve({ data, origin })))
        window.open(${JSON.stringify(`${site.baseUrl}/auth/example/login?popup=true`)}, 'login', 'popup,width=480,height=640')
        undefined`)
      const popup = await opened
      await visitor.identify('alice', popup)
      const closed = popup.waitForEvent('close')
      await popup.getByRole('button', { name: 'Allow' }).click()
      expect(await page.evaluate('window.told')).toEqual({ data: { type: 'oauth:login' }, origin: new URL(site.baseUrl).origin })
      await closed
      await page.reload()
      expect(await visitor.heading()).toContain('Alice Example')
    },
  ],
  [
    'SS24: no token is in a page, nor where scripts can see it',
    async ({ visitor }) => {
      const { page } = visitor
      await visitor.signIn()
      await visitor.goto('/items')
      await page.getByText('Item 5').waitFor()
      expect(await page.evaluate('document.cookie')).toBe('')
      const kept = await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }])')
      const user = await page.evaluate(`fetch(${JSON.stringify(`${visitor.site.baseUrl}/auth/user`)}).then((answer) => answer.text())`)
      for (const text of [await page.content(), kept, user]) expect(text).not.toMatch(/access_token|refresh_token|id_token|eyJ/)
      expect(JSON.parse(String(user))).toMatchObject({ sub: 'alice', email: 'alice@example.com' })
    },
  ],
]
