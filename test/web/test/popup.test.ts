import { runInNewContext } from 'node:vm'
import type { Page } from '@oauth-test/provider'
import { describe, expect, it } from 'vitest'
import { hostileAddresses, sample } from '../src/corpus/hostile-addresses.ts'
import { faultOf } from '../src/corpus/landing.ts'
import { frameworks } from '../src/frameworks.ts'
import { isLoggedIn } from '../src/logout-requests.ts'
import { useScriptedWorld } from '../src/scripted-world.ts'

/** What the page's script does in a window, with an opener or without. */
function played({ body, links }: Page, hasOpener: boolean): readonly unknown[] {
  const done: unknown[] = []
  const opener = { postMessage: (...sent: readonly unknown[]) => done.push(sent) }
  const scripts = [...body.matchAll(/<script nonce="[\w-]{43}">([^<]*)<\/script>/g)]
  expect([scripts.length, links.length]).toEqual([1, 1])
  runInNewContext(scripts[0]?.[1] ?? '', {
    window: { opener: hasOpener ? opener : null, close: () => done.push('closed') },
    history: { replaceState: (...[, , url]: readonly unknown[]) => done.push({ shownAs: url }) },
    location: { replace: (url: string) => done.push(url) },
    document: { links: [new URL(links[0]?.href ?? '')] },
  })
  // What comes from another realm has another prototype.
  return JSON.parse(JSON.stringify(done))
}

describe.each(frameworks)('$name', (framework) => {
  describe('AR30: a login in a popup', () => {
    const world = useScriptedWorld(framework)
    const login = (query: Readonly<Record<string, string>> = {}, from?: string) => {
      const url = `${world.app.baseUrl}/auth/demo/login?${new URLSearchParams({ popup: 'true', ...query })}`
      return world.app.browser().goto(url, from === undefined ? {} : { from })
    }

    it.each([
      ['of the application', undefined],
      ['of another site, which hears nothing', 'https://evil.example/'],
    ])('tells the page that opened it, when that is of exactly this origin, and closes: opened by a page %s', async (_whose, from) => {
      const page = await login({ returnTo: '/static' }, from)
      expect(page.status).toBe(200)
      expect(played(page, true)).toEqual([
        // An address without the code.
        { shownAs: `${world.app.baseUrl}/static` },
        [{ type: 'oauth:login' }, world.app.baseUrl],
        'closed',
      ])
      expect(page.body).not.toMatch(/\*|evil|access|code-|eyJ/)
    })

    it('goes on where it was to where nobody has opened it, and the person is logged in', async () => {
      const { app } = world
      const browser = app.browser()
      const page = await browser.goto(`${app.baseUrl}/auth/demo/login?popup=true&returnTo=/static`)
      expect(played(page, false)).toEqual([{ shownAs: `${app.baseUrl}/static` }, `${app.baseUrl}/static`])
      expect(await isLoggedIn(browser, app)).toBe(true)
    })

    it('RD12: runs the one script that its policy names by a nonce, is in no frame, and keeps its opener', async () => {
      const policies = [await login(), await login()].map(({ headers, body }) => {
        const policy = headers.get('content-security-policy') ?? ''
        const [, nonce] = /^default-src 'none'; script-src 'nonce-([\w-]{43})';.*frame-ancestors 'none'$/.exec(policy) ?? []
        expect(body.split(`<script nonce="${nonce}">`)).toHaveLength(2)
        expect(headers.get('cross-origin-opener-policy')).toBe('unsafe-none')
        expect([headers.get('cache-control'), headers.get('referrer-policy')]).toEqual(['private, no-store', 'no-referrer'])
        return policy
      })
      expect(new Set(policies).size).toBe(2)
    })

    it('RD01: goes on at no hostile address, and its script stays what it is', async () => {
      const { app } = world
      const values = sample(hostileAddresses(app.baseUrl), 41).filter(({ value }) => value.length <= 1024)
      expect(values.length).toBeGreaterThan(40)
      for (const { value } of values) {
        const page = await login({ returnTo: value })
        const fault = faultOf(String(played(page, false).at(-1)), { baseUrl: app.baseUrl, asked: page.url })
        expect([value, fault]).toEqual([value, undefined])
      }
    }, 60_000)

    it('says nothing to anybody when the login fails', async () => {
      const { app, server } = world
      server.answer('token', { status: 400, body: { error: 'invalid_grant' } })
      const page = await login()
      server.answer('token', world.tokens)
      expect(page.status).toBe(502)
      expect(page.body).not.toMatch(/<script|postMessage/)
      expect(app.output).not.toContain('the-client-secret')
    })
  })
})
