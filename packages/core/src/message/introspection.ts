import type { Client } from '../client-authentication/client.js'
import { explain } from '../error/explain.js'
import { ResponseError } from '../error/response-error.js'
import { UsageError } from '../error/usage-error.js'
import type { HttpRequest } from '../http/http-request.js'
import type { HttpResponse } from '../http/http-response.js'
import type { JsonObject } from '../http/json.js'
import { readJsonObject, refuseRedirect } from '../http/read-json.js'
import type { Quirks } from '../metadata/quirks.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import { resourceFailure } from './resource-failure.js'
import { type ClientRequestOptions, clientRequest } from './token-request.js'

/** The token to ask about, and what kind it is. */
export interface Introspection {
  readonly token: string
  readonly token_type_hint?: 'access_token' | 'refresh_token' | (string & {}) | undefined
}

/** What a server says of a token. Claims of a token that is not active mean nothing. */
export interface IntrospectedToken {
  readonly active: boolean
  readonly scope?: string
  readonly client_id?: string
  readonly username?: string
  readonly token_type?: string
  readonly exp?: number
  readonly iat?: number
  readonly nbf?: number
  readonly sub?: string
  readonly aud?: string | readonly string[]
  readonly iss?: string
  readonly jti?: string
  readonly [claim: string]: unknown
}

/**
 * Builds an introspection request. The client authenticates as at the token endpoint. A client that is registered for signed or encrypted
 * answers asks for them (RFC 9701 §4).
 *
 * @throws {@link UsageError} when the token is no text.
 * @see RFC 7662 §2.1 https://www.rfc-editor.org/rfc/rfc7662#section-2.1
 */
export function introspectionRequest(
  server: ServerMetadata,
  client: Client,
  { token, token_type_hint, ...options }: Introspection & ClientRequestOptions,
): Promise<HttpRequest> {
  if (typeof token !== 'string' || token === '') {
    throw new UsageError(explain && 'introspect: "token" is no text. Give the token itself, such as token.access_token.')
  }
  const isJwt = (client.introspection_signed_response_alg ?? client.introspection_encrypted_response_alg) !== undefined
  const headers = isJwt ? { accept: 'application/token-introspection+jwt', ...options.headers } : options.headers
  const form = [['token', token] as const, ...(token_type_hint === undefined ? [] : [['token_type_hint', token_type_hint] as const])]
  return clientRequest('introspection', { server, client, method: client.token_endpoint_auth_method }, { ...options, headers, form })
}

/**
 * Reads an introspection answer in JSON. A token that the server does not know is no error but not active.
 *
 * @throws {@link EndpointError} the server refused the client.
 * @throws {@link ResponseError} no JSON, or no `active` that is true or false.
 * @see RFC 7662 §2.2 https://www.rfc-editor.org/rfc/rfc7662#section-2.2
 */
export function introspectionResponse(response: HttpResponse, request: HttpRequest, quirks: Quirks = {}): IntrospectedToken {
  refuseRedirect(response, request)
  if (response.status !== 200) throw resourceFailure(response, request)
  return introspectedToken(readJsonObject(response, request, quirks), request)
}

/** Checks the one member that an answer must have. @throws {@link ResponseError} */
export function introspectedToken(claims: JsonObject, { endpoint }: HttpRequest): IntrospectedToken {
  const { active } = claims
  if (typeof active === 'boolean') return { ...claims, active }
  throw new ResponseError('OAUTH_RESPONSE_SHAPE', explain && 'has no "active" that is true or false (RFC 7662 §2.2).', {
    endpoint,
    status: 200,
  })
}
