import type { Flow } from '../flow/flow.js'
import { endSession } from './end-session.js'
import { isCrossSite, isNavigation } from './navigation.js'
import { plain, type RouteResponse, redirect } from './route-response.js'
import type { SessionVisit } from './session-visit.js'
import type { WebContext } from './web-context.js'

/** Logs out, by a form or by going to this page. Another site, an image or a prefetch cannot do it. */
export async function* logout<Http>(context: WebContext<Http>, visit: SessionVisit<Http>): Flow<RouteResponse> {
  const { request } = visit
  if (isCrossSite(request.headers, context.base.origin)) return plain(403, 'Another site asked for this logout.')
  if (request.method !== 'POST' && !isNavigation(request)) return plain(403, 'A logout is a form, or going to this page.')
  return redirect(yield* endSession(context, visit))
}
