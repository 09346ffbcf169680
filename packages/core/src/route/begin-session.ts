import { randomToken } from '../jose/random-token.js'
import type { AuthorizationTransaction } from '../transaction/authorization-transaction.js'
import { assertBegunHere } from './begun-here.js'
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
 * @throws {@link ProtocolError} when the session to link to has ended meanwhile, or another person's has begun.
 */
export async function beginSession<Http>(
  context: WebContext<Http>,
  visit: SessionVisit<Http>,
  { name, login, attempt }: FinishedLogin,
): Promise<void> {
  const { environment, endedSessions, successors } = context
  const id = randomToken(environment)
  const known = Object.keys(visit.newest?.providers ?? {})
  await Promise.all(known.map((other) => visit.providerOf(other)?.lifeCycle.flush(visit.place(other))))
  for (;;) {
    // Undefined also when somebody logged out while this login was finished.
    const before = visit.newest
    assertBegunHere(context, before, attempt)
    const isKept = attempt.link === true
    const others = isKept || isIn(before, login) ? otherLogins(visit, before, name) : NONE
    if (others.pending.length > 0) {
      await Promise.all(others.pending)
      continue
    }
    const now = Math.floor(environment.now())
    const session: WebSession = {
      v: 1,
      id,
      // A further login does not make those before it last longer.
      createdAt: isKept && before !== undefined ? before.createdAt : now,
      usedAt: now,
      generation: 0,
      providers: { ...others.logins, [name]: { ...login, claims: { ...login.claims } } },
    }
    const cookies = await visit.seal(session)
    // Sealing takes time: a token may have been renewed, or the person have logged out. From here on it is one step.
    if (before !== visit.newest || (others !== NONE && otherLogins(visit, before, name).pending.length > 0)) continue
    const { current } = visit
    visit.adopt(session, cookies)
    if (current !== undefined) endedSessions.add(current.id)
    if (before !== undefined && others !== NONE) successors.set(before.id, id)
    // The answer to a form_post comes without the session's cookie.
    if (current === undefined && attempt.session !== undefined) endedSessions.add(attempt.session)
    return
  }
}

/** Tells whether the person is logged in there already. */
function isIn(session: WebSession | undefined, login: ProviderLogin): boolean {
  const person = personOf(login)
  return person !== undefined && Object.values(session?.providers ?? {}).some((known) => personOf(known) === person)
}

interface OtherLogins {
  readonly logins: Readonly<Record<string, ProviderLogin>>
  /** What has to end before their tokens are known. */
  readonly pending: readonly Promise<unknown>[]
}

const NONE: OtherLogins = { logins: {}, pending: [] }

/** The other logins of this tenant, in their order, each with its newest token: the cookie may not have it yet, and it may be on its way. */
function otherLogins<Http>(visit: SessionVisit<Http>, before: WebSession | undefined, name: string): OtherLogins {
  const logins: Record<string, ProviderLogin> = {}
  const pending: Promise<unknown>[] = []
  for (const [other, login] of Object.entries(before?.providers ?? {})) {
    const lifeCycle = visit.providerOf(other)?.lifeCycle
    if (other === name || lifeCycle === undefined) continue
    const place = visit.place(other)
    logins[other] = { ...login, record: lifeCycle.newest(place, login.record) }
    const renewal = lifeCycle.pending(place, login.record)
    if (renewal !== undefined) pending.push(renewal)
  }
  return { logins, pending }
}
