import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import type { Passed } from '../front.ts'
import type { Site } from '../site.ts'
import type { Case } from './case.ts'

/** What a browser asks for though nobody went there. */
export const background: readonly Case[] = [
  [
    'SS15: a prefetching link begins no login',
    async ({ visitor, site }) => {
      await visitor.goto('/')
      for (const [path, statuses] of LEADING_TO_A_LOGIN) {
        const { purpose, status } = await caused({ site, page: visitor.page, path, by: prefetch })
        expect([purpose, statuses]).toEqual(['prefetch', expect.arrayContaining([status])])
      }
      expect(await visitor.cookies('login')).toEqual([])
    },
  ],
  [
    'SS15: speculation rules that prefetch or prerender the login begin none, and going there afterwards works',
    async ({ visitor, site }) => {
      await visitor.goto('/')
      const [[login, refused], [page, refusedOrSent]] = LEADING_TO_A_LOGIN
      for (const [path, statuses, kind] of [
        [login, refused, 'prefetch'],
        [page, refusedOrSent, 'prerender'],
      ] as const) {
        const { purpose, status } = await caused({ site, page: visitor.page, path, by: speculation(kind) })
        expect([purpose, statuses]).toEqual([expect.stringMatching(/^prefetch/), expect.arrayContaining([status])])
      }
      expect(await visitor.cookies('login')).toEqual([])
      await visitor.goto('/items')
      await visitor.identify('alice')
      await visitor.allow()
      expect(visitor.path()).toBe('/items')
    },
  ],
  [
    'LO09: neither a prefetch, nor a speculation, nor an image signs anybody out',
    async ({ visitor, site }) => {
      await visitor.signIn()
      const elsewhere = await visitor.context.newPage()
      await elsewhere.goto(`${site.forge.issuer}/.well-known/openid-configuration`)
      for (const [page, by] of [
        [visitor.page, prefetch],
        [visitor.page, speculation('prefetch')],
        [visitor.page, image],
        [elsewhere, image],
      ] as const) {
        expect(await caused({ site, page, path: '/auth/logout', by })).toMatchObject({ status: 403 })
      }
      await visitor.goto('/account')
      await visitor.page.getByText('alice@example.com').first().waitFor()
    },
  ],
  [
    'SS15: a script gets 401 where a person would get the login',
    async ({ visitor, site }) => {
      await visitor.goto('/')
      const status = await visitor.page.evaluate(`fetch(${JSON.stringify(`${site.baseUrl}/api/items`)}).then(({ status }) => status)`)
      expect(status).toBe(401)
      expect(await visitor.cookies('login')).toEqual([])
    },
  ],
]

/** Where the login is, and what is asked for there: a page may be answered with the way to the login, which then begins none. */
const LEADING_TO_A_LOGIN = [
  ['/auth/example/login', [401]],
  ['/items', [401, 307]],
] as const

interface Cause {
  readonly site: Site
  readonly page: Page
  readonly path: string
  /** Makes the element that does it. */
  readonly by: (href: string) => string
}

/** Puts an element on a page that makes the browser ask for an address, and returns what the application said. */
async function caused({ site, page, path, by }: Cause): Promise<Passed> {
  const { answered, release } = site.front.hold(`${site.place.basePath}${path}`)
  const element = JSON.stringify(by(`${site.baseUrl}${path}`))
  await page.evaluate(`document.body.append(document.createRange().createContextualFragment(${element}))`)
  const passed = await answered
  release()
  return passed
}

function prefetch(href: string): string {
  return `<link rel="prefetch" href="${href}">`
}

function image(href: string): string {
  return `<img alt="" src="${href}">`
}

function speculation(kind: 'prefetch' | 'prerender'): (href: string) => string {
  return (href) => `<script type="speculationrules">${JSON.stringify({ [kind]: [{ urls: [href], eagerness: 'immediate' }] })}</script>`
}
