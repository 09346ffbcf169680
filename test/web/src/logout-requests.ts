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
