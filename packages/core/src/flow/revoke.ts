import type { Client } from '../client-authentication/client.js'
import { type Revocation, revocationRequest, revocationResponse } from '../message/revocation.js'
import type { ClientRequestOptions } from '../message/token-request.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import type { Flow } from './flow.js'

/**
 * Tells the server that a token is no longer needed. Revoking a refresh token also ends the access tokens that came with it, at most servers.
 *
 * @see RFC 7009 https://www.rfc-editor.org/rfc/rfc7009#section-2
 */
export async function* revoke(server: ServerMetadata, client: Client, options: Revocation & ClientRequestOptions): Flow<void> {
  const request = await revocationRequest(server, client, options)
  revocationResponse(yield request, request)
}
