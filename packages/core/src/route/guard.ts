import { assertKnownOptions } from '../error/known-options.js'
import { isExpired } from '../message/expiry.js'
import type { TokenRecord } from '../session/token-record.js'
import { loginLocation } from './login-location.js'
import { assertLoginTerms, meetsTerms, type StepUp } from './login-terms.js'
import { isNavigation } from './navigation.js'
import { json, type RouteResponse, redirect } from './route-response.js'
import type { SessionVisit } from './session-visit.js'
import { loginPath, type WebContext } from './web-context.js'

/** What a guard asks of a visitor. */
export interface GuardOptions extends StepUp {
  /** The provider to be logged in with. Any will do unless told, and the login goes to the first one configured. */
  readonly provider?: string | undefined
  /**
   * Whether the login's access token has to be of use, too: not expired, or with a refresh token to renew it. For pages that call an API.
   *
   * Without it a login counts for who the person is, as long as the session lasts: applications that never call an API get tokens that
   * expire after minutes and cannot be renewed, and nobody is to log in again for that.
   */
  readonly token?: boolean | undefined
}

const GUARD_OPTIONS: readonly string[] = ['provider', 'token', 'maxAge', 'acr']

/**
 * For adapters: checks the options of a guard, by the name that it has there, when it is made.
 *
 * @throws {@link UsageError} for unknown and unusable ones, which would guard less than was meant.
 */
export function assertGuardOptions(options: GuardOptions, name = 'requireLogin'): void {
  assertKnownOptions(options, GUARD_OPTIONS, name)
  assertLoginTerms(options, name)
}

/**
 * `undefined` for a visitor who is logged in; else what to answer: the way to the login, or 401 to a script. A login whose tokens the
 * provider has taken back is over: only a new one helps. One that is too old or too weak for this page is made again at the same provider, which is
 * told what it has to be.
 *
 * @throws {@link UsageError} for unknown options, and for a provider that does not exist: whoever asks, logged in or not.
 */
export async function guard<Http>(
  context: WebContext<Http>,
  visit: SessionVisit<Http>,
  options: GuardOptions = {},
): Promise<RouteResponse | undefined> {
  assertGuardOptions(options)
  const { provider = visit.provider, token = false, maxAge, acr } = options
  const path = loginPath(context, options.provider)
  const now = context.environment.now()
  const login = visit.login(provider)
  const known = login && visit.providerOf(provider ?? '')
  const isLoggedIn = login !== undefined && known !== undefined && (!token || hasUsableToken(login.record, now))
  if (isLoggedIn && meetsTerms(login, options, known, now)) return undefined
  if (!isNavigation(visit.request)) return json(401, { error: isLoggedIn ? 'insufficient_user_authentication' : 'login_required' })
  return redirect(await loginLocation(context, visit, { path: isLoggedIn ? loginPath(context, provider) : path, terms: { maxAge, acr } }))
}

function hasUsableToken({ token }: TokenRecord, now: number): boolean {
  return token.refresh_token !== undefined || !isExpired(token, now)
}
