import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import type { Answered, TestBrowser } from './testing/browser.js'
import { APP, type Call, type World, world } from './testing/world.js'

const CALLBACK = '/auth/demo/callback'

async function finished(
  app: World,
  { returnTo = '/items', browser = app.browser() }: { returnTo?: string; browser?: TestBrowser<Call> } = {},
) {
  const { location } = await browser.go(`/auth/demo/login?${new URLSearchParams({ returnTo, popup: 'true' })}`)
  return browser.go(`${CALLBACK}?${app.server.authorize(location)}`)
}

/** What the page's script does in a window, as far as it may. */
function played({ body }: Answered, hasOpener: boolean) {
  const done: unknown[] = []
  const [, href = ''] = /<a href="([^"]*)">/.exec(body) ?? []
  const link = new URL(href.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&amp;', '&'))
  const opener = { postMessage: (message: unknown, target: string) => done.push({ ...(message as object), target }) }
  const window = { opener: hasOpener ? opener : null, close: () => done.push('close') }
  const location = { replace: (url: string) => done.push(url) }
  const history = { replaceState: (_state: null, _title: string, url: string) => done.push(`shown as ${url}`) }
  const [, script = ''] = /<script nonce="[\w-]{43}">([^<]*)<\/script>/.exec(body) ?? []
  runInNewContext(script, { window, location, history, document: { links: [link] } })
  return done
}

describe('AR30: a login in a popup', () => {
  it('ends in a page that tells its opener, at exactly the origin of this application, and closes', async () => {
    const app = world()
    const browser = app.browser()
    const answer = await finished(app, { browser })
    expect(answer.status).toBe(200)
    expect(answer.body).not.toContain('*')
    expect(played(answer, true)).toEqual([`shown as ${APP}/items`, { type: 'oauth:login', target: APP }, 'close'])
    expect((await browser.open()).user?.sub).toBe('alice')
  })

  it('goes on in its own window where nobody has opened it', async () => {
    expect(played(await finished(world()), false)).toEqual([`shown as ${APP}/items`, `${APP}/items`])
  })

  it('RD12: its one script is allowed by a nonce that is new each time, and nobody may have it in a frame', async () => {
    const app = world()
    const answers = [await finished(app), await finished(app)]
    const nonces = answers.map(({ headers, body }) => {
      const policy = headers['content-security-policy'] ?? ''
      const [, nonce = ''] = /script-src 'nonce-([\w-]{43})';/.exec(policy) ?? []
      expect(policy).toMatch(/^default-src 'none';.*frame-ancestors 'none'$/)
      expect(body.split(`<script nonce="${nonce}">`)).toHaveLength(2)
      expect(body.match(/<script/g)).toHaveLength(1)
      return nonce
    })
    expect(new Set(nonces).size).toBe(2)
    expect(answers[0]?.headers).toMatchObject({
      'cache-control': 'private, no-store',
      'referrer-policy': 'no-referrer',
      'content-type': 'text/html; charset=utf-8',
      'cross-origin-opener-policy': 'unsafe-none',
    })
  })

  it.each(['/a?b="><script>alert(1)</script>', "/a?b='</script>&c=1", '/</script><script>alert(1)//'])(
    'RD12: what comes after is data, and never part of the script: %s',
    async (returnTo) => {
      const answer = await finished(world(), { returnTo })
      expect(answer.body.match(/<\/?script/g)).toHaveLength(2)
      expect(answer.body.match(/"/g)).toHaveLength(8)
      const [, url = ''] = played(answer, false) as string[]
      expect(new URL(url).origin).toBe(APP)
    },
  )

  it('RD12: an address is encoded for HTML', async () => {
    const answer = await finished(world(), { returnTo: '/a?b=1&copy=2' })
    expect(answer.body).toContain(`<a href="${APP}/a?b=1&amp;copy=2">`)
    expect(played(answer, false)).toContain(`${APP}/a?b=1&copy=2`)
  })

  it('RD01: goes nowhere else', async () => {
    for (const returnTo of ['https://evil.example', '//evil.example', '/\\evil.example'])
      expect(played(await finished(world(), { returnTo }), false)).toEqual([`shown as ${APP}/`, `${APP}/`])
  })

  it('is begun by the application, too; and by nothing but the word', async () => {
    const app = world()
    const browser = app.browser()
    const visit = await browser.open('/')
    const url = await visit.login('demo', { popup: true, returnTo: '/items' })
    browser.take(visit)
    expect((await browser.go(`${CALLBACK}?${app.server.authorize(url)}`)).status).toBe(200)
    for (const popup of ['', '1', 'false']) {
      const { location } = await browser.go(`/auth/demo/login?${new URLSearchParams({ popup })}`)
      expect((await browser.go(`${CALLBACK}?${app.server.authorize(location)}`)).status).toBe(303)
    }
  })

  it('tells nothing of a login that failed: that is an error as everywhere', async () => {
    const app = world()
    const browser = app.browser()
    const { location } = await browser.go('/auth/demo/login?popup=true')
    const answer = app.server.authorize(location, { answer: { code: undefined, error: 'access_denied' } })
    expect((await browser.go(`${CALLBACK}?${answer}`)).error).toMatchObject({ error: 'access_denied' })
  })
})
