import { ProtocolError } from '../error/protocol-error.js'
import type { AuthorizationTransaction } from '../transaction/authorization-transaction.js'
import { personOf, type WebSession } from './web-session.js'

/** How often a session may go on under a new id while a login is under way. */
const MAX_SUCCESSIONS = 10

/** What a login attempt keeps of the session that it was begun in: which, and whose. */
export function begunIn({ id, providers }: WebSession): Pick<AuthorizationTransaction, 'session' | 'subject'> {
  const person = Object.values(providers)
    .map(personOf)
    .findLast((known) => known !== undefined)
  return { session: id, ...(person === undefined ? {} : { subject: person }) }
}

/**
 * A login ends in the session that it was begun in, or where nobody is logged in. One to be linked ends in that very session; any other also in a
 * later session of the same person.
 *
 * @throws {@link ProtocolError} `OAUTH_SESSION_CHANGED`.
 */
export function assertBegunHere(session: WebSession | undefined, attempt: AuthorizationTransaction): void {
  if (isBegunIn(session, attempt)) return
  if (attempt.link) refuse('the login was begun to be added to a session that this browser has no more. Log in, and start linking again')
  const { subject } = attempt
  if (session === undefined || subject === undefined) return
  if (!Object.values(session.providers).some((login) => personOf(login) === subject))
    refuse('the login was begun when somebody else was logged in here. Start it again')
}

/** What a session that goes on under a new id keeps of those before. */
export function formerOf({ id, former = [] }: WebSession): readonly string[] {
  return [...former, id].slice(-MAX_SUCCESSIONS)
}

/** Tells whether a session is the one that a login was begun in, whatever its id has become since. */
function isBegunIn(session: WebSession | undefined, { session: from }: AuthorizationTransaction): boolean {
  return from !== undefined && session !== undefined && [...(session.former ?? []), session.id].includes(from)
}

function refuse(found: string): never {
  throw new ProtocolError('OAUTH_SESSION_CHANGED', `Authorization response refused: ${found}`, { reference: 'RFC 6749 §10.12' })
}
