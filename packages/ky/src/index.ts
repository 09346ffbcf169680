/**
 * OAuth 2.0 and OpenID Connect on ky: a session whose `http` is a ky instance that keeps itself authorised.
 *
 * @module
 */
export { type HttpClient, isOAuthError } from '@oauth/core/adapter'
export {
  type ClientAuthentication,
  type ClientSecretJwtOptions,
  type ComplianceHookType,
  type ComplianceHookTypes,
  clientSecretJwt,
  type FetchTokenOptions,
  filterClaims,
  fromEnvironment,
  type JweDecryptionOptions,
  jweDecryption,
  memoryStore,
  type PrivateKeyJwtOptions,
  privateKeyJwt,
  randomToken,
  type ServiceAccount,
  type SessionOptions,
  type Store,
  type TokenInput,
  type TokenPlacement,
  type TokenRecord,
  type TokenSet,
  type TokenStore,
  type UpdateToken,
} from '@oauth/core/session'
export { AssertionSession, type AssertionSessionOptions, type ServiceAccountSessionOptions } from './assertion-session.js'
export { kyClient } from './ky-client.js'
export { kyTransport } from './ky-transport.js'
export { OAuth2Session, type OAuth2SessionOptions } from './oauth2-session.js'
