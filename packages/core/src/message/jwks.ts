import { explain } from '../error/explain.js'
import { ResponseError } from '../error/response-error.js'
import { getRequest, type HttpRequest } from '../http/http-request.js'
import type { HttpResponse } from '../http/http-response.js'
import { readJsonObject, refuseRedirect } from '../http/read-json.js'
import { type VerificationKey, verificationKeys } from '../jose/jwk-set.js'
import { endpointUrl, type ServerMetadata } from '../metadata/server-metadata.js'
import { endpointFailure } from './endpoint-failure.js'

/** Builds a request for the server's keys. */
export function jwkSetRequest(server: ServerMetadata): HttpRequest {
  return getRequest('jwks', endpointUrl(server, 'jwks_uri'), { accept: 'application/jwk-set+json, application/json' })
}

/** Reads the server's keys. Servers label them in many ways, so the content type is not held against them. @see RFC 7517 §5 */
export function jwkSetResponse(response: HttpResponse, request: HttpRequest): readonly VerificationKey[] {
  refuseRedirect(response, request)
  if (response.status !== 200) throw endpointFailure(response, request)
  const keys = verificationKeys(readJsonObject(response, request, { anyContentType: true }))
  if (keys !== undefined) return keys
  throw new ResponseError('OAUTH_RESPONSE_SHAPE', explain && 'has no "keys": it is not a JWK Set.', {
    endpoint: request.endpoint,
    status: response.status,
  })
}
