import { OAuth2Session as CoreSession, type SessionOptions, warnOfTokensInMemory } from '@oauth/core/session'
import type { KyInstance } from 'ky'
import { kyClient } from './ky-client.js'

/** Options of {@link OAuth2Session}. */
export interface OAuth2SessionOptions extends SessionOptions {
  /** The instance to build on: its options and hooks stay, and its `prefix` or `baseUrl` says where the token goes. */
  readonly http?: KyInstance | undefined
}

/**
 * An OAuth 2.0 session on ky.
 *
 * @example
 * const session = new OAuth2Session({ issuer: 'https://as.example', clientId, clientSecret, scope: 'read' })
 * await session.fetchToken({ grantType: 'client_credentials' })
 * const items = await session.http.get('https://api.example/items').json()
 */
export class OAuth2Session extends CoreSession<KyInstance> {
  /** @throws {@link UsageError} for unknown, missing or contradictory options. */
  constructor(options: OAuth2SessionOptions) {
    // What has no members is refused by the check of the options.
    const { http }: OAuth2SessionOptions = Object(options)
    super(options, kyClient(http), { options: ['http'] })
    warnOfTokensInMemory(options)
  }

  /** Another ky instance, with this session's token on its requests. */
  extend(instance: KyInstance): KyInstance {
    const { authorised, baseUrl } = kyClient(instance)
    return authorised(this.authoriser(baseUrl))
  }
}
