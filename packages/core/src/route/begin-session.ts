import { randomToken } from '../jose/random-token.js'
import type { SessionVisit } from './session-visit.js'
import type { WebContext } from './web-context.js'
import type { ProviderLogin, WebSession } from './web-session.js'

/** A login that has just been finished. */
export interface FinishedLogin {
  /** The provider's name. */
  readonly name: string
  readonly login: ProviderLogin
  /** The session that it was begun for, where it is to be added to one. */
  readonly link: string | undefined
}

/**
 * Begins a session with a new id, and the one before is over. Its other logins come along when the same person logged in again, or when the
 * login was begun to be linked to that very session; else nothing of it is left.
 */
export async function beginSession<Http>(
  context: WebContext<Http>,
  visit: SessionVisit<Http>,
  { name, login, link }: FinishedLogin,
): Promise<void> {
  const { environment, endedSessions } = context
  const before = visit.current
  const linked = before !== undefined && before.id === link
  const kept = before !== undefined && (linked || isIn(before, login)) ? otherLogins(context, visit, before, name) : {}
  const now = Math.floor(environment.now())
  await visit.replace({
    v: 1,
    id: randomToken(environment),
    // A further login does not make those before it last longer.
    createdAt: linked ? before.createdAt : now,
    usedAt: now,
    generation: 0,
    providers: { ...kept, [name]: { ...login, claims: { ...login.claims } } },
  })
  if (before !== undefined) endedSessions.add(before.id)
}

/** Tells whether the person is logged in there already. Who they are is issuer and subject together. */
function isIn({ providers }: WebSession, { claims, record }: ProviderLogin): boolean {
  if (claims.sub === undefined) return false
  return Object.values(providers).some((known) => known.record.issuer === record.issuer && known.claims.sub === claims.sub)
}

/** The other logins, in their order, each with its newest token: the cookie may not have it yet. */
function otherLogins<Http>(
  { providers }: WebContext<Http>,
  visit: SessionVisit<Http>,
  before: WebSession,
  name: string,
): Readonly<Record<string, ProviderLogin>> {
  const others = Object.entries(before.providers).filter(([other]) => other !== name && providers.has(other))
  return Object.fromEntries(
    others.map(([other, login]) => {
      const record = providers.get(other)?.lifeCycle.newest(visit.place(other), login.record) ?? login.record
      return [other, { ...login, record }]
    }),
  )
}
