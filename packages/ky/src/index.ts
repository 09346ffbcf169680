/**
 * OAuth 2.0 and OpenID Connect on ky: a session whose `http` is a ky instance that keeps itself authorised.
 *
 * @module
 */
export { type HttpClient, isOAuthError } from '@oauth/core/adapter'
export {
  type FetchTokenOptions,
  fromEnvironment,
  memoryStore,
  randomToken,
  type SessionOptions,
  type Store,
  type TokenInput,
  type TokenRecord,
  type TokenSet,
  type TokenStore,
  type UpdateToken,
} from '@oauth/core/session'
export { kyClient } from './ky-client.js'
export { kyTransport } from './ky-transport.js'
export { OAuth2Session, type OAuth2SessionOptions } from './oauth2-session.js'
