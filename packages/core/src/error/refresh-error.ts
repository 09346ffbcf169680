import { type Explanation, explain } from './explain.js'
import { OAuthError, type OAuthErrorOptions } from './oauth-error.js'

/**
 * Why a token cannot be renewed for good:
 * - `invalid_grant`: the server no longer takes the refresh token;
 * - `refresh_answer_lost`: the server may have rotated the refresh token while its answer was lost, and takes the old one no more;
 * - `identity_changed`: the answer carried an ID token of another issuer, subject or audience, or one that does not verify;
 * - `session_deleted`: somebody logged out meanwhile;
 * - `no_refresh_token`: there is nothing to renew the access token with.
 */
export type TerminalReason = 'invalid_grant' | 'refresh_answer_lost' | 'identity_changed' | 'session_deleted' | 'no_refresh_token'

/** How a renewal failed. */
export type RefreshFailure =
  /** `hint`: what else is known of the likely cause; a sentence of our own. */
  | { readonly kind: 'terminal'; readonly reason: TerminalReason; readonly hint?: Explanation | undefined }
  | { readonly kind: 'transient'; readonly retryAt?: number | undefined }

const TERMINAL: Readonly<Record<TerminalReason, string>> | undefined = explain
  ? {
      invalid_grant: 'the authorization server no longer accepts the refresh token (expired, revoked or already used)',
      refresh_answer_lost: 'the refresh token may have been rotated by a request whose answer was lost, and is no longer accepted',
      identity_changed: 'the renewed ID token is not for the same issuer, subject and client, or does not verify',
      session_deleted: 'the session was ended while the token was being renewed',
      no_refresh_token: 'there is no refresh token to renew the access token with',
    }
  : undefined

/**
 * A token could not be renewed.
 *
 * `terminal`: the person has to log in again; the refresh token will not be sent again.
 * `transient`: nothing was lost, a later attempt may succeed (from `retryAt` on, seconds since the epoch, when the server named a time).
 */
export class RefreshError extends OAuthError {
  override readonly name = 'RefreshError'
  readonly code: 'OAUTH_REFRESH_TERMINAL' | 'OAUTH_REFRESH_TRANSIENT'
  readonly terminal: boolean
  readonly reason: TerminalReason | undefined
  readonly retryAt: number | undefined

  constructor(failure: RefreshFailure, options?: OAuthErrorOptions) {
    super(explanation(failure) || brief(failure), options)
    this.terminal = failure.kind === 'terminal'
    this.code = this.terminal ? 'OAUTH_REFRESH_TERMINAL' : 'OAUTH_REFRESH_TRANSIENT'
    this.reason = failure.kind === 'terminal' ? failure.reason : undefined
    this.retryAt = failure.kind === 'transient' ? failure.retryAt : undefined
  }
}

function explanation(failure: RefreshFailure): Explanation {
  return (
    explain &&
    (failure.kind === 'terminal'
      ? `The token cannot be renewed: ${TERMINAL?.[failure.reason]}. A new login is needed.${failure.hint ? ` ${failure.hint}` : ''}`
      : `The token could not be renewed now. Token and session are kept; try again ${failure.retryAt === undefined ? 'later' : 'from "retryAt" on, as the server asked'}.`)
  )
}

function brief(failure: RefreshFailure): string {
  return failure.kind === 'terminal' ? `OAUTH_REFRESH_TERMINAL: ${failure.reason}` : 'OAUTH_REFRESH_TRANSIENT'
}
