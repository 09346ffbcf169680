import type { BrowserContext, Page } from 'playwright-core'
import { goBack } from './go-back.ts'
import { screenshot } from './launch.ts'
import type { Site } from './site.ts'

/** A person with a browser of their own, at an application. */
export class Visitor {
  readonly site: Site
  readonly context: BrowserContext
  /** The first tab. */
  readonly page: Page

  private constructor(site: Site, context: BrowserContext, page: Page) {
    this.site = site
    this.context = context
    this.page = page
  }

  static async arrive(site: Site, context: BrowserContext): Promise<Visitor> {
    context.setDefaultTimeout(10_000)
    return new Visitor(site, context, await context.newPage())
  }

  /** Goes to a page of the application. */
  async goto(path: string, page: Page = this.page): Promise<void> {
    await page.goto(`${this.site.baseUrl}${path}`)
  }

  /** Signs in on the start page, and ends there. */
  async signIn({ at = 'Example', as = 'alice' }: { readonly at?: 'Example' | 'Forge'; readonly as?: 'alice' | 'bob' } = {}): Promise<void> {
    await this.goto('/')
    await this.page.getByText(`Sign in with ${at}`).click()
    await this.identify(as)
    await this.allow()
  }

  /** Fills the provider's login page. */
  async identify(username: 'alice' | 'bob', page: Page = this.page): Promise<void> {
    await page.getByLabel('Username').fill(username)
    await page.getByLabel('Password').fill('any password')
    await page.getByRole('button', { name: 'Sign in' }).click()
  }

  /** Says yes on the provider's consent page, and is sent back. */
  async allow(page: Page = this.page): Promise<void> {
    await page.getByRole('button', { name: 'Allow' }).click()
    await this.isBack(page)
  }

  /** Waits until the application is shown. */
  async isBack(page: Page = this.page): Promise<void> {
    await page.waitForURL(({ origin, pathname }) => `${origin}${pathname}/`.startsWith(`${this.site.baseUrl}/`))
  }

  /** Presses the back button, and waits until the page before is there. */
  async back(): Promise<void> {
    await goBack(this.page)
  }

  /** The path that is shown, below the application's address. */
  path(page: Page = this.page): string {
    return page
      .url()
      .slice(this.site.baseUrl.length)
      .replace(/^(?!\/)/, '/')
  }

  /** The page's main heading. */
  async heading(page: Page = this.page): Promise<string> {
    return (await page.locator('h1').textContent()) ?? ''
  }

  /** Names and attributes of the application's cookies of one kind. */
  async cookies(kind: 'session' | 'login') {
    const name = this.site.place.https ? `__Host-oauth.${kind}.` : `oauth.${kind}.`
    return (await this.context.cookies(this.site.baseUrl)).filter((cookie) => cookie.name.startsWith(name))
  }

  /** Keeps a picture of what is shown, once for each application. */
  async picture(name: string): Promise<void> {
    if (!this.site.place.https) await screenshot(this.page, `${this.site.name}/${name}`)
  }
}
