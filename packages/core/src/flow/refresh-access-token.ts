import type { Client } from '../client-authentication/client.js'
import { toForm } from '../http/form.js'
import type { TokenSet } from '../message/token-set.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import type { Flow } from './flow.js'
import { type GrantOptions, tokenGrant } from './token.js'

/** Options of {@link refreshAccessToken}. */
export interface RefreshAccessTokenOptions extends GrantOptions {
  /** The token to renew. Its refresh token is sent. */
  readonly token: TokenSet & { readonly refresh_token: string }
  /** Sent only when given: a refresh without scope keeps what was granted (RFC 6749 §6). */
  readonly scope?: string | undefined
}

/**
 * Renews a token without OpenID Connect. The old refresh token stays when the server sends none, and so does the old scope. An ID token in the
 * answer is left out, because nobody has verified it: `refreshToken` does.
 *
 * @throws {@link EndpointError} `invalid_grant` when the refresh token is no longer taken.
 * @see RFC 6749 §6 https://www.rfc-editor.org/rfc/rfc6749#section-6
 */
export async function* refreshAccessToken(server: ServerMetadata, client: Client, options: RefreshAccessTokenOptions): Flow<TokenSet> {
  const { id_token: _unverified, ...token } = yield* refreshGrant(server, client, options)
  return token as TokenSet
}

/** Asks for the new token, and keeps of the old one what the answer leaves out. An ID token is what the server sent, or none. */
export async function* refreshGrant(
  server: ServerMetadata,
  client: Client,
  { token: { refresh_token, scope: granted }, scope, ...options }: RefreshAccessTokenOptions,
): Flow<TokenSet> {
  const grant = toForm({ grant_type: 'refresh_token', refresh_token, scope })
  const answer = yield* tokenGrant(server, client, { ...options, grant })
  return { ...(granted !== undefined && { scope: granted }), refresh_token, ...answer }
}
