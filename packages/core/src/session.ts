/**
 * The session that adapters bind to an HTTP client, and the stores it keeps tokens in.
 *
 * @module
 */

export type { Client, ClientAuthentication, ClientAuthenticationContext } from './client-authentication/client.js'
export type { ClientAssertionOptions } from './client-authentication/client-assertion.js'
export { type ClientSecretJwtOptions, clientSecretJwt } from './client-authentication/client-secret-jwt.js'
export { type PrivateKeyJwtOptions, privateKeyJwt } from './client-authentication/private-key-jwt.js'
export type { Operator, OperatorWarning } from './environment.js'
export type { FrontChannelResult } from './flow/front-channel.js'
export type { IntrospectionResult } from './flow/introspect.js'
export type { RevocationResult } from './flow/revoke.js'
export type { ResponseHook } from './flow/token.js'
export type { Parameters, ParameterValue } from './http/form.js'
export type { Decrypted, Decryption } from './jose/decryption.js'
export { type KeysOption, type PublicKeyInput, type PublicKeys, publicKeys } from './jose/given-keys.js'
export { type JweDecryptionOptions, jweDecryption } from './jose/jwe-decryption.js'
export type { VerificationKey } from './jose/jwk-set.js'
export type { DecodedJws, JwsKey } from './jose/jws.js'
export type { Jwk, NodeKey, PrivateKeyInput } from './jose/key-input.js'
export type { KeySource } from './jose/key-source.js'
export type { JwtSignerOptions, SigningKey } from './jose/sign-jwt.js'
export type { AuthorizationRequest } from './message/authorization-request.js'
export type { EndSessionOptions } from './message/end-session.js'
export { filterClaims } from './message/filter-claims.js'
export type { IdTokenClaims } from './message/id-token.js'
export type { IntrospectedToken } from './message/introspection.js'
export type { AuthorizationResponseInput } from './message/response-parameters.js'
export type { ResponseMode, ResponseType } from './message/response-type.js'
export type { RequestHook } from './message/token-request.js'
export type { TokenInput, TokenSet } from './message/token-set.js'
export type { UserInfo } from './message/userinfo.js'
export type { Quirks } from './metadata/quirks.js'
export type { ServerMetadata } from './metadata/server-metadata.js'
export type { AssertionSessionOptions } from './session/assertion-options.js'
export { AssertionSession } from './session/assertion-session.js'
export type { AuthorizationUrlOptions } from './session/authorization-url.js'
export { type CachedStoreOptions, cachedStore } from './session/cached-store.js'
export type {
  AnswerHook,
  ComplianceHookType,
  ComplianceHookTypes,
  ProtectedRequest,
  ProtectedRequestHook,
} from './session/compliance-hooks.js'
export { type EncryptedStoreOptions, encryptedStore } from './session/encrypted-store.js'
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
export { warnOfSessionsInMemory, warnOfTokensInMemory } from './session/memory-warning.js'
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
export { assertKeyFilePath, type ServiceAccount, serviceAccountOptions } from './session/service-account.js'
export type { SessionOptions } from './session/session-options.js'
export type { Store, StoreEntry, StoreReceipt } from './session/store.js'
export type { TokenPlacement } from './session/token-placement.js'
export type { GrantMemory, TokenRecord, TokenStore } from './session/token-record.js'
export type { ReplacedToken, UpdateToken } from './session/update-token.js'
export type { AuthorizationTransaction } from './transaction/authorization-transaction.js'
export type { ClaimRequest, ClaimsRequest, RequestedClaims } from './transaction/claims-request.js'
