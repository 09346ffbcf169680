import type { Client } from '../client-authentication/client.js'
import { type Revocation, revocationRequest, revocationResponse } from '../message/revocation.js'
import type { ClientRequestOptions } from '../message/token-request.js'
import { type WithResponse, withResponse } from '../message/with-response.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import type { Flow } from './flow.js'

/** The server's answer as it came, in `response`, which is not enumerable. There is nothing to read in it (RFC 7009 §2.2). */
export type RevocationResult = WithResponse

/**
 * Tells the server that a token is no longer needed. Revoking a refresh token also ends the access tokens that came with it, at most servers.
 *
 * @see RFC 7009 https://www.rfc-editor.org/rfc/rfc7009#section-2
 */
export async function* revoke(server: ServerMetadata, client: Client, options: Revocation & ClientRequestOptions): Flow<RevocationResult> {
  const request = await revocationRequest(server, client, options)
  const response = yield request
  revocationResponse(response, request)
  return withResponse({}, response)
}
