import { type Browser, type BrowserCookie, login, type Page } from '@oauth-test/provider'
import type { App, Front } from './framework.ts'

type Address = Pick<App, 'baseUrl'>

/** Who logs in, and where. */
export interface Visit {
  readonly username?: string
  /** A page that wants a login: the guarded one unless told. */
  readonly path?: string
}

/** Logs in by going to a page that wants a login. */
export async function logIn(browser: Browser, { baseUrl }: Address, { username = 'alice', path = '/guarded' }: Visit = {}): Promise<Page> {
  return login(await browser.goto(`${baseUrl}${path}`), { username })
}

/** A login at the point where the provider has answered, and the browser has not yet brought the answer. */
export interface AnsweredLogin {
  readonly browser: Browser
  /** Address of the callback, with the answer. */
  readonly callback: string
  /** Brings it, as a redirect of the provider does. */
  finish(): Promise<Page>
}

/** Logs in up to the provider's answer. `begin` is called with the browser before, to give it cookies. */
export async function answeredLogin(app: App, visit: Visit = {}, begin?: (browser: Browser) => unknown): Promise<AnsweredLogin> {
  let isStopped = true
  const browser = app.browser({ stopAt: ({ href }) => isStopped && href.startsWith(app.baseUrl) && /\/callback\b/.test(href) })
  await begin?.(browser)
  const { url: callback } = await logIn(browser, app, visit)
  if (!callback.includes('code=')) throw new Error(`The provider did not answer: the browser is at ${callback}`)
  isStopped = false
  return { browser, callback, finish: () => browser.goto(callback, { from: 'https://provider.example/' }) }
}

/** What the application's front page says to this browser. */
export async function front(browser: Browser, { baseUrl }: Address): Promise<Front> {
  const page = await browser.goto(`${baseUrl}/`)
  if (page.status !== 200) throw new Error(`The front page answered ${page.status}: ${page.text}`)
  return JSON.parse(page.body) as Front
}

/** `sub` of who is logged in, told to a script of a page of the application. */
export async function subOf(browser: Browser, { baseUrl }: Address): Promise<string | undefined> {
  // A script elsewhere, such as on the provider's page, comes without cookies.
  if (browser.page?.url.startsWith(`${baseUrl}/`) !== true) await browser.goto(`${baseUrl}/static`)
  const response = await browser.fetch(`${baseUrl}/`)
  if (!response.ok) throw new Error(`The front page answered ${response.status}`)
  return ((await response.json()) as Front).user?.sub
}

/** The cookies of the session, whatever it is called. */
export function sessionCookies(browser: Browser, { baseUrl }: Address): readonly BrowserCookie[] {
  return browser.cookies.all(`${baseUrl}/`).filter(({ name }) => name.includes('.session.'))
}

/** The cookies of login attempts. */
export function loginCookies(browser: Browser, { baseUrl }: Address): readonly BrowserCookie[] {
  return browser.cookies.all(`${baseUrl}/`).filter(({ name }) => name.includes('.login.'))
}

/** Gives one browser the session of another, as an attacker with a foot in a neighbouring host would. */
export function plantSession(to: Browser, from: Browser, app: Address): void {
  for (const { name } of sessionCookies(to, app)) to.cookies.delete(name)
  for (const { name, value } of sessionCookies(from, app)) to.cookies.store(`${name}=${value}; Path=/`, `${app.baseUrl}/`)
}

/** Ends the browser's session at the provider, so that somebody else can log in. */
export function leaveProvider(browser: Browser): void {
  for (const { name } of browser.cookies.all()) if (name.startsWith('op_')) browser.cookies.delete(name)
}

/** Logs out by the button of a page, which is a form that answers where to go. */
export async function signOut(browser: Browser, { baseUrl }: Address): Promise<Response> {
  await browser.goto(`${baseUrl}/static`)
  return browser.fetch(`${baseUrl}/sign-out`, { method: 'POST', redirect: 'manual' })
}
