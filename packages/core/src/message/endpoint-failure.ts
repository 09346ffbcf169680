import { ENDPOINT_ERROR_WORDS, EndpointError } from '../error/endpoint-error.js'
import { type Explanation, explain } from '../error/explain.js'
import { ResponseError } from '../error/response-error.js'
import { formDecode, formGet } from '../http/form.js'
import type { HttpRequest } from '../http/http-request.js'
import type { HttpResponse } from '../http/http-response.js'
import type { Json, JsonObject } from '../http/json.js'
import { maybeJsonObject } from '../http/read-json.js'
import { retryAfter } from '../http/retry-after.js'
import { redaction } from './confidential.js'

/** What `invalid_grant` means of each grant (RFC 6749 §5.2). */
const invalidGrantHint = explain
  ? ({ body = '' }: HttpRequest): string => {
      switch (formGet(formDecode(body), 'grant_type')) {
        case 'authorization_code':
          return 'The code is spent, expired, or was issued for another client, redirect URI or PKCE verifier.'
        case 'refresh_token':
          return 'The refresh token is spent, expired, revoked, or was issued to another client.'
        case 'password':
          return 'User name or password are wrong, or this user may not log in so.'
        default:
          return 'What was presented is wrong, spent, expired, revoked, or was issued to another client.'
      }
    }
  : undefined

/** The request that was refused, and what is known of the cause if the server does not know the client. */
export interface Refused {
  readonly request: HttpRequest
  /** A sentence for the message of `invalid_client`. */
  readonly invalidClientHint?: Explanation | undefined
}

/** The error for an answer that is no success: the server's own `error` where the body has one, else the bare status. */
export function endpointFailure(
  response: HttpResponse,
  request: HttpRequest,
  invalidClientHint?: Explanation,
): EndpointError | ResponseError {
  const body = maybeJsonObject(response)
  // An `error` of another type is still the server's refusal; what it says cannot be read.
  if (body?.['error'] !== undefined && body['error'] !== null) return endpointError(body, response, { request, invalidClientHint })
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
  const said = (text: Json | undefined) => (typeof text === 'string' ? redacted(text) : undefined)
  return new EndpointError({
    endpoint: request.endpoint,
    status: response.status,
    retryAfter: retryAfter(response),
    error: isStandard(error) ? error : (said(error) ?? 'unreadable'),
    error_description: said(error_description),
    error_uri: said(error_uri),
    hint: explain && (error === 'invalid_client' ? invalidClientHint : error === 'invalid_grant' && invalidGrantHint?.(request)),
  })
}

/** Words of the standards are no secrets, also where a short secret is a part of them. */
export function isStandard(word: Json | undefined): word is string {
  return (ENDPOINT_ERROR_WORDS as readonly unknown[]).includes(word)
}
