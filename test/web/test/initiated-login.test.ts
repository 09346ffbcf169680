import { login } from '@oauth-test/provider'
import { describe, expect, it } from 'vitest'
import { frameworks } from '../src/frameworks.ts'
import { loginCookies } from '../src/visitor.ts'
import { useWorld } from '../src/world.ts'

/** A site that has a link to the application. */
const ELSEWHERE = { from: 'https://portal.example/' }

describe.each(frameworks)('$name', (framework) => {
  describe('AR27: a login that another site begins', () => {
    const world = useWorld(framework, { also: ['other'] })

    it.each(['https://evil.example', '', 'javascript:alert(1)', '//evil.example', 'https://evil.example/?iss=x'])(
      'AR27: at the issuer "%s", which is not the one of this provider, is refused: nothing is begun',
      async (iss) => {
        const { app, provider } = world
        const browser = app.browser()
        const before = provider.requests.length
        const query = new URLSearchParams({ iss, target_link_uri: '//evil.example', scope: 'admin' })
        const page = await browser.goto(`${app.baseUrl}/auth/demo/login?${query}`, ELSEWHERE)
        expect([page.status, page.body.includes('OAUTH_ISS_MISMATCH')]).toEqual([400, true])
        expect(page.body).not.toContain('evil.example')
        expect(loginCookies(browser, app)).toEqual([])
        expect(provider.requests.length).toBe(before)
      },
    )

    it('AR27: with two issuers of which one is right is refused', async () => {
      const { app, provider } = world
      const query = new URLSearchParams([
        ['iss', provider.issuer],
        ['iss', 'https://evil.example'],
      ])
      const page = await app.browser().goto(`${app.baseUrl}/auth/demo/login?${query}`, ELSEWHERE)
      expect(page.status).toBe(400)
    })

    it.each([
      '//evil.example',
      'https://evil.example/',
      '/\\evil.example',
      'javascript:alert(1)',
      '{app}.evil.example/',
      '{app}@evil.example/',
      '{app}//evil.example',
      '{app}/\\evil.example',
    ])('AR27: the target "%s" leads to the front page; scopes and all else are not taken from the request', async (target) => {
      const { app, provider } = world
      const query = new URLSearchParams({
        iss: provider.issuer,
        target_link_uri: target.replace('{app}', app.baseUrl),
        scope: 'openid admin',
        client_id: 'evil',
        redirect_uri: 'https://evil.example/callback',
        state: 'evil',
        prompt: 'none',
      })
      const shown = await app.browser().goto(`${app.baseUrl}/auth/demo/login?${query}`, ELSEWHERE)
      const asked = new URL(shown.history.find(({ url }) => url.startsWith(`${provider.issuer}/auth?`))?.url ?? '').searchParams
      expect([asked.get('scope'), asked.get('client_id'), asked.get('redirect_uri'), asked.get('prompt')]).toEqual([
        'openid email',
        'client-demo',
        `${app.baseUrl}/auth/demo/callback`,
        null,
      ])
      expect(asked.get('state')).not.toContain('evil')
      expect((await login(shown, { username: 'alice' })).url).toBe(`${app.baseUrl}/`)
    })

    it('AR27: the target of a page of the application is where the login ends, for the person whom the provider means', async () => {
      const { app, provider } = world
      const query = new URLSearchParams({ iss: provider.issuer, target_link_uri: `${app.baseUrl}/guarded/items/27`, login_hint: 'bob' })
      const shown = await app.browser().goto(`${app.baseUrl}/auth/demo/login?${query}`, ELSEWHERE)
      expect(shown.form().fields.find(({ name }) => name === 'username')?.value).toBe('bob')
      expect((await login(shown, { username: 'bob' })).url).toBe(`${app.baseUrl}/guarded/items/27`)
    })
  })
})
