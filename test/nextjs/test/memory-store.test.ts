import { next15OnNode, nextFrameworks } from '@oauth-test/web/next'
import { useWorld } from '@oauth-test/web/world'
import { describe, expect, it } from 'vitest'

describe.each([...nextFrameworks, next15OnNode])('sessions in memoryStore(), $name', (framework) => {
  const world = useWorld(framework, { app: { store: 'memory' }, provider: { accessTokenTtl: 1 } })

  it('RF02: a page and handlers, which Next has in different bundles, renew a token once when they come at the same moment', async () => {
    const { app, provider } = world
    const browser = await world.loggedIn()
    const over = Date.now() + 1100
    await expect.poll(() => Date.now(), { timeout: 3000 }).toBeGreaterThan(over)
    await browser.goto(`${app.baseUrl}/static`)
    const before = provider.tokenRequests('refresh_token')
    const paths = ['/rendered', '/token', '/proxied', '/api', '/without-proxy/token', '/rendered']
    const answers = await Promise.all(paths.map(async (path) => (await browser.fetch(`${app.baseUrl}${path}`)).text()))
    for (const body of answers) expect(body).not.toContain('OAUTH_')
    expect([provider.tokenRequests('refresh_token') - before, provider.reuseDetected]).toEqual([1, 0])
  })
})
