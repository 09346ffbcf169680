import type { Environment } from '../environment.js'
import { explain } from '../error/explain.js'
import { ProtocolError } from '../error/protocol-error.js'
import { UsageError } from '../error/usage-error.js'
import type { Flow } from '../flow/flow.js'
import { refreshToken } from '../flow/refresh-token.js'
import { type GrantOptions, tokenGrant } from '../flow/token.js'
import { toForm } from '../http/form.js'
import type { TokenSet } from '../message/token-set.js'
import { serverIdentity } from '../metadata/server-metadata.js'
import type { Registration } from './registration.js'
import type { TokenRecord } from './token-record.js'

/** Options of {@link renewToken}. */
export interface RenewOptions
  extends Pick<
    GrantOptions,
    'registeredMethods' | 'headers' | 'clientAuthentication' | 'parameters' | 'endpoint' | 'requestHook' | 'responseHook'
  > {
  readonly environment: Environment
  /** Asked for instead of what was granted before; may only be less. */
  readonly scope?: string | undefined
}

/**
 * Gets a new token in the way the old one was got: by its refresh token, else by asking again with the client's own credentials. The
 * request goes to the server, and the endpoint, that the record came from.
 */
export async function* renewToken(registration: Registration, record: TokenRecord, options: RenewOptions): Flow<TokenSet> {
  const { client, keyCache, clockTolerance, allowInsecureHttp } = registration
  const server = yield* registration.server()
  if (record.issuer !== serverIdentity(server) || record.client_id !== client.client_id) {
    throw new ProtocolError(
      'OAUTH_PROVIDER_MISMATCH',
      explain &&
        'The token came from another authorization server, or was issued to another client, than the one configured. Its refresh token was not sent',
      { reference: 'RFC 9700 §4.4.2' },
    )
  }
  const { token, grant } = record
  const endpoint = options.endpoint ?? (record.token_endpoint === '' ? undefined : record.token_endpoint)
  const shared = { ...options, endpoint, allowInsecureHttp }
  const resource = toForm({ resource: grant.resource })
  const further = [...resource, ...toForm(options.parameters)]

  if (token.refresh_token !== undefined) {
    const renewable = { ...token, refresh_token: token.refresh_token }
    const renewed = yield* refreshToken(server, client, { ...shared, token: renewable, keyCache, clockTolerance, parameters: further })
    return renewed.token
  }
  if (grant.type !== 'client_credentials')
    throw new UsageError(explain && 'The token has no refresh token.', { code: 'OAUTH_MISSING_TOKEN' })
  const form = toForm({ grant_type: grant.type, scope: options.scope ?? grant.scope })
  return yield* tokenGrant(server, client, { ...shared, grant: form, parameters: [...(grant.parameters ?? []), ...further] })
}
