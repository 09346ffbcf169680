import { isOAuthError } from '../error/any-oauth-error.js'
import type { EndpointError } from '../error/endpoint-error.js'

/** What an error of a renewal means for the token. */
export type RenewalFailure =
  | { readonly kind: 'terminal'; readonly reason: 'invalid_grant' | 'identity_changed' }
  /** `answerLost`: the server may have rotated the refresh token without our hearing of it. */
  | { readonly kind: 'transient'; readonly answerLost: boolean }
  /** The server said no to the client or to the request; waiting does not help, and the token is as good as before. */
  | { readonly kind: 'refused' }
  /** The request was not made, or not by the protocol's fault. */
  | { readonly kind: 'other' }

/** `error` values by which a server says that it is not well. */
const UNWELL: ReadonlySet<string> = new Set(['server_error', 'temporarily_unavailable', 'slow_down'])

/** `invalid_grant` (RFC 6749 §5.2), and what servers say instead of it of a refresh token that they take no more. */
const SPENT: ReadonlySet<string> = new Set([
  'invalid_grant',
  'invalid_refresh_token',
  'bad_refresh_token',
  'expired_refresh_token',
  'refresh_token_expired',
  'token_inactive',
])

/**
 * Sorts the errors a renewal can end with. Only `invalid_grant`, or an ID token that is not the same person's or does not verify, ends a
 * session; a wrong client secret, an outage or an unreadable answer do not, nor does anything when no refresh token was at stake.
 */
export function renewalFailure(error: unknown, spends: 'refresh token' | 'nothing' = 'refresh token'): RenewalFailure {
  const failure = sorted(error)
  // What can be asked for again is not over because it was refused once: a clock may be wrong, or a key not known yet.
  return failure.kind === 'terminal' && spends === 'nothing' ? { kind: 'refused' } : failure
}

function sorted(error: unknown): RenewalFailure {
  if (!isOAuthError(error)) return { kind: 'other' }
  switch (error.name) {
    case 'EndpointError':
      return endpointFailure(error)
    case 'ProtocolError':
      return error.code.startsWith('OAUTH_ID_TOKEN_') ? { kind: 'terminal', reason: 'identity_changed' } : { kind: 'other' }
    case 'TransportError':
      return { kind: 'transient', answerLost: error.endpoint === 'token' && error.sent === 'maybe' && error.reason !== 'redirect' }
    case 'ResponseError':
      return error.status === 401
        ? { kind: 'refused' }
        : { kind: 'transient', answerLost: error.endpoint === 'token' && error.status < 300 }
    default:
      return { kind: 'other' }
  }
}

/** Tells whether a request was broken off before any byte of it reached the server, so that it can be made again. */
export function isUnsent(error: unknown): boolean {
  return isOAuthError(error) && error.name === 'TransportError' && error.reason === 'reset' && error.sent === 'no'
}

function endpointFailure({ error, status }: EndpointError): RenewalFailure {
  if (SPENT.has(error)) return { kind: 'terminal', reason: 'invalid_grant' }
  return status >= 500 || status === 429 || UNWELL.has(error) ? { kind: 'transient', answerLost: false } : { kind: 'refused' }
}
