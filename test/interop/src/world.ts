import type { AuthorizationUrlOptions, SessionOptions, TokenSet } from '@oauth/core/session'
import type { Adapter, InteropSession } from './adapters.ts'
import { type ClientMetadata, type InteropClient, type InteropServer, redirectUri } from './interop-server.ts'

/** What a session of the suite is told beside what the registration of its client says. */
export type InteropOptions = Partial<SessionOptions>

/** One adapter at one server: all that a case has. */
export interface World {
  readonly adapter: Adapter
  readonly server: InteropServer
  /** A session of a client that is registered for this case alone. */
  register(metadata?: ClientMetadata, options?: InteropOptions): Promise<InteropSession>
  /** A session of a client that is registered already. */
  session(client: InteropClient, options?: InteropOptions): InteropSession
  /** Goes to the server as alice and comes back with tokens. The transaction is kept as text in between, as an application keeps it. */
  login(session: InteropSession, options?: AuthorizationUrlOptions): Promise<TokenSet>
}

/** Binds an adapter to a server. */
export function createWorld(adapter: Adapter, server: InteropServer): World {
  const session: World['session'] = ({ client_id, client_secret }, options) =>
    new adapter.OAuth2Session({
      issuer: server.issuer,
      clientId: client_id,
      ...(client_secret === '' ? {} : { clientSecret: client_secret }),
      redirectUri,
      scope: 'openid profile email',
      ...options,
    })
  return {
    adapter,
    server,
    session,
    register: async (metadata = {}, options = {}) => session(await server.addClient(metadata), options),
    async login(visitor, options) {
      const { url, transaction } = await visitor.createAuthorizationUrl(options)
      const kept = JSON.stringify(transaction)
      return visitor.fetchToken({ authorizationResponse: await server.authorize(url), transaction: JSON.parse(kept) })
    },
  }
}
