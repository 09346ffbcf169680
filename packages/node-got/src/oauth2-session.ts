import { OAuth2Session as CoreSession, type SessionOptions, warnOfTokensInMemory } from '@oauth/core/session'
import type { Got } from 'got'
import { gotClient } from './got-client.js'

/** Options of {@link OAuth2Session}. */
export interface OAuth2SessionOptions extends SessionOptions {
  /** The instance to build on: its options and hooks stay, and its `prefixUrl` says where the token goes. */
  readonly http?: Got | undefined
}

/**
 * An OAuth 2.0 session on got.
 *
 * @example
 * const session = new OAuth2Session({ issuer: 'https://as.example', clientId, clientSecret, scope: 'read' })
 * await session.fetchToken({ grantType: 'client_credentials' })
 * const items = await session.http.get('https://api.example/items').json()
 */
export class OAuth2Session extends CoreSession<Got> {
  /** @throws {@link UsageError} for unknown, missing or contradictory options. */
  constructor(options: OAuth2SessionOptions) {
    // What has no members is refused by the check of the options.
    const { http }: OAuth2SessionOptions = Object(options)
    super(options, gotClient(http), { options: ['http'] })
    warnOfTokensInMemory(options)
  }

  /** Another got instance, with this session's token on its requests. */
  extend(instance: Got): Got {
    const { authorised, baseUrl } = gotClient(instance)
    return authorised(this.authoriser(baseUrl))
  }
}
