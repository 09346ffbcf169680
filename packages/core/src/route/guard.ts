import { isNavigation } from './navigation.js'
import { safeReturnTo } from './return-to.js'
import { json, type RouteResponse, redirect } from './route-response.js'
import type { SessionVisit } from './session-visit.js'
import { providerOf, type WebContext } from './web-context.js'

/** What a guard asks of a visitor. */
export interface GuardOptions {
  /** The provider to be logged in with. Any will do unless told, and the login goes to the first one configured. */
  readonly provider?: string | undefined
}

/**
 * `undefined` for a visitor who is logged in; else what to answer: the way to the login, or 401 to a script. A login whose tokens the
 * provider has taken back is over: only a new one helps.
 */
export function guard<Http>(
  context: WebContext<Http>,
  visit: SessionVisit<Http>,
  { provider }: GuardOptions = {},
): RouteResponse | undefined {
  const login = visit.login(provider)
  if (login !== undefined && login.record.ended === undefined) return undefined
  if (!isNavigation(visit.request)) return json(401, { error: 'login_required' })
  const { name } = providerOf(context, provider ?? [...context.providers.keys()][0] ?? '')
  const path = `${context.base.path}${context.table.path('login', name)}`
  const returnTo = safeReturnTo(visit.request.url, context.base.origin, '')
  return redirect(returnTo === '' ? path : `${path}?${new URLSearchParams({ returnTo })}`)
}
