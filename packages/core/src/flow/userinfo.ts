import type { Client } from '../client-authentication/client.js'
import type { Environment } from '../environment.js'
import { withResourceQuirks } from '../message/resource-quirks.js'
import { type UserInfo, userinfoRequest, userinfoResponse } from '../message/userinfo.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import type { Flow } from './flow.js'

/** Options of {@link userinfo}. */
export interface UserinfoOptions {
  readonly accessToken: string
  /** The `sub` of the ID token; the answer must have the same. */
  readonly subject?: string | undefined
  /** Told of quirks that changed something. */
  readonly environment?: Pick<Environment, 'emit'> | undefined
}

/**
 * Asks the UserInfo endpoint who logged in.
 *
 * @see OpenID Connect Core §5.3 https://openid.net/specs/openid-connect-core-1_0.html#UserInfo
 */
export async function* userinfo(
  server: ServerMetadata,
  client: Pick<Client, 'quirks'>,
  { accessToken, subject, environment }: UserinfoOptions,
): Flow<UserInfo> {
  const request = withResourceQuirks(userinfoRequest(server, accessToken), client.quirks ?? {}, environment)
  return userinfoResponse(yield request, request, { subject, quirks: client.quirks, environment })
}
