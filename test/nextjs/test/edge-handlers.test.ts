import { listen, login } from '@oauth-test/provider'
import { next16Lowest, nextFrameworks } from '@oauth-test/web/next'
import { front } from '@oauth-test/web/visitor'
import { useWorld } from '@oauth-test/web/world'
import { describe, expect, it } from 'vitest'

describe.each([...nextFrameworks, next16Lowest])('route handlers on the edge runtime, $name', (framework) => {
  const world = useWorld(framework)

  it('RFC 7636 §4.3: login() sends a challenge, and the login is finished by a handler on Node', async () => {
    const { app, provider } = world
    const browser = app.browser()
    const asked = await browser.goto(`${app.baseUrl}/edge/login`)
    const { searchParams } = new URL(asked.history.find(({ url }) => url.startsWith(`${provider.issuer}/auth?`))?.url ?? '')
    expect([searchParams.get('code_challenge'), searchParams.get('code_challenge_method')]).toEqual([
      expect.stringMatching(/^[\w-]{43}$/),
      'S256',
    ])
    await login(asked, { username: 'alice' })
    expect((await front(browser, app)).user?.sub).toBe('alice')
  })

  it('client() calls an API', async () => {
    const browser = await world.loggedIn()
    const answer = await browser.fetch(`${world.app.baseUrl}/edge/api`)
    expect([answer.status, await answer.json()]).toEqual([200, expect.objectContaining({ sub: 'alice' })])
  })

  it.each(['', '&request'])('RD09: where the API redirects to another origin, its key does not come along, nor the token%s', async (as) => {
    const seen: (readonly [where: string, token: string | undefined, key: unknown])[] = []
    const other = await listen(({ headers }, response) => {
      seen.push(['other', headers.authorization, headers['x-api-key']])
      response.setHeader('content-type', 'application/json').end('{ "from": "other" }')
    })
    const api = await listen(({ url, headers }, response) => {
      seen.push([url ?? '', headers.authorization, headers['x-api-key']])
      response.writeHead(307, { location: url === '/' ? '/within' : other.url }).end()
    })
    try {
      const browser = await world.loggedIn()
      const answer = await browser.fetch(`${world.app.baseUrl}/edge/api?api=${encodeURIComponent(`${api.url}/`)}${as}`)
      expect([answer.status, await answer.json()]).toEqual([200, { from: 'other' }])
      const token = expect.stringMatching(/^Bearer ./)
      expect(seen).toEqual([
        ['/', token, 'key'],
        ['/within', token, 'key'],
        ['other', undefined, undefined],
      ])
    } finally {
      await Promise.all([api.close(), other.close()])
    }
  })
})
