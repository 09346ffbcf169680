import type { TokenRecord } from '../session/token-record.js'

/** Claims of a person who is logged in. Identity is `iss` and `sub` together; an email address is not one. */
export interface UserClaims {
  readonly sub?: string
  readonly iss?: string
  readonly name?: string
  readonly email?: string
  readonly picture?: string
  readonly [claim: string]: unknown
}

/** Claims that an ID token alone can make: of which login it tells, and when and how the person was authenticated for it. */
export const ABOUT_THE_LOGIN: ReadonlySet<string> = new Set(['iss', 'sid', 'auth_time', 'acr', 'amr'])

/** One provider's part of a session. */
export interface ProviderLogin {
  readonly claims: UserClaims
  readonly record: TokenRecord
  /** The server and the client, where a function of the request gave them. */
  readonly tenant?: string
  /** The attempt that it was made by: who comes with the answer to that again is logged in already. */
  readonly attempt?: string
  /** Seconds since the epoch at which the login is over, however often it is used. */
  readonly until?: number
  /** With a store: the key of `record` there. It stays the same when the session goes on under a new id. */
  readonly key?: string
}

/** A logged-in browser: what the session cookie holds, or the store. Times in seconds since the epoch. */
export interface WebSession {
  readonly v: 1
  /** New at every login, so that a session planted before it is worth nothing after it. */
  readonly id: string
  readonly createdAt: number
  readonly usedAt: number
  /** Grows with each write; a lower one never replaces a higher one. With a store its versions tell, and this stays 0. */
  readonly generation: number
  /** Ids of the sessions that this one goes on from, the last ones: a login that was begun in one of them ends here. */
  readonly former?: readonly string[]
  /** In the order of the logins. */
  readonly providers: Readonly<Record<string, ProviderLogin>>
}

/**
 * Reads a session from the JSON that a cookie of ours was made of; `undefined` when it is none, or of another version. What of it came from outside
 * was read strictly when it came, and what was sealed is as it was written: no name is there twice.
 */
export function parseWebSession(text: string): WebSession | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  return isWebSession(value) ? value : undefined
}

/** Tells whether a value is a session of this version. The records of its logins are not looked at. */
export function isWebSession(value: unknown): value is WebSession {
  const session = value as WebSession | null | undefined
  return (
    typeof session === 'object' &&
    session?.v === 1 &&
    typeof session.id === 'string' &&
    Number.isFinite(session.createdAt) &&
    Number.isFinite(session.generation) &&
    typeof session.providers === 'object' &&
    session.providers !== null
  )
}

/** Who logged in: issuer and subject together, and nothing else; one server may issue for many tenants. `undefined` where the provider does not say. */
export function personOf({ claims, record }: ProviderLogin): string | undefined {
  return claims.sub === undefined ? undefined : `${record.issuer} ${claims.iss ?? ''} ${claims.sub}`
}
