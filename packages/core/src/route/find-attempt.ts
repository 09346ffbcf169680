import { ProtocolError } from '../error/protocol-error.js'
import { UsageError } from '../error/usage-error.js'
import { type Form, formGet } from '../http/form.js'
import { refuseAnswer } from '../message/authorization-response.js'
import type { AuthorizationTransaction } from '../transaction/authorization-transaction.js'
import { landing } from './landing.js'
import { idOf } from './login-cookies.js'
import { safeReturnTo } from './return-to.js'
import { type RouteResponse, redirect } from './route-response.js'
import type { SessionVisit } from './session-visit.js'
import type { WebContext } from './web-context.js'

/**
 * The attempt that an answer belongs to; or where to go, when it was used and the login is there.
 *
 * @throws {@link ProtocolError} when it is none of this browser.
 */
export async function findAttempt<Http>(
  context: WebContext<Http>,
  visit: SessionVisit<Http>,
  parameters: Form,
): Promise<AuthorizationTransaction | RouteResponse> {
  const { cookies } = visit.request
  const state = formGet(parameters, 'state')
  const others = context.logins.hasOthers(state ?? '', cookies)
  if (state === undefined || state === '') {
    if (others) refuseAnswer('OAUTH_STATE_MISSING', 'it has no "state" though one was sent', 'RFC 6749 §4.1.2')
    noTransaction()
  }
  const found = await context.logins.find(state, cookies)
  const isDone = Object.values(visit.current?.providers ?? {}).some((login) => login.attempt === idOf(state) && !visit.isOver(login))
  if (found !== undefined && isDone) {
    visit.setLoginCookies([context.logins.drop(state)])
    return landing(context, found)
  }
  if (found !== undefined) return found
  const used = await context.attempts.find(state)
  // The back button, or a reload, of a login that worked. Where it went on is nothing to tell anybody but who logged in by it.
  if (isDone) return redirect(safeReturnTo(used?.returnTo, context.base))
  if (used !== undefined && visit.current !== undefined) return redirect(`${context.base.path}/`)
  if (used !== undefined) refuseAnswer('OAUTH_TRANSACTION_USED', 'it was already used. Start the login again', 'RFC 9700 §2.1')
  if (context.logins.has(state, cookies)) unreadable()
  if (others) refuseAnswer('OAUTH_STATE_MISMATCH', 'its "state" is of no login of this browser. Start the login again', 'RFC 6749 §10.12')
  return noTransaction()
}

function noTransaction(): never {
  return refuseAnswer(
    'OAUTH_NO_TRANSACTION',
    'this browser has no login under way. The cookie is missing: it expired, was blocked, belongs to another host name, or the login was started in another browser',
    'RFC 6749 §10.12',
  )
}

/** The cookie is there, so the browser has done its part: what is wrong is most likely the set-up, which the cause says. */
function unreadable(): never {
  throw new ProtocolError(
    'OAUTH_NO_TRANSACTION',
    'Authorization response refused: a cookie of this login is there, but this instance cannot open it: most likely its "secret" is another one than where the login was started',
    {
      reference: 'RFC 6749 §10.12',
      cause: new UsageError(
        'Option "secret": the cookie of a login could not be opened. Give all instances the same secret, and the same after a restart; to change it, give all of them a list of both. Where it is the same everywhere, the cookie was changed on its way.',
      ),
    },
  )
}
