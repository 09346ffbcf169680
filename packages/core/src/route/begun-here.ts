import { ProtocolError } from '../error/protocol-error.js'
import type { AuthorizationTransaction } from '../transaction/authorization-transaction.js'
import type { WebContext } from './web-context.js'
import { personOf, type WebSession } from './web-session.js'

/** How often a session may have gone on under a new id while a login was under way. */
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
export function assertBegunHere<Http>(context: WebContext<Http>, session: WebSession | undefined, attempt: AuthorizationTransaction): void {
  if (isBegunIn(context, session, attempt)) return
  if (attempt.link) refuse('the login was begun to be added to a session that this browser has no more. Log in, and start linking again')
  const { subject } = attempt
  if (session === undefined || subject === undefined) return
  if (!Object.values(session.providers).some((login) => personOf(login) === subject))
    refuse('the login was begun when somebody else was logged in here. Start it again')
}

/** Tells whether a session is the one that a login was begun in, whatever its id has become since. */
function isBegunIn<Http>(
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

function refuse(found: string): never {
  throw new ProtocolError('OAUTH_SESSION_CHANGED', `Authorization response refused: ${found}`, { reference: 'RFC 6749 §10.12' })
}
