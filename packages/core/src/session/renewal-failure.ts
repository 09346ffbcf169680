import { isOAuthError } from '../error/any-oauth-error.js'

/** What an error of a renewal means for the token. */
export type RenewalFailure =
  | { readonly kind: 'terminal'; readonly reason: 'invalid_grant' | 'identity_changed' }
  /** `answerLost`: the server may have rotated the refresh token without our hearing of it. */
  | { readonly kind: 'transient'; readonly answerLost: boolean }
  /** The request was not made, or not by the protocol's fault. */
  | { readonly kind: 'other' }

/**
 * Sorts the errors a renewal can end with. Only `invalid_grant`, or an ID token that is not the same person's, ends a session; a wrong client
 * secret, an outage or an unreadable answer do not.
 */
export function renewalFailure(error: unknown): RenewalFailure {
  if (!isOAuthError(error)) return { kind: 'other' }
  switch (error.name) {
    case 'EndpointError':
      return error.error === 'invalid_grant' ? { kind: 'terminal', reason: 'invalid_grant' } : { kind: 'transient', answerLost: false }
    case 'ProtocolError':
      return error.code.startsWith('OAUTH_ID_TOKEN_') ? { kind: 'terminal', reason: 'identity_changed' } : { kind: 'other' }
    case 'TransportError':
      return { kind: 'transient', answerLost: error.endpoint === 'token' && error.sent === 'maybe' && error.reason !== 'redirect' }
    case 'ResponseError':
      return { kind: 'transient', answerLost: error.endpoint === 'token' && error.status < 300 }
    case 'ChallengeError':
      return { kind: 'transient', answerLost: false }
    default:
      return { kind: 'other' }
  }
}
