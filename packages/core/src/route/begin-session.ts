import type { Environment } from '../environment.js'
import { ProtocolError } from '../error/protocol-error.js'
import { randomToken } from '../jose/random-token.js'
import type { AuthorizationTransaction } from '../transaction/authorization-transaction.js'
import { assertBegunHere, formerOf } from './begun-here.js'
import { endOfLogin, isOver } from './session-lifetime.js'
import type { SessionVisit } from './session-visit.js'
import type { WebContext } from './web-context.js'
import { type ProviderLogin, personOf, type WebSession } from './web-session.js'

/** A login that has just been finished. */
export interface FinishedLogin {
  /** The provider's name. */
  readonly name: string
  readonly login: ProviderLogin
  readonly attempt: AuthorizationTransaction
}

/**
 * Begins a session with a new id, and the one before is over. Its other logins come along when the same person logged in again, or when the
 * login was begun to be linked to that very session; else nothing of it is left.
 *
 * @throws {@link ProtocolError} when the session to link to has ended meanwhile, or another person's has begun; and when the provider's end of the
 * login is over.
 * @throws {@link StoreError} when it cannot be kept: the session before goes on.
 */
export function beginSession<Http>(
  { environment, sessionLifetime }: WebContext<Http>,
  visit: SessionVisit<Http>,
  { name, login, attempt }: FinishedLogin,
): Promise<void> {
  function next(before: WebSession | undefined): WebSession {
    assertBegunHere(before, attempt)
    const isLinked = attempt.link === true
    const joined = isLinked ? before : undefined
    const kept = isLinked || isIn(before, login) ? before : undefined
    const now = Math.floor(environment.now())
    const others = Object.entries(kept?.providers ?? {}).filter(
      ([other, known]) => other !== name && visit.providerOf(other) !== undefined && !visit.isOver(known),
    )
    const own = { ...login, claims: { ...login.claims }, until: endOfLogin(login, joined, sessionLifetime) }
    assertNotOver(own, environment)
    return {
      v: 1,
      id: randomToken(environment),
      // A further login does not make those before it last longer.
      createdAt: joined?.createdAt ?? now,
      usedAt: now,
      generation: 0,
      ...(kept === undefined ? {} : { former: formerOf(kept) }),
      providers: { ...Object.fromEntries(others), [name]: own },
    }
  }
  return visit.begin({ name, begunIn: attempt.session, next })
}

/** Who came back to a page that wants a login would be sent to the next one, and so on. */
function assertNotOver(login: ProviderLogin, environment: Pick<Environment, 'now'>): void {
  if (!isOver(login, environment)) return
  throw new ProtocolError(
    'OAUTH_ID_TOKEN_CLAIM',
    'ID token refused: its "session_expiry" is over already, and the login with it. Compare the clocks; or the provider lets a session go on longer than it says',
    { reference: 'OpenID IPSIE SL1' },
  )
}

/** Tells whether the person is logged in there already. */
function isIn(session: WebSession | undefined, login: ProviderLogin): boolean {
  const person = personOf(login)
  return person !== undefined && Object.values(session?.providers ?? {}).some((known) => personOf(known) === person)
}
