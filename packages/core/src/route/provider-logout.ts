import type { ProviderLogin, UserClaims } from './web-session.js'

/** A session, or all sessions of a person, that a provider has ended. */
export interface ProviderLogout {
  readonly iss: string
  readonly sid?: string | undefined
  readonly sub?: string | undefined
  /** Whose logins end: those of other clients at the same provider have nothing to do with it. */
  readonly clientId: string
  /** Seconds since the epoch, by the provider's clock. */
  readonly at: number
}

/** What is kept under the name of a session or a person: when the logins of each client were ended last. */
export interface LogoutRecord {
  readonly v: 1
  readonly clients: Readonly<Record<string, number>>
}

/** The name of what was ended. Where both are named it is the one session, not the person (Back-Channel Logout §2.4). */
export function nameOf({ iss, sid, sub }: Pick<ProviderLogout, 'iss' | 'sid' | 'sub'>): string {
  return JSON.stringify(sid === undefined ? [iss, 'sub', sub] : [iss, 'sid', sid])
}

/** The names by which a login can be ended: none where it came without an ID token. */
export function namesOf({ iss, sid, sub, iat }: UserClaims): readonly string[] {
  if (iss === undefined || typeof iat !== 'number') return []
  return [...(typeof sid === 'string' ? [nameOf({ iss, sid })] : []), ...(typeof sub === 'string' ? [nameOf({ iss, sub })] : [])]
}

/** The record with one more logout; `undefined` where it says as much already, as when a token comes again. */
export function withLogout(found: unknown, { clientId, at }: ProviderLogout): LogoutRecord | undefined {
  const clients = isLogoutRecord(found) ? found.clients : {}
  return endOf(clients, clientId) >= at ? undefined : { v: 1, clients: { ...clients, [clientId]: at } }
}

/**
 * Tells whether a login is over by a logout: its ID token was issued before that, as both times are the provider's own. Within the same second, which is
 * all that most tell, nobody knows which was first, and the login is over: to log in once more is better than to stay logged in.
 */
export function isEndedBy(found: unknown, { claims, record }: ProviderLogin): boolean {
  return isLogoutRecord(found) && Math.floor(Number(claims['iat'])) <= endOf(found.clients, record.client_id)
}

function endOf(clients: LogoutRecord['clients'], clientId: string): number {
  const at: unknown = clients[clientId]
  return typeof at === 'number' ? at : Number.NEGATIVE_INFINITY
}

/** Anybody may write to a store. */
function isLogoutRecord(value: unknown): value is LogoutRecord {
  const record = value as LogoutRecord | null | undefined
  return typeof record === 'object' && record?.v === 1 && typeof record.clients === 'object' && record.clients !== null
}
