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

/** What is kept under the name of a session or a person. Times are the provider's. */
export interface LogoutRecord {
  readonly v: 1
  /** When the logins of each client were ended last. */
  readonly clients: Readonly<Record<string, number>>
  /** When each client has logged in last, where that is to be known. */
  readonly logins?: Readonly<Record<string, number>>
}

/** A login that was made in a session at the provider. */
export interface KnownLogin {
  readonly iss: string
  readonly sid: string
  readonly clientId: string
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
  const known = recordOf(found)
  return timeOf(known.clients, clientId) >= at ? undefined : { ...known, clients: { ...known.clients, [clientId]: at } }
}

/** The record with one more login. */
export function withLogin(found: unknown, { clientId }: KnownLogin, at: number): LogoutRecord {
  const known = recordOf(found)
  return { ...known, logins: { ...known.logins, [clientId]: Math.max(timeOf(known.logins, clientId), at) } }
}

/** When a client has logged in last; `undefined` where the record knows of no login. */
export function loginIn(found: unknown, { clientId }: KnownLogin): number | undefined {
  const at = timeOf(recordOf(found).logins, clientId)
  return Number.isFinite(at) ? at : undefined
}

/**
 * Tells whether a login is over by a logout: its ID token was issued before that, as both times are the provider's own. Within the same second, which is
 * all that most tell, nobody knows which was first, and the login is over: to log in once more is better than to stay logged in.
 */
export function isEndedBy(found: unknown, { claims, record }: ProviderLogin): boolean {
  return Math.floor(Number(claims['iat'])) <= timeOf(recordOf(found).clients, record.client_id)
}

function timeOf(times: LogoutRecord['logins'], clientId: string): number {
  const at: unknown = times?.[clientId]
  return typeof at === 'number' ? at : Number.NEGATIVE_INFINITY
}

function recordOf(found: unknown): LogoutRecord {
  return isLogoutRecord(found) ? found : { v: 1, clients: {} }
}

/** Anybody may write to a store. */
function isLogoutRecord(value: unknown): value is LogoutRecord {
  const record = value as LogoutRecord | null | undefined
  return typeof record === 'object' && record?.v === 1 && typeof record.clients === 'object' && record.clients !== null
}
