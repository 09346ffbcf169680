import { explain } from '../error/explain.js'
import { ProtocolError } from '../error/protocol-error.js'
import { UsageError } from '../error/usage-error.js'
import type { ClaimsRequest } from './claims-request.js'

/**
 * What has to outlive the visit to the authorization server: kept by the application, or sealed in a cookie, between the login's start and
 * the callback. Plain JSON; it holds the PKCE verifier, so it must be kept from everybody but this browser and this application.
 */
export interface AuthorizationTransaction {
  readonly v: 1
  readonly type: 'authorization'
  readonly id: string
  readonly provider?: string
  readonly issuer: string
  /** Empty where the server has none, and none is needed. */
  readonly token_endpoint: string
  readonly client_id: string
  readonly redirect_uri?: string
  readonly response_type: string
  readonly response_mode?: string
  readonly state: string
  readonly nonce?: string
  readonly code_verifier?: string
  readonly scope?: string
  readonly resource?: readonly string[]
  readonly max_age?: number
  readonly acr_values?: string
  readonly claims?: ClaimsRequest
  readonly returnTo?: string
  /** Who was logged in when the login began: issuer and subject, with a space between them. */
  readonly subject?: string
  /** The session that the browser had then. */
  readonly session?: string
  /** Whether the login is to be added to that session. */
  readonly link?: true
  /** Whether the server was asked to show nothing, so that it may answer that nobody is logged in there. */
  readonly silent?: true
  /** Whether the login happens in a window of its own, which tells the one that opened it. */
  readonly popup?: true
  /** Seconds since the epoch. */
  readonly createdAt: number
}

/** How long a login may take, in seconds. */
export const TRANSACTION_TTL = 600

const REQUIRED = ['id', 'issuer', 'token_endpoint', 'client_id', 'response_type', 'state'] as const

/** Tells whether a parsed value is a transaction that this version can finish. */
export function isAuthorizationTransaction(value: unknown): value is AuthorizationTransaction {
  if (typeof value !== 'object' || value === null) return false
  const record = value as Record<string, unknown>
  return (
    record['v'] === 1 &&
    record['type'] === 'authorization' &&
    Number.isFinite(record['createdAt']) &&
    REQUIRED.every((name) => typeof record[name] === 'string' && (record[name] !== '' || name === 'token_endpoint'))
  )
}

/** @throws {@link UsageError} when the value is not a transaction. */
export function assertAuthorizationTransaction(value: unknown): asserts value is AuthorizationTransaction {
  if (typeof value === 'string') throw new UsageError(explain && 'The "transaction" is a text. Parse it first, with JSON.parse.')
  if (!isAuthorizationTransaction(value)) {
    throw new UsageError(
      explain && 'The "transaction" is not one that createAuthorizationUrl returned. Keep it as JSON, whole, until the callback.',
    )
  }
}

/** @throws {@link ProtocolError} when a login took longer than {@link TRANSACTION_TTL}. `now` is in seconds since the epoch. */
export function assertInTime({ createdAt }: AuthorizationTransaction, now: number): void {
  if (now > createdAt + TRANSACTION_TTL) {
    throw new ProtocolError(
      'OAUTH_TRANSACTION_EXPIRED',
      explain && `The login was started more than ${TRANSACTION_TTL / 60} minutes ago. Start it again`,
      { reference: 'RFC 9700 §4.7.1' },
    )
  }
}
