import { assertKnownOptions } from '../error/known-options.js'
import { isExpired } from '../message/expiry.js'
import type { TokenRecord } from '../session/token-record.js'
import { isNavigation } from './navigation.js'
import { safeReturnTo } from './return-to.js'
import { json, type RouteResponse, redirect } from './route-response.js'
import type { SessionVisit } from './session-visit.js'
import { loginPath, type WebContext } from './web-context.js'

/** What a guard asks of a visitor. */
export interface GuardOptions {
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

const GUARD_OPTIONS: readonly string[] = ['provider', 'token']

/** For adapters: checks the options of a guard when it is made. @throws {@link UsageError} for unknown ones, which would guard less than was meant. */
export function assertGuardOptions(options: GuardOptions): void {
  assertKnownOptions(options, GUARD_OPTIONS, 'requireLogin')
}

/**
 * `undefined` for a visitor who is logged in; else what to answer: the way to the login, or 401 to a script. A login whose tokens the
 * provider has taken back is over: only a new one helps.
 *
 * @throws {@link UsageError} for unknown options, and for a provider that does not exist: whoever asks, logged in or not.
 */
export async function guard<Http>(
  context: WebContext<Http>,
  visit: SessionVisit<Http>,
  options: GuardOptions = {},
): Promise<RouteResponse | undefined> {
  assertGuardOptions(options)
  const { provider, token = false } = options
  const path = loginPath(context, provider)
  const record = visit.login(provider)?.record
  if (record !== undefined && record.ended === undefined && (!token || hasUsableToken(record, context.environment.now()))) return undefined
  if (!isNavigation(visit.request)) return json(401, { error: 'login_required' })
  const returnTo = safeReturnTo(visit.request.url, context.base, '')
  return redirect(returnTo === '' ? path : `${path}?${new URLSearchParams({ returnTo })}`)
}

function hasUsableToken({ token }: TokenRecord, now: number): boolean {
  return token.refresh_token !== undefined || !isExpired(token, now)
}
