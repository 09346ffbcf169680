import { explain } from './explain.js'
import { OAuthError } from './oauth-error.js'
import { printable, printableWord, quoted } from './printable.js'

/** `error` values of RFC 6749 §4.1.2.1 and OpenID Connect Core §3.1.2.6, save those about what no request of this library holds. */
export const AUTHORIZATION_ERROR_WORDS = [
  'invalid_request',
  'unauthorized_client',
  'access_denied',
  'unsupported_response_type',
  'invalid_scope',
  'server_error',
  'temporarily_unavailable',
  'interaction_required',
  'login_required',
  'account_selection_required',
  'consent_required',
] as const

/** The others of OpenID Connect Core §3.1.2.6: about request objects, and clients that a request registers. */
const REQUEST_OBJECT_ERROR_WORDS = [
  'invalid_request_uri',
  'invalid_request_object',
  'request_not_supported',
  'request_uri_not_supported',
  'registration_not_supported',
] as const

/** An `error` value of RFC 6749 §4.1.2.1 or OpenID Connect Core §3.1.2.6; servers add their own. */
export type AuthorizationErrorWord =
  | (typeof AUTHORIZATION_ERROR_WORDS)[number]
  | (typeof REQUEST_OBJECT_ERROR_WORDS)[number]
  | (string & {})

/** Tells whether an `error` value is one of the standards' own: of the others, anybody who sends a person here can have made one up. */
export function isRegisteredError(word: AuthorizationErrorWord): boolean {
  return [...AUTHORIZATION_ERROR_WORDS, ...REQUEST_OBJECT_ERROR_WORDS].some((known) => known === word)
}

/** What the authorization server said when it sent the browser back without a code. */
export interface AuthorizationErrorResponse {
  readonly error: AuthorizationErrorWord
  readonly error_description?: string | undefined
  readonly error_uri?: string | undefined
}

/**
 * The authorization server answered with an error instead of a code: often a person who pressed "cancel" (`access_denied`).
 *
 * The texts come from a URL that anyone can craft: they are cut and stripped of control characters, yet must be escaped in HTML.
 *
 * @see RFC 6749 §4.1.2.1 https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1
 */
export class AuthorizationResponseError extends OAuthError {
  override readonly name = 'AuthorizationResponseError'
  readonly code = 'OAUTH_AUTHORIZATION_RESPONSE'
  readonly error: AuthorizationErrorWord
  readonly error_description: string | undefined
  readonly error_uri: string | undefined

  constructor({ error, error_description, error_uri }: AuthorizationErrorResponse) {
    const word = printableWord(error)
    super(
      explain
        ? `Authorization response: the authorization server answered with the error "${word}". No code was used.${error_description ? ` The server says: ${quoted(error_description)}` : ''}`
        : `OAUTH_AUTHORIZATION_RESPONSE: ${word}`,
    )
    this.error = word
    this.error_description = error_description && printable(error_description)
    this.error_uri = error_uri && printable(error_uri)
  }
}
