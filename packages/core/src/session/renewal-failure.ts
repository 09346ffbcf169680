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

/**
 * Sorts the errors a renewal can end with. Only `invalid_grant`, or an ID token that is not the same person's or does not verify, ends a
 * session; a wrong client secret, an outage or an unreadable answer do not.
 */
export function renewalFailure(error: unknown): RenewalFailure {
  if (!isOAuthError(error)) return { kind: 'other' }
  switch (error.name) {
    case 'EndpointError':
      return endpointFailure(error)
    case 'ProtocolError':
      return error.code.startsWith('OAUTH_ID_TOKEN_') || error.code === 'OAUTH_KEY_NOT_FOUND'
        ? { kind: 'terminal', reason: 'identity_changed' }
        : { kind: 'other' }
    case 'TransportError': {
      const unheard = error.endpoint === 'token' && error.sent === 'maybe' && error.reason !== 'redirect'
      return { kind: 'transient', answerLost: unheard || error.endpoint === 'jwks' }
    }
    case 'ResponseError':
      // Keys are only fetched for an ID token that came with new tokens; those are given up.
      return { kind: 'transient', answerLost: (error.endpoint === 'token' && error.status < 300) || error.endpoint === 'jwks' }
    case 'ChallengeError':
      return { kind: 'refused' }
    default:
      return { kind: 'other' }
  }
}

function endpointFailure({ error, status }: EndpointError): RenewalFailure {
  if (error === 'invalid_grant') return { kind: 'terminal', reason: 'invalid_grant' }
  return status >= 500 || status === 429 || UNWELL.has(error) ? { kind: 'transient', answerLost: false } : { kind: 'refused' }
}
