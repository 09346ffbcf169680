import { type Json, parseJson } from '../http/json.js'
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

/** One provider's part of a session. */
export interface ProviderLogin {
  readonly claims: UserClaims
  readonly record: TokenRecord
  /** The server and the client, where a function of the request gave them. */
  readonly tenant?: string
}

/** A logged-in browser: what the session cookie holds. Times in seconds since the epoch. */
export interface WebSession {
  readonly v: 1
  /** New at every login, so that a session planted before it is worth nothing after it. */
  readonly id: string
  readonly createdAt: number
  readonly usedAt: number
  /** Grows with each write; a lower one never replaces a higher one. */
  readonly generation: number
  /** In the order of the logins. */
  readonly providers: Readonly<Record<string, ProviderLogin>>
}

/** Reads a session from JSON; `undefined` when it is none, or of another version. */
export function parseWebSession(text: string): WebSession | undefined {
  let value: Json
  try {
    value = parseJson(text)
  } catch {
    return undefined
  }
  const session = value as unknown as WebSession | null
  const valid =
    typeof session === 'object' &&
    session?.v === 1 &&
    typeof session.id === 'string' &&
    Number.isFinite(session.createdAt) &&
    Number.isFinite(session.generation) &&
    typeof session.providers === 'object' &&
    session.providers !== null
  return valid ? session : undefined
}

/** Who logged in: issuer and subject together, and nothing else; one server may issue for many tenants. `undefined` where the provider does not say. */
export function personOf({ claims, record }: ProviderLogin): string | undefined {
  return claims.sub === undefined ? undefined : `${record.issuer} ${claims.iss ?? ''} ${claims.sub}`
}
