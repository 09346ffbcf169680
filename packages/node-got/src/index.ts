/**
 * OAuth 2.0 and OpenID Connect on got: a session whose `http` is a got instance that keeps itself authorised.
 *
 * @module
 */
// Every type that a signature here names is exported here too, so that applications can emit declarations. What stands below by the same name wins.
export type * from '@oauth/core/adapter'
export { isOAuthError } from '@oauth/core/adapter'
export type * from '@oauth/core/session'
export {
  clientSecretJwt,
  filterClaims,
  fromEnvironment,
  jweDecryption,
  memoryStore,
  privateKeyJwt,
  publicKeys,
  randomToken,
} from '@oauth/core/session'
export { AssertionSession, type AssertionSessionOptions, type ServiceAccountSessionOptions } from './assertion-session.js'
export { gotClient } from './got-client.js'
export { gotTransport } from './got-transport.js'
export { OAuth2Session, type OAuth2SessionOptions } from './oauth2-session.js'
export { publicHosts } from './public-hosts.js'
