import { explain } from './explain.js'
import { OAuthError } from './oauth-error.js'
import { harmless, printableWord } from './printable.js'

/** One challenge of a `WWW-Authenticate` header, as RFC 9110 §11.6.1 spells it. */
export interface AuthenticationChallenge {
  /** Lower case. */
  readonly scheme: string
  readonly parameters: Readonly<Record<string, string>>
}

/**
 * A protected endpoint answered with a `WWW-Authenticate` challenge and no OAuth error body.
 *
 * @see RFC 6750 §3 https://www.rfc-editor.org/rfc/rfc6750#section-3
 */
export class ChallengeError extends OAuthError {
  override readonly name = 'ChallengeError'
  readonly code = 'OAUTH_CHALLENGE'
  readonly endpoint: string
  readonly status: number
  readonly challenges: readonly AuthenticationChallenge[]
  /** The `error` of the first challenge that has one, such as `invalid_token`. */
  readonly error: string | undefined

  constructor(endpoint: string, status: number, challenges: readonly AuthenticationChallenge[]) {
    const given = challenges.find(({ parameters }) => parameters['error'] !== undefined)?.parameters['error']
    const error = given === undefined ? undefined : printableWord(given)
    super(
      explain
        ? `The ${endpoint} endpoint asked for other credentials (HTTP status ${status}${error === undefined ? '' : `, "${error}"`}).`
        : `OAUTH_CHALLENGE: ${endpoint}, status ${status}, ${error}`,
    )
    this.endpoint = endpoint
    this.status = status
    this.challenges = challenges.map(({ scheme, parameters }) => ({ scheme, parameters: withoutControls(parameters) }))
    this.error = error
  }
}

function withoutControls(parameters: AuthenticationChallenge['parameters']): AuthenticationChallenge['parameters'] {
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, harmless(value)]))
}
