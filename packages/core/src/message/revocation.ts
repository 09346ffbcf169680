import type { Client } from '../client-authentication/client.js'
import type { HttpRequest } from '../http/http-request.js'
import type { HttpResponse } from '../http/http-response.js'
import { refuseRedirect } from '../http/read-json.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import { endpointFailure } from './endpoint-failure.js'
import { type ClientRequestOptions, clientRequest } from './token-request.js'

/** The token to revoke, and what kind it is. */
export interface Revocation {
  readonly token: string
  readonly token_type_hint?: 'access_token' | 'refresh_token' | (string & {}) | undefined
}

/** Builds a revocation request. @see RFC 7009 §2.1 https://www.rfc-editor.org/rfc/rfc7009#section-2.1 */
export function revocationRequest(
  server: ServerMetadata,
  client: Client,
  { token, token_type_hint, ...options }: Revocation & ClientRequestOptions,
): Promise<HttpRequest> {
  const method = client.revocation_endpoint_auth_method ?? client.token_endpoint_auth_method
  const form = [['token', token] as const, ...(token_type_hint === undefined ? [] : [['token_type_hint', token_type_hint] as const])]
  return clientRequest('revocation', { server, client, method }, { ...options, form })
}

/** Reads a revocation answer: any 2xx is success, also for a token the server does not know (RFC 7009 §2.2). */
export function revocationResponse(response: HttpResponse, request: HttpRequest): void {
  refuseRedirect(response, request)
  if (response.status < 200 || response.status >= 300) throw endpointFailure(response, request)
}
