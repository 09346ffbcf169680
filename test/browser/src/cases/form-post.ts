import { expect } from 'vitest'
import type { Case } from './case.ts'

/** At the provider that answers by form_post, from another site. */
export const formPost: readonly Case[] = [
  [
    'SS16: the answer comes by POST without Lax cookies; the cookie of the attempt alone is SameSite=None, and Secure',
    async ({ visitor, site }) => {
      const { page } = visitor
      await visitor.goto('/')
      await page.getByText('Sign in with Example').click()
      await visitor.identify('alice')
      expect(await visitor.cookies('login')).toMatchObject([{ sameSite: 'None', secure: true, httpOnly: true }])
      await visitor.allow()
      expect(await visitor.heading()).toContain('Alice Example')
      const callbacks = site.front.passed.filter(({ path }) => path === `${site.place.basePath}/auth/example/callback`)
      expect(callbacks.at(-1)).toMatchObject({ method: 'POST', status: 303 })
      expect(await visitor.cookies('login')).toEqual([])
      expect(await visitor.cookies('session')).toMatchObject([{ sameSite: 'Lax' }])
    },
  ],
]
