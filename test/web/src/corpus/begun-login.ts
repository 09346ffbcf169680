import { defaultEnvironment } from '@oauth/core/adapter'
import { parseCookies } from '@oauth/core/routes'
import { loginCookies } from '../../../../packages/core/src/route/login-cookies.ts'
import type { App } from '../framework.ts'
import { NAVIGATION, raw } from '../raw.ts'

/** A login that has been begun, and the browser not yet come back from it. */
export interface BegunLogin {
  readonly state: string
  /** Of the request that comes back. */
  readonly cookie: string
}

/** Begins a login at `demo` with this query. */
export async function begin({ baseUrl }: App, query: string): Promise<BegunLogin> {
  const { origin, pathname } = new URL(baseUrl)
  const { status, headers, setCookie, body } = await raw(origin, `${pathname.replace(/\/$/, '')}/auth/demo/login?${query}`)
  const state = URL.parse(headers['location'] ?? '')?.searchParams.get('state')
  if (!state) throw new Error(`The login answered ${status} to ${query}: ${body}`)
  return { state, cookie: setCookie.map((one) => one.split(';', 1)[0]).join('; ') }
}

/** Where the browser will be sent after the login, as the application has sealed it with this secret: its callback says that and nothing else. */
export async function keptReturnTo({ state, cookie }: BegunLogin, secret: string): Promise<string | undefined> {
  const cookies = loginCookies({ name: 'oauth.login', secrets: [secret], secure: false, environment: defaultEnvironment() })
  const attempt = await cookies.find(state, parseCookies(cookie))
  if (attempt === undefined) throw new Error('The cookie of the login cannot be opened.')
  return attempt.returnTo
}

/** Comes back with the answer of a provider that has no more to say than a code. Tells where the browser is sent. */
export async function finish({ baseUrl }: App, { state, cookie }: BegunLogin, iss: string): Promise<string | undefined> {
  const { origin, pathname } = new URL(baseUrl)
  const path = `${pathname.replace(/\/$/, '')}/auth/demo/callback?${new URLSearchParams({ code: 'code-', state, iss })}`
  const { status, headers, body } = await raw(origin, path, { headers: { ...NAVIGATION, cookie, 'sec-fetch-site': 'cross-site' } })
  if (status !== 303) throw new Error(`The callback answered ${status}: ${body}`)
  return headers['location']
}
