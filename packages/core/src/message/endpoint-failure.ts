import { ChallengeError } from '../error/challenge-error.js'
import { EndpointError } from '../error/endpoint-error.js'
import type { OAuthError } from '../error/oauth-error.js'
import { ResponseError } from '../error/response-error.js'
import { formDecode } from '../http/form.js'
import type { HttpRequest } from '../http/http-request.js'
import type { HttpResponse } from '../http/http-response.js'
import type { JsonObject } from '../http/json.js'
import { maybeJsonObject } from '../http/read-json.js'
import { parseChallenges } from '../http/www-authenticate.js'

/** Values shorter than this are words of the protocol, not secrets. */
const SHORTEST_SECRET = 8

/** Parameters whose values are public words, worth reading in an error text. */
const PUBLIC_PARAMETERS: ReadonlySet<string> = new Set(['grant_type', 'scope', 'redirect_uri', 'resource', 'audience', 'client_id', 'token_type_hint'])

/**
 * The error for an answer that is no success: the server's own `error` where the body has one, else its `WWW-Authenticate` challenge, else
 * the bare status.
 */
export function endpointFailure(response: HttpResponse, request: HttpRequest): OAuthError {
  const body = maybeJsonObject(response, request)
  if (body !== undefined && typeof body['error'] === 'string') return endpointError(body, response, request)
  const challenges = parseChallenges(response.headers['www-authenticate'])
  if (response.status === 401 && challenges.length > 0) return new ChallengeError(request.endpoint, response.status, challenges)
  return new ResponseError(
    'OAUTH_RESPONSE_STATUS',
    response.status >= 500 ? 'is a failure of the server or of a proxy before it. Try again later.' : 'is not a success, and no OAuth error in JSON.',
    { endpoint: request.endpoint, status: response.status },
  )
}

/** Reads an OAuth error body (RFC 6749 §5.2). What the request itself sent in confidence is cut out, in case the server echoes it. */
export function endpointError(body: JsonObject, { status }: HttpResponse, request: HttpRequest): EndpointError {
  const { error, error_description, error_uri } = body
  const secrets = confidential(request)
  return new EndpointError({
    endpoint: request.endpoint,
    status,
    error: typeof error === 'string' ? without(secrets, error) : 'unreadable',
    error_description: typeof error_description === 'string' ? without(secrets, error_description) : undefined,
    error_uri: typeof error_uri === 'string' ? without(secrets, error_uri) : undefined,
  })
}

function confidential({ body = '', headers }: HttpRequest): readonly string[] {
  const values = formDecode(body)
    .filter(([name]) => !PUBLIC_PARAMETERS.has(name))
    .map(([, value]) => value)
  const authorization = headers['authorization']?.split(' ', 2)[1]
  return [...values, ...(authorization === undefined ? [] : [authorization])].filter(({ length }) => length >= SHORTEST_SECRET)
}

function without(secrets: readonly string[], text: string): string {
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text)
}
