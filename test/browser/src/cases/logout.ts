import { expect } from 'vitest'
import type { Case } from './case.ts'

/** The ways out: asked for here, and told by the provider. */
export const logout: readonly Case[] = [
  [
    'RP-Initiated Logout §2: signing out ends the session here, then at the provider, and comes back',
    async ({ visitor, site }) => {
      const { page } = visitor
      await visitor.signIn()
      const revocations = () => site.example.requests.filter(({ endpoint, status }) => endpoint === 'revocation' && status === 200).length
      const before = revocations()
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.waitForURL(`${site.example.issuer}/session/end**`)
      expect(new URL(page.url()).searchParams.get('id_token_hint')).toMatch(/^eyJ/)
      expect(await visitor.cookies('session')).toEqual([])
      expect(revocations() - before).toBe(1)
      await visitor.picture('9-provider-sign-out')
      await page.getByRole('button', { name: 'Yes, sign me out' }).click()
      await visitor.isBack()
      expect(visitor.path().replace(/\?.*/, '')).toBe('/')
      expect(await visitor.heading()).toBe('Sign in')
      await page.getByText('Sign in with Example').click()
      await page.getByLabel('Username').waitFor()
    },
  ],
  [
    'Back-Channel Logout §2.5: signing out in one browser ends the session in the other',
    async ({ visitor, another }) => {
      const other = await another()
      await visitor.signIn({ as: 'bob' })
      await other.signIn({ as: 'bob' })
      await other.page.getByRole('button', { name: 'Sign out' }).click()
      await other.page.getByRole('button', { name: 'Yes, sign me out' }).click()
      await other.isBack()
      await visitor.goto('/')
      expect(await visitor.heading()).toBe('Sign in')
      await visitor.goto('/account')
      expect(visitor.page.url().startsWith(visitor.site.example.issuer)).toBe(true)
    },
  ],
]
