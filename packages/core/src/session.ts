/**
 * The session that adapters bind to an HTTP client, and the stores it keeps tokens in.
 *
 * @module
 */

export type { ClientAuthentication } from './client-authentication/client.js'
export { type ClientSecretJwtOptions, clientSecretJwt } from './client-authentication/client-secret-jwt.js'
export { type PrivateKeyJwtOptions, privateKeyJwt } from './client-authentication/private-key-jwt.js'
export { type JweDecryptionOptions, jweDecryption } from './jose/jwe-decryption.js'
export { filterClaims } from './message/filter-claims.js'
export type { TokenInput, TokenSet } from './message/token-set.js'
export type { AssertionSessionOptions } from './session/assertion-options.js'
export { AssertionSession } from './session/assertion-session.js'
export type { AuthorizationUrlOptions } from './session/authorization-url.js'
export type {
  AnswerHook,
  ComplianceHookType,
  ComplianceHookTypes,
  ProtectedRequest,
  ProtectedRequestHook,
} from './session/compliance-hooks.js'
export type {
  AuthorizationCodeOptions,
  ClientCredentialsOptions,
  FetchTokenOptions,
  OtherGrantOptions,
  PasswordOptions,
} from './session/fetch-token.js'
export { type EnvironmentOptions, fromEnvironment } from './session/from-environment.js'
export type { HttpClient } from './session/http-client.js'
export { memoryStore } from './session/memory-store.js'
export type {
  IntrospectTokenOptions,
  RefreshTokenOptions,
  RequestOptions,
  RevokeOptions,
  VerifyIdTokenOptions,
} from './session/method-options.js'
export { OAuth2Session } from './session/oauth2-session.js'
export { randomToken } from './session/random-token.js'
export type { RegistrationOptions } from './session/registration.js'
export type { ResourceAuthoriser } from './session/resource-authoriser.js'
export type { Authorised, ResourceOptions, ResourceRequest } from './session/resource-request.js'
export { type ServiceAccount, serviceAccountOptions } from './session/service-account.js'
export type { SessionOptions } from './session/session-options.js'
export type { Store, StoreEntry, StoreReceipt } from './session/store.js'
export type { TokenPlacement } from './session/token-placement.js'
export type { GrantMemory, TokenRecord, TokenStore } from './session/token-record.js'
export type { ReplacedToken, UpdateToken } from './session/update-token.js'
