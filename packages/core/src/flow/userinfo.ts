import type { Client } from '../client-authentication/client.js'
import { type UserInfo, userinfoRequest, userinfoResponse } from '../message/userinfo.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import type { Flow } from './flow.js'

/**
 * Asks the UserInfo endpoint who logged in.
 *
 * @param subject the `sub` of the ID token; the answer must have the same.
 * @see OpenID Connect Core §5.3 https://openid.net/specs/openid-connect-core-1_0.html#UserInfo
 */
export async function* userinfo(
  server: ServerMetadata,
  client: Pick<Client, 'quirks'>,
  { accessToken, subject }: { readonly accessToken: string; readonly subject?: string | undefined },
): Flow<UserInfo> {
  const request = userinfoRequest(server, accessToken)
  return userinfoResponse(yield request, request, { subject, quirks: client.quirks })
}
