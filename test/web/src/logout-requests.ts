import type { Browser } from '@oauth-test/provider'
import type { App } from './framework.ts'
import { NAVIGATION, type RawAnswer, type RawRequest, raw } from './raw.ts'

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

/** Whether somebody is logged in with this browser, asked by a script of the application. */
export async function isLoggedIn(browser: Browser, { baseUrl }: App): Promise<boolean> {
  const { status } = await browser.fetch(`${baseUrl}/auth/user`, { credentials: 'include' })
  if (status !== 200 && status !== 401) throw new Error(`The application answered ${status}`)
  return status === 200
}

/** Whether each place of an application knows who is there. */
export interface Places {
  /** The route of the user's claims. */
  readonly route: boolean
  /** A page behind the guard. */
  readonly page: boolean
  /** A route handler behind the guard. */
  readonly handler: boolean
  /** Code of the application's own in front of a page: a proxy, or a middleware. */
  readonly front: boolean
  /** The page behind that. */
  readonly behind: boolean
}

/** Asks every place at which somebody may be known, with this browser's cookies. */
export async function knownAt(browser: Browser, app: App): Promise<Places> {
  const page = await rawFrom(browser, app, '/guarded')
  const handler = await rawFrom(browser, app, '/guarded/api', { headers: { accept: 'application/json' } })
  const { body } = await rawFrom(browser, app, '/in-front')
  const [front, behind] = body.match(/\{[^{}]*\}/g) ?? []
  return {
    route: await isLoggedIn(browser, app),
    page: page.status === 200 && page.body.includes('guarded: '),
    handler: handler.status === 200,
    front: front?.includes('sub') === true,
    behind: behind?.includes('sub') === true,
  }
}

/** Posts to the back-channel logout of `demo`, as a provider does. */
export function postBackchannel({ baseUrl }: App, body: string, headers: Readonly<Record<string, string>> = FORM): Promise<RawAnswer> {
  return raw(baseUrl, '/auth/demo/backchannel-logout', { method: 'POST', headers, body })
}

/** A request with this browser's cookies and with exactly these headers, those of a navigation unless told. */
export function rawFrom(
  browser: Browser,
  { baseUrl }: App,
  path: string,
  { headers = NAVIGATION, ...request }: RawRequest = {},
): Promise<RawAnswer> {
  return raw(baseUrl, path, { ...request, headers: { ...headers, cookie: browser.cookies.header(`${baseUrl}/`) } })
}
