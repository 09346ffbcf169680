import { createBrowser, login } from '@oauth-test/provider'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { oauth } from '../src/index.js'
import { closeAll, world } from './world.js'

afterEach(closeAll)

describe('handlers', () => {
  it('log people in at the address of the application, whatever the request says of host and scheme (RD07), and tell no token (SS24)', async () => {
    const { baseUrl, browser, provider } = await world()
    const page = await login(await browser.goto(`${baseUrl}/auth/op/login`, { headers: { 'x-forwarded-host': 'evil.example' } }), {
      username: 'alice',
    })
    expect(page.url).toBe(`${baseUrl}/`)
    const callback = page.history.find(({ url }) => url.includes('/auth/op/callback'))
    expect(callback?.url.startsWith(`${baseUrl}/auth/op/callback?`)).toBe(true)
    const user = await browser.goto(`${baseUrl}/auth/user`)
    expect(JSON.parse(user.body)).toMatchObject({ sub: 'alice', email: 'alice@example.com', iss: provider.issuer })
    expect(user.body).not.toMatch(/token/)
    expect(user.headers.get('cache-control')).toBe('private, no-store')
  })

  it('log out by a form', async () => {
    const { baseUrl, browser, signIn } = await world()
    await signIn()
    const response = await browser.fetch(`${baseUrl}/auth/logout`, { method: 'POST', redirect: 'manual', body: new URLSearchParams() })
    expect(response.status).toBe(303)
    expect((await browser.fetch(`${baseUrl}/auth/user`)).status).toBe(401)
  })

  it.each([
    ['application/x-www-form-urlencoded', 'code=c&state=s', 400],
    ['application/x-www-form-urlencoded; charset=utf-8', `code=c&state=s&x=${'y'.repeat(65_536)}`, 413],
    ['text/plain', 'code=c&state=s', 415],
  ])('LO06, SS16: read a form of %s, and no other or larger body', async (type, body, status) => {
    const op = { issuer: 'https://as.example', clientId: 'client', responseMode: 'form_post' } as const
    const { handlers } = oauth({ baseUrl: 'https://app.example', secret: 'x'.repeat(32), providers: { op } })
    const request = new Request('https://app.example/auth/op/callback', { method: 'POST', body, headers: { 'content-type': type } })
    expect((await handlers.POST(request)).status).toBe(status)
  })

  it.each(['/auth/nothing', '/auth/op/Callback', '/auth//logout', '/auth/op/callback;x'])('SS25: %s is no route', async (path) => {
    const { baseUrl } = await world()
    expect((await createBrowser().goto(`${baseUrl}${path}`)).status).toBe(404)
  })

  it('SS15: a request of the router starts no login', async () => {
    const { baseUrl, browser } = await world()
    for (const headers of [{ rsc: '1' }, { 'next-router-prefetch': '1' }, { purpose: 'prefetch' }] as const) {
      const page = await browser.goto(`${baseUrl}/auth/op/login`, { headers })
      expect([page.status, page.headers.getSetCookie()]).toEqual([401, []])
    }
  })

  it('end in a page that offers the login again, and tell the operator what is not the person’s doing', async () => {
    const { baseUrl, browser, provider } = await world()
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    await provider.close()
    const page = await browser.goto(`${baseUrl}/auth/op/login`)
    expect([page.status, page.links.map(({ href }) => href)]).toEqual([502, [`${baseUrl}/auth/op/login`]])
    expect(log).toHaveBeenCalledTimes(1)
    log.mockRestore()
  })
})
