import { describe, expect, it } from 'vitest'
import { everyApplication } from '../src/frameworks.ts'
import { hashOf } from '../src/hash-of.ts'
import { front, logIn } from '../src/visitor.ts'
import { useWorld } from '../src/world.ts'

describe.each(everyApplication)('$name', ({ framework, stored }) => {
  const world = useWorld(framework, { stored, also: ['other'] })

  it('every page is as the other cases take it to be', async () => {
    const { app, provider } = world
    const browser = app.browser()
    expect(await front(browser, app)).toEqual({ logins: [] })
    expect((await logIn(browser, app, { path: '/guarded' })).text).toContain('guarded: alice')
    expect(await front(browser, app)).toMatchObject({
      user: { sub: 'alice', email: 'alice@example.com' },
      provider: 'demo',
      logins: ['demo'],
    })
    expect((await browser.goto(`${app.baseUrl}/guarded/items/17`)).text).toContain('item: 17')
    expect(await (await browser.fetch(`${app.baseUrl}/guarded/api`)).json()).toEqual({ sub: 'alice' })
    const { accessTokenHash } = JSON.parse((await browser.goto(`${app.baseUrl}/token`)).body)
    expect(accessTokenHash).toHaveLength(hashOf('').length)
    expect((await browser.goto(`${app.baseUrl}/rendered`)).text).toContain(`token: ${accessTokenHash}`)
    expect(JSON.parse((await browser.goto(`${app.baseUrl}/api`)).body)).toMatchObject({ sub: 'alice' })
    expect((await logIn(browser, app, { path: '/link?provider=other' })).url).toBe(`${app.baseUrl}/`)
    expect(await front(browser, app)).toMatchObject({ provider: 'other', logins: ['demo', 'other'] })
    expect((await browser.goto(`${app.baseUrl}/static`)).text).toContain('static')
    const out = await browser.fetch(`${app.baseUrl}/sign-out`, { method: 'POST', redirect: 'manual' })
    expect(out.headers.get('location')).toContain(provider.issuer)
    expect(await front(browser, app)).toEqual({ logins: [] })
    expect(app.output).not.toContain('Error')
  })
})
