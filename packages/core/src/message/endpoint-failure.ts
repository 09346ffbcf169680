import { type AuthenticationChallenge, ChallengeError } from '../error/challenge-error.js'
import { ENDPOINT_ERROR_WORDS, EndpointError } from '../error/endpoint-error.js'
import { type Explanation, explain } from '../error/explain.js'
import type { OAuthError } from '../error/oauth-error.js'
import { ResponseError } from '../error/response-error.js'
import { formDecode, formGet } from '../http/form.js'
import type { HttpRequest } from '../http/http-request.js'
import type { HttpResponse } from '../http/http-response.js'
import type { JsonObject } from '../http/json.js'
import { maybeJsonObject } from '../http/read-json.js'
import { retryAfter } from '../http/retry-after.js'
import { parseChallenges } from '../http/www-authenticate.js'
import { redaction } from './confidential.js'

/** What `invalid_grant` means of each grant (RFC 6749 §5.2). */
const INVALID_GRANT: ReadonlyMap<string, Explanation> = new Map([
  ['authorization_code', explain && 'The code is spent, expired, or was issued for another client, redirect URI or PKCE verifier.'],
  ['refresh_token', explain && 'The refresh token is spent, expired, revoked, or was issued to another client.'],
  ['password', explain && 'User name or password are wrong, or this user may not log in so.'],
])
const OTHER_GRANT: Explanation = explain && 'What was presented is wrong, spent, expired, revoked, or was issued to another client.'

/** The request that was refused, and what is known of the cause if the server does not know the client. */
export interface Refused {
  readonly request: HttpRequest
  /** A sentence for the message of `invalid_client`. */
  readonly invalidClientHint?: Explanation | undefined
}

/**
 * The error for an answer that is no success: the server's own `error` where the body has one, else its `WWW-Authenticate` challenge, else
 * the bare status.
 */
export function endpointFailure(response: HttpResponse, request: HttpRequest, invalidClientHint?: Explanation): OAuthError {
  const body = maybeJsonObject(response)
  // An `error` of another type is still the server's refusal; what it says cannot be read.
  if (body?.['error'] !== undefined && body['error'] !== null) return endpointError(body, response, { request, invalidClientHint })
  const challenges = parseChallenges(response.headers['www-authenticate'])
  if (response.status === 401 && challenges.length > 0) return challengeError(challenges, response, request)
  return new ResponseError(
    'OAUTH_RESPONSE_STATUS',
    explain &&
      (response.status >= 500
        ? 'is a failure of the server or of a proxy before it. Try again later.'
        : 'is not a success, and no OAuth error in JSON.'),
    { endpoint: request.endpoint, status: response.status, retryAfter: retryAfter(response) },
  )
}

/** Reads an OAuth error body (RFC 6749 §5.2). What the request itself sent in confidence is cut out, in case the server echoes it. */
export function endpointError(body: JsonObject, response: HttpResponse, { request, invalidClientHint }: Refused): EndpointError {
  const { error, error_description, error_uri } = body
  const redacted = redaction(request)
  return new EndpointError({
    endpoint: request.endpoint,
    status: response.status,
    retryAfter: retryAfter(response),
    error: typeof error === 'string' ? (isStandard(error) ? error : redacted(error)) : 'unreadable',
    error_description: typeof error_description === 'string' ? redacted(error_description) : undefined,
    error_uri: typeof error_uri === 'string' ? redacted(error_uri) : undefined,
    hint: error === 'invalid_client' ? invalidClientHint : error === 'invalid_grant' ? invalidGrantHint(request) : undefined,
  })
}

function invalidGrantHint({ body = '' }: HttpRequest): Explanation {
  return explain && (INVALID_GRANT.get(formGet(formDecode(body), 'grant_type') ?? '') ?? OTHER_GRANT)
}

function challengeError(challenges: readonly AuthenticationChallenge[], { status }: HttpResponse, request: HttpRequest): ChallengeError {
  const redacted = redaction(request)
  const readable = challenges.map(({ scheme, parameters }) => ({
    scheme,
    parameters: Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, isStandard(value) ? value : redacted(value)])),
  }))
  return new ChallengeError(request.endpoint, status, readable)
}

/** Words of the standards are no secrets, also where a short secret is a part of them. */
function isStandard(word: string): boolean {
  return (ENDPOINT_ERROR_WORDS as readonly string[]).includes(word)
}
