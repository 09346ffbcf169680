import { type Browser, login, type Page } from '@oauth-test/provider'
import { nextFrameworks } from '@oauth-test/web/next'
import { loginCookies, sessionCookies } from '@oauth-test/web/visitor'
import { useWorld } from '@oauth-test/web/world'
import { describe, expect, it } from 'vitest'

describe.each(nextFrameworks)('server actions, $name', (framework) => {
  const world = useWorld(framework, { also: ['other'] })

  /** The page with the forms, in a browser of its own or in one that has logged in. */
  async function actions(browser: Browser = world.app.browser()): Promise<{ readonly browser: Browser; readonly page: Page }> {
    return { browser, page: await browser.goto(`${world.app.baseUrl}/actions`) }
  }

  /** Has an action run as a browser with scripts does, which sends its id in a header. */
  async function call(browser: Browser, page: Page, button: string, fields: Readonly<Record<string, string>> = {}): Promise<Response> {
    const form = page.form(({ buttons }) => buttons.some(({ text }) => text === button))
    const id = form.defaults.map(({ name }) => /^\$ACTION_ID_(\w+)$/.exec(name)?.[1]).find((found) => found !== undefined)
    if (id === undefined) throw new Error(`The form of "${button}" has no action.`)
    const body = new FormData()
    for (const [name, value] of Object.entries(fields)) body.append(`_1_${name}`, value)
    body.append('0', '["$K1"]')
    return browser.fetch(page.url, { method: 'POST', headers: { 'Next-Action': id, Accept: 'text/x-component' }, body, redirect: 'manual' })
  }

  it('login() sends the browser to the login of a provider, and back to where it is told', async () => {
    const { page } = await actions()
    const asked = await page.submit({ provider: 'other' }, 'sign in')
    expect(asked.history.find(({ method }) => method === 'POST')?.status).toBe(303)
    const back = await login(asked, { username: 'alice' })
    expect([back.url, back.text]).toEqual([`${world.app.baseUrl}/actions`, expect.stringContaining('user: alice')])
    expect(back.history.some(({ url }) => url.includes('/auth/other/callback'))).toBe(true)
  })

  it('login() called by a script has the router leave the page', async () => {
    const { browser, page } = await actions()
    const answer = await call(browser, page, 'sign in', { provider: 'demo' })
    const [to = ''] = (answer.headers.get('x-action-redirect') ?? answer.headers.get('location') ?? '').split(';')
    expect(to).toContain(`${world.provider.issuer}/auth?`)
    expect(loginCookies(browser, world.app)).toHaveLength(1)
    expect((await login(await browser.goto(to), { username: 'bob' })).text).toContain('user: bob')
  })

  it('logout() ends the session, and sends the browser to the provider and back', async () => {
    const { page, browser } = await actions(await world.loggedIn())
    expect(page.text).toContain('user: alice')
    const asked = await page.click('sign out')
    expect(asked.history.map(({ url }) => url.startsWith(world.provider.issuer))).toContain(true)
    expect(sessionCookies(browser, world.app)).toEqual([])
    expect((await actions(browser)).page.text).toContain('user: undefined')
  })

  it('protect() lets an action run for who is logged in', async () => {
    const { page } = await actions(await world.loggedIn())
    const told = await page.submit({ word: 'open' }, 'use guarded')
    expect(told.text).toContain('told: open alice')
  })

  it('SS21: protect() sends everybody else to the login and back, and the action does not run', async () => {
    const { page, browser } = await actions()
    const asked = await page.submit({ word: 'open' }, 'use guarded')
    expect(asked.history.flatMap(({ setCookie }) => setCookie).filter((cookie) => cookie.startsWith('told='))).toEqual([])
    expect(asked.url).toContain(world.provider.issuer)
    const back = await login(asked, { username: 'alice' })
    expect([back.url, back.text]).toEqual([`${world.app.baseUrl}/actions`, expect.stringContaining('told: undefined')])
    expect(browser.cookies.get('told')).toBeUndefined()
  })

  it('SS21: so it does when a script calls it', async () => {
    const { page, browser } = await actions()
    const answer = await call(browser, page, 'use guarded', { word: 'open' })
    expect(browser.cookies.get('told')).toBeUndefined()
    expect(await answer.text()).not.toContain('open')
    const [to] = (answer.headers.get('x-action-redirect') ?? answer.headers.get('location') ?? '').split(';')
    expect(to).toContain('/auth/demo/login')
  })

  it('SS24: what an action answers shows no token', async () => {
    const { page, browser } = await actions(await world.loggedIn())
    const answer = await call(browser, page, 'use token')
    const shown = `${JSON.stringify([...answer.headers])}${await answer.text()}`
    expect(decodeURIComponent(shown)).toContain('accessTokenHash')
    expect(world.provider.issued.length).toBeGreaterThan(0)
    for (const token of world.provider.issued) expect(shown.includes(token)).toBe(false)
  })
})
