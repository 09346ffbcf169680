import { startWorld } from '@oauth-example/express-got/world'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { launch, screenshot } from '../src/launch.ts'

describe('examples/express-got in Chromium', () => {
  let browser: Browser
  let world: Awaited<ReturnType<typeof startWorld>>
  let context: BrowserContext
  let page: Page

  beforeAll(async () => {
    world = await startWorld(3600)
    browser = await launch()
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    await world?.close()
  })
  beforeEach(async () => {
    context = await browser.newContext()
    page = await context.newPage()
  })
  afterEach(() => context.close())

  async function signIn(on: Page, username: string): Promise<void> {
    await on.getByLabel('Username').fill(username)
    await on.getByLabel('Password').fill('any password')
    await on.getByRole('button', { name: 'Sign in' }).click()
  }

  async function consent(on: Page): Promise<void> {
    await on.getByRole('button', { name: 'Allow' }).click()
    await on.waitForURL(`${world.baseUrl}/**`)
  }

  it('logs in, consents, calls the API, logs out', async () => {
    await page.goto(world.baseUrl)
    await screenshot(page, 'express-logged-out')
    await page.getByRole('link', { name: 'Log in' }).click()
    await screenshot(page, 'provider-login')
    await signIn(page, 'alice')
    await page.getByRole('button', { name: 'Allow' }).waitFor()
    await screenshot(page, 'provider-consent')
    await consent(page)
    expect(new URL(page.url()).pathname).toBe('/')
    await expect.poll(() => page.textContent('h1')).toContain('Alice')
    await page.getByRole('link', { name: 'Call the API' }).click()
    await screenshot(page, 'express-api')
    expect(await page.textContent('pre')).toContain('alice')
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.waitForURL(`${world.provider.issuer}/session/end**`)
  })

  async function loggedIn(on: Page = page): Promise<void> {
    await on.goto(`${world.baseUrl}/auth/demo/login`)
    await signIn(on, 'alice')
    await consent(on)
  }

  it('a person who says no ends on a plain page, logged out, and can start again', async () => {
    await page.goto(`${world.baseUrl}/auth/demo/login`)
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.waitForURL(`${world.baseUrl}/auth/demo/callback**`)
    await screenshot(page, 'express-denied')
    expect(await page.textContent('body')).toContain('OAUTH_AUTHORIZATION_RESPONSE')
    expect(await page.textContent('body')).not.toContain('access_denied')
    await page.getByRole('link', { name: 'Log in again' }).click()
    await signIn(page, 'alice')
    await consent(page)
    expect(await page.textContent('h1')).toContain('Alice')
  })

  it('SS13: two tabs log in at the same time and finish in reverse', async () => {
    const other = await context.newPage()
    await page.goto(`${world.baseUrl}/auth/demo/login?returnTo=/me`)
    await other.goto(`${world.baseUrl}/auth/demo/login?returnTo=/`)
    await signIn(other, 'alice')
    await consent(other)
    expect(new URL(other.url()).pathname).toBe('/')
    await signIn(page, 'alice')
    await consent(page)
    expect(new URL(page.url()).pathname).toBe('/me')
    expect(await page.textContent('pre')).toContain('alice')
  })

  it('AR05: the callback, loaded again, redeems no second code and keeps the login', async () => {
    let callback = ''
    page.on('request', (request) => {
      if (request.url().startsWith(`${world.baseUrl}/auth/demo/callback`)) callback = request.url()
    })
    await loggedIn()
    const redeemed = world.provider.tokenRequests('authorization_code')
    await page.goto(callback)
    expect(new URL(page.url()).pathname).toBe('/')
    expect(await page.textContent('h1')).toContain('Alice')
    expect(world.provider.tokenRequests('authorization_code')).toBe(redeemed)
  })

  it('RD11: after the callback the address has no code in it, and the back button does not go through it', async () => {
    await page.goto(world.baseUrl)
    await page.getByRole('link', { name: 'Log in' }).click()
    await signIn(page, 'alice')
    await consent(page)
    expect(page.url()).toBe(`${world.baseUrl}/`)
    await page.goBack()
    expect(page.url()).not.toContain('code=')
  })

  it('SS04: scripts cannot see the session', async () => {
    await loggedIn()
    expect(await page.evaluate('document.cookie')).toBe('')
    const [cookie] = (await context.cookies()).filter(({ name }) => name.startsWith('oauth.session'))
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' })
  })

  it('RF01: parallel requests of one page make one refresh when the API refuses the token', async () => {
    await loggedIn()
    const before = world.provider.tokenRequests('refresh_token')
    world.provider.expireAccessTokens()
    const statuses = await page.evaluate('Promise.all(Array.from({ length: 10 }, () => fetch("/api/me").then((answer) => answer.status)))')
    expect(statuses).toEqual(Array.from({ length: 10 }, () => 200))
    expect(world.provider.tokenRequests('refresh_token') - before).toBe(1)
    await page.goto(`${world.baseUrl}/me`)
    expect(await page.textContent('pre')).toContain('alice')
  })

  it('LO09: an image on another site cannot log anybody out', async () => {
    await loggedIn()
    const other = await context.newPage()
    await other.goto(world.provider.issuer).catch(() => undefined)
    await other.setContent(`<img src="${world.baseUrl}/auth/logout">`, { waitUntil: 'networkidle' })
    await page.goto(world.baseUrl)
    expect(await page.textContent('h1')).toContain('Alice')
  })
})
