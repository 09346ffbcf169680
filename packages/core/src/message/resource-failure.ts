import { ChallengeError } from '../error/challenge-error.js'
import type { OAuthError } from '../error/oauth-error.js'
import type { HttpRequest } from '../http/http-request.js'
import type { HttpResponse } from '../http/http-response.js'
import { parseChallenges } from '../http/www-authenticate.js'
import { redaction } from './confidential.js'
import { endpointFailure, isStandard } from './endpoint-failure.js'

/**
 * The error for an answer of a protected resource that is no success: where there is no `error` in the body, its `WWW-Authenticate` challenge
 * (RFC 6750 §3). The token endpoint says in its body what it refuses (RFC 6749 §5.2), so {@link endpointFailure} is all it needs.
 */
export function resourceFailure(response: HttpResponse, request: HttpRequest): OAuthError {
  const failure = endpointFailure(response, request)
  const challenges = parseChallenges(response.headers['www-authenticate'])
  if (failure.name === 'EndpointError' || response.status !== 401 || challenges.length === 0) return failure
  const redacted = redaction(request)
  const readable = challenges.map(({ scheme, parameters }) => ({
    scheme,
    parameters: Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, isStandard(value) ? value : redacted(value)])),
  }))
  return new ChallengeError(request.endpoint, response.status, readable)
}
