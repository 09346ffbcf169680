import { readFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { startWorld } from '@oauth-example/express-got/world'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { launch, screenshot } from '../src/launch.ts'

/** The function of the guide, as it stands there. */
async function guide(): Promise<string> {
  const text = await readFile(new URL('../../../docs/express.md', import.meta.url), 'utf8')
  const [, code] = /```ts check\n(function loginInPopup[^`]*)```/.exec(text) ?? []
  if (code === undefined) throw new Error('docs/express.md has no loginInPopup')
  return stripTypeScriptTypes(code)
}

describe('AR30: a login in a popup, in Chromium', () => {
  let browser: Browser
  let world: Awaited<ReturnType<typeof startWorld>>
  let code: string
  let context: BrowserContext
  let page: Page

  beforeAll(async () => {
    world = await startWorld(3600)
    code = await guide()
    browser = await launch()
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    await world?.close()
  })
  beforeEach(async () => {
    context = await browser.newContext()
    page = await context.newPage()
    await page.goto(world.baseUrl)
  })
  afterEach(() => context.close())

  /** A person clicks, and the function of the guide opens the popup. */
  async function opened(): Promise<Page> {
    const [popup] = await Promise.all([
      context.waitForEvent('page'),
      page.evaluate(`window.told = 0; ${code}; loginInPopup(() => { window.told += 1 })`),
    ])
    return popup
  }

  const told = () => page.evaluate('window.told')
  const isLoggedIn = () => page.evaluate("fetch('/auth/user').then(({ status }) => status === 200)")

  async function signIn(popup: Page): Promise<void> {
    await popup.getByLabel('Username').fill('alice')
    await popup.getByLabel('Password').fill('any password')
    await popup.getByRole('button', { name: 'Sign in' }).click()
    await popup.getByRole('button', { name: 'Allow' }).waitFor()
  }

  it('the page that waits is told once, the popup is gone, and the person is logged in', async () => {
    const popup = await opened()
    await signIn(popup)
    const closed = popup.waitForEvent('close')
    await popup.getByRole('button', { name: 'Allow' }).click()
    await closed
    await expect.poll(told).toBe(1)
    expect([await isLoggedIn(), page.url()]).toEqual([true, `${world.baseUrl}/`])
  })

  it('messages of another origin, and of another window, are ignored', async () => {
    const popup = await opened()
    await popup.getByLabel('Username').waitFor()
    // The provider's page, which is of another origin; and this page to itself.
    await popup.evaluate("window.opener.postMessage({ type: 'oauth:login' }, '*')")
    await page.evaluate(
      "new Promise((resolve) => { window.addEventListener('message', ({ data }) => data === 'last' && resolve()); postMessage({ type: 'oauth:login' }, origin); postMessage('last', origin) })",
    )
    expect(await told()).toBe(0)
  })

  it('a page of another origin that opened the popup is told nothing', async () => {
    const other = await context.newPage()
    await other.goto(`${world.example.issuer}/.well-known/openid-configuration`)
    await other.evaluate("window.heard = []; window.addEventListener('message', ({ data }) => window.heard.push(data))")
    const [popup] = await Promise.all([
      context.waitForEvent('page'),
      other.evaluate(`void window.open('${world.baseUrl}/auth/example/login?popup=true', 'login', 'popup')`),
    ])
    await signIn(popup)
    const closed = popup.waitForEvent('close')
    await popup.getByRole('button', { name: 'Allow' }).click()
    await closed
    expect(await other.evaluate('new Promise((resolve) => setTimeout(() => resolve(window.heard), 0))')).toEqual([])
  })

  it('where nobody has opened it the login goes on in its own window, and its address has no code', async () => {
    await page.goto(`${world.baseUrl}/auth/example/login?popup=true&returnTo=/me`)
    await signIn(page)
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.waitForURL(`${world.baseUrl}/me`)
    await screenshot(page, 'popup-without-opener')
    expect(await page.evaluate('navigation.entries().map(({ url }) => url).filter((url) => url?.includes("code="))')).toEqual([])
  })
})
