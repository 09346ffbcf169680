import type { Client } from '../client-authentication/client.js'
import { explain } from '../error/explain.js'
import { ProtocolError } from '../error/protocol-error.js'
import { type ServerMetadata, serverIdentity } from '../metadata/server-metadata.js'
import { type AuthorizationTransaction, assertInTime } from '../transaction/authorization-transaction.js'

/**
 * A login must end where it began: same server, same token endpoint, same client, and in time.
 *
 * @param parties `now` is in seconds since the epoch
 * @throws {@link ProtocolError}
 */
export function assertCurrent(
  transaction: AuthorizationTransaction,
  { server, client, now }: { readonly server: ServerMetadata; readonly client: Client; readonly now: number },
): void {
  assertInTime(transaction, now)
  if (transaction.issuer !== serverIdentity(server) || transaction.client_id !== client.client_id) {
    throw new ProtocolError(
      'OAUTH_PROVIDER_MISMATCH',
      explain && 'The login was started at another provider or by another client. Start it again',
      {
        reference: 'RFC 9700 §4.4.2',
      },
    )
  }
  if (transaction.token_endpoint !== (server.token_endpoint ?? '')) {
    throw new ProtocolError(
      'OAUTH_ENDPOINT_CHANGED',
      explain && "The server's token endpoint changed while the login was under way, so the code was not sent. Start it again",
      { reference: 'RFC 9700 §4.4.2' },
    )
  }
}
