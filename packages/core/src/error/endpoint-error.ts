import { type Explanation, explain } from './explain.js'
import { OAuthError } from './oauth-error.js'
import { printable, printableWord, quoted } from './printable.js'

/** `error` values of RFC 6749 §5.2, of RFC 6750 §3.1 and of the standards that build on them. */
export const ENDPOINT_ERROR_WORDS = [
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'unsupported_token_type',
  'invalid_scope',
  'invalid_target',
  'invalid_token',
  'insufficient_scope',
  'invalid_dpop_proof',
  'use_dpop_nonce',
  'access_denied',
  'server_error',
  'temporarily_unavailable',
] as const

/** One of {@link ENDPOINT_ERROR_WORDS}; servers add their own. */
export type EndpointErrorWord = (typeof ENDPOINT_ERROR_WORDS)[number] | (string & {})

/** What an endpoint said, and where. */
export interface EndpointErrorResponse {
  readonly endpoint: string
  readonly status: number
  readonly error: EndpointErrorWord
  readonly error_description?: string | undefined
  readonly error_uri?: string | undefined
  /** Seconds that the server asked to be left alone for (`Retry-After`). */
  readonly retryAfter?: number | undefined
  /** What else is known of the likely cause; a sentence of our own. */
  readonly hint?: Explanation | undefined
}

/**
 * An endpoint refused the request with an OAuth error body.
 *
 * @see RFC 6749 §5.2 https://www.rfc-editor.org/rfc/rfc6749#section-5.2
 */
export class EndpointError extends OAuthError {
  override readonly name = 'EndpointError'
  readonly code = 'OAUTH_ENDPOINT_ERROR'
  readonly endpoint: string
  readonly status: number
  readonly error: EndpointErrorWord
  readonly error_description: string | undefined
  readonly error_uri: string | undefined
  readonly retryAfter: number | undefined

  constructor({ endpoint, status, error, error_description, error_uri, retryAfter, hint }: EndpointErrorResponse) {
    const word = printableWord(error)
    super(
      explain
        ? `The ${endpoint} endpoint refused the request with "${word}" (HTTP status ${status}).${hintFor?.(word)}${hint ? ` ${hint}` : ''}${error_description ? ` The server says: ${quoted(error_description)}` : ''}`
        : `OAUTH_ENDPOINT_ERROR: ${endpoint} ${status} ${word}`,
    )
    this.endpoint = endpoint
    this.status = status
    this.error = word
    this.error_description = error_description && printable(error_description)
    this.error_uri = error_uri && printable(error_uri)
    this.retryAfter = retryAfter
  }
}

const hintFor = explain
  ? (word: string): string => {
      switch (word) {
        case 'invalid_client':
          return ' Check client id, client secret and the client authentication method. Where no secret is configured, say because an environment variable is unset, none is sent.'
        case 'unauthorized_client':
          return ' The client is not registered for this grant.'
        case 'unsupported_grant_type':
          return ' The server does not offer this grant.'
        case 'invalid_scope':
          return ' The server does not grant one of the scopes asked for.'
        default:
          return ''
      }
    }
  : undefined
