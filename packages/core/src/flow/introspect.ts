import type { Client } from '../client-authentication/client.js'
import { explain } from '../error/explain.js'
import type { HttpRequest } from '../http/http-request.js'
import { isJsonObject } from '../http/json.js'
import {
  type IntrospectedToken,
  type Introspection,
  introspectedToken,
  introspectionRequest,
  introspectionResponse,
} from '../message/introspection.js'
import { jwtAnswer } from '../message/jwt-answer.js'
import { answerRefusal } from '../message/jwt-refusal.js'
import { assertResponseAlgorithm } from '../message/response-algorithm.js'
import type { ClientRequestOptions } from '../message/token-request.js'
import { type WithResponse, withResponse } from '../message/with-response.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import type { Flow } from './flow.js'
import type { JwkSetOptions } from './jwk-set.js'
import { verifyJwtAnswer } from './jwt-answer.js'

/** Options of {@link introspect}; `keyCache` for servers that sign their answers. */
export interface IntrospectOptions extends Introspection, ClientRequestOptions, Partial<Pick<JwkSetOptions, 'keyCache'>> {}

/** What a server says of a token, and its answer as it came, which is not enumerable: what is logged or stored is the claims alone. */
export type IntrospectionResult = WithResponse<IntrospectedToken>

const refusal = /* @__PURE__ */ answerRefusal(explain && 'Introspection answer')

/**
 * Asks the server what a token is worth. An answer that is a JWT is verified; a client that is registered for one takes no other.
 *
 * @throws {@link EndpointError} the server refused the client.
 * @throws {@link ProtocolError} `OAUTH_JWT_…` or `OAUTH_KEY_NOT_FOUND` for an answer that is a JWT.
 * @see RFC 7662 §2 https://www.rfc-editor.org/rfc/rfc7662#section-2
 * @see RFC 9701 §5 https://www.rfc-editor.org/rfc/rfc9701#section-5
 */
export async function* introspect(server: ServerMetadata, client: Client, options: IntrospectOptions): Flow<IntrospectionResult> {
  const { introspection_signed_response_alg: signed, introspection_encrypted_response_alg: encrypted } = client
  const option = explain && 'introspection_signed_response_alg'
  assertResponseAlgorithm(option, signed, client)
  const request = await introspectionRequest(server, client, options)
  const response = yield request
  const compact = jwtAnswer(response, { signed, encrypted, refusal })
  if (compact === undefined) return withResponse(introspectionResponse(response, request, client.quirks), response)
  const announced = server['introspection_signing_alg_values_supported']
  const typ = /^(application\/)?token-introspection\+jwt$/i
  const payload = yield* verifyJwtAnswer(
    compact,
    { server, client, issuer: server.issuer, signed, encrypted, refusal, announced, option, typ, mayBeUnsigned: false },
    options,
  )
  return withResponse(tokenIntrospection(payload, request), response)
}

/** A JWT has what a plain answer has, in one claim; and says from whom and for whom it is. */
function tokenIntrospection({ iss, aud, token_introspection: claims }: Record<string, unknown>, request: HttpRequest): IntrospectedToken {
  if (iss === undefined) throw refusal('ISS', explain && 'has no "iss"', 'RFC 9701 §5')
  if (aud === undefined) throw refusal('AUD', explain && 'has no "aud"', 'RFC 9701 §5')
  if (isJsonObject(claims as never)) return introspectedToken(claims as never, request)
  throw refusal('MALFORMED', explain && 'has no object "token_introspection"', 'RFC 9701 §5')
}
