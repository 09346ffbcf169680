import type { AuthorizationTransaction } from '../transaction/authorization-transaction.js'
import { popupPage } from './popup-page.js'
import { type RouteResponse, redirect } from './route-response.js'
import type { WebContext } from './web-context.js'

/** Where a login goes on, whether or not anybody has logged in by it. */
export function landing<Http>(
  { base, environment }: WebContext<Http>,
  { returnTo = `${base.path}/`, popup }: AuthorizationTransaction,
): RouteResponse {
  return popup ? popupPage(environment, `${base.origin}${returnTo}`) : redirect(returnTo)
}
