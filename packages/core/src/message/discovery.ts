import { getRequest, type HttpRequest } from '../http/http-request.js'
import type { HttpResponse } from '../http/http-response.js'
import type { JsonObject } from '../http/json.js'
import { refuseRedirect } from '../http/read-json.js'
import { endpointFailure } from './endpoint-failure.js'
import { type JsonContext, readLabelledJson } from './labelled-json.js'

/**
 * The two places where an issuer publishes its metadata: OpenID Connect Discovery appends its path to the issuer, RFC 8414 puts its own
 * between host and path.
 *
 * @see OpenID Connect Discovery §4 and RFC 8414 §3.1 https://www.rfc-editor.org/rfc/rfc8414#section-3.1
 */
export function discoveryUrl(issuer: URL, kind: 'openid-configuration' | 'oauth-authorization-server'): string {
  const path = issuer.pathname.replace(/\/$/, '')
  return kind === 'openid-configuration' ? `${issuer.origin}${path}/.well-known/${kind}` : `${issuer.origin}/.well-known/${kind}${path}`
}

/** Builds a metadata request. */
export function discoveryRequest(url: string): HttpRequest {
  return getRequest('discovery', url)
}

/** Reads a metadata answer as JSON; what it says is checked by `serverMetadata`. */
export function discoveryResponse(response: HttpResponse, request: HttpRequest, context: JsonContext = {}): JsonObject {
  refuseRedirect(response, request)
  if (response.status !== 200) throw endpointFailure(response, request)
  return readLabelledJson(response, request, context)
}
