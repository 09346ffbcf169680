import { assertKnownOptions } from '../error/known-options.js'
import { loginLocation } from './login-location.js'
import { isNavigation } from './navigation.js'
import { type RouteResponse, redirect } from './route-response.js'
import type { SessionVisit } from './session-visit.js'
import { loginPath, type WebContext } from './web-context.js'

/** How a silent login is begun. */
export interface SilentLoginOptions {
  /** The provider to ask: the first one configured unless named. */
  readonly provider?: string | undefined
}

/** For adapters: checks the options of a silent login when it is made. @throws {@link UsageError} for unknown ones. */
export function assertSilentLoginOptions(options: SilentLoginOptions): void {
  assertKnownOptions(options, ['provider'], 'silentLogin')
}

/**
 * Where to send a visitor to find out whether they are logged in at the provider: there and back, without anything being shown. `undefined` for one who
 * is logged in here, for a script, and for one who was asked for in vain, or has logged out, a short while ago.
 *
 * @see OpenID Connect Core §3.1.2.1 https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest
 */
export async function silentLogin<Http>(
  context: WebContext<Http>,
  visit: SessionVisit<Http>,
  options: SilentLoginOptions = {},
): Promise<RouteResponse | undefined> {
  assertSilentLoginOptions(options)
  const path = loginPath(context, options.provider)
  const isLoggedIn = visit.login(options.provider) !== undefined
  if (isLoggedIn || !isNavigation(visit.request) || context.logins.isQuiet(visit.request.cookies)) return undefined
  return redirect(await loginLocation(context, visit, { path, terms: { prompt: 'none' } }))
}

/** Answers by which a provider says that it would have to show something (OpenID Connect Core §3.1.2.6). */
export const NEEDS_A_PERSON: readonly string[] = [
  'login_required',
  'interaction_required',
  'account_selection_required',
  'consent_required',
]
