import { randomToken } from '../jose/random-token.js'
import type { AuthorizationTransaction } from '../transaction/authorization-transaction.js'
import type { SessionVisit } from './session-visit.js'
import type { WebContext } from './web-context.js'
import type { ProviderLogin, WebSession } from './web-session.js'

/** A login that has just been finished. */
export interface FinishedLogin {
  /** The provider's name. */
  readonly name: string
  readonly login: ProviderLogin
  readonly attempt: AuthorizationTransaction
}

/** How often a session may have gone on under a new id while a login was under way. */
const MAX_SUCCESSIONS = 10

/**
 * Begins a session with a new id, and the one before is over. Its other logins come along when the same person logged in again, or when the
 * login was begun to be linked to that very session; else nothing of it is left.
 */
export async function beginSession<Http>(
  context: WebContext<Http>,
  visit: SessionVisit<Http>,
  { name, login, attempt }: FinishedLogin,
): Promise<void> {
  const { environment, endedSessions, successors } = context
  const now = Math.floor(environment.now())
  const id = randomToken(environment)
  const linked = (before: WebSession | undefined) => attempt.link === true && isToLink(context, before, attempt)
  const keeps = linked(visit.current) || isIn(visit.current, login)
  const kept = keeps ? await otherLogins(context, visit, name) : {}
  const before = visit.current
  // In one step with the last look at its tokens: a renewal that ends later finds the session over.
  const isNewlyEnded = before !== undefined && endedSessions.add(before.id)
  try {
    await visit.replace({
      v: 1,
      id,
      // A further login does not make those before it last longer.
      createdAt: linked(before) && before !== undefined ? before.createdAt : now,
      usedAt: now,
      generation: 0,
      providers: { ...kept, [name]: { ...login, claims: { ...login.claims } } },
    })
  } catch (error) {
    if (isNewlyEnded) endedSessions.delete(before.id)
    throw error
  }
  if (before !== undefined && keeps) successors.set(before.id, id)
  // The answer to a form_post comes without the session's cookie.
  if (before === undefined && attempt.session !== undefined) endedSessions.add(attempt.session)
}

/** Tells whether a session is the one that a login was begun to be added to, whatever its id has become since. */
export function isToLink<Http>(
  { successors }: WebContext<Http>,
  session: WebSession | undefined,
  { session: from }: AuthorizationTransaction,
): boolean {
  let id = from
  for (let step = 0; id !== undefined && step < MAX_SUCCESSIONS; step++) {
    if (id === session?.id) return true
    id = successors.get(id)
  }
  return false
}

/** Tells whether the person is logged in there already. Who they are is issuer and subject together. */
function isIn(session: WebSession | undefined, { claims, record }: ProviderLogin): boolean {
  if (session === undefined || claims.sub === undefined) return false
  return Object.values(session.providers).some((known) => known.record.issuer === record.issuer && known.claims.sub === claims.sub)
}

/** The other logins, in their order, each with its newest token: the cookie may not have it yet, and it may be on its way. */
async function otherLogins<Http>(
  { providers }: WebContext<Http>,
  visit: SessionVisit<Http>,
  name: string,
): Promise<Readonly<Record<string, ProviderLogin>>> {
  const names = Object.keys(visit.current?.providers ?? {}).filter((other) => other !== name && providers.has(other))
  const settle = (other: string, login: ProviderLogin | undefined) =>
    login && providers.get(other)?.lifeCycle.settled(visit.place(other), login.record)
  await Promise.all(names.map((other) => settle(other, visit.current?.providers[other])))
  await visit.catchUp()
  return Object.fromEntries(
    names.flatMap((other) => {
      const login = visit.current?.providers[other]
      const record = login && providers.get(other)?.lifeCycle.newest(visit.place(other), login.record)
      return login === undefined || record === undefined ? [] : [[other, { ...login, record }]]
    }),
  )
}
