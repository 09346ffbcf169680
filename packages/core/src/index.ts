/**
 * OAuth 2.0 and OpenID Connect, one step at a time: flows that perform no I/O, the messages they are made of, and the errors they end with.
 *
 * @module
 */
export type { Client, ClientAuthentication, ClientAuthenticationContext } from './client-authentication/client.js'
export type { ClientAssertionOptions } from './client-authentication/client-assertion.js'
export { clientSecretBasic } from './client-authentication/client-secret-basic.js'
export { type ClientSecretJwtOptions, clientSecretJwt } from './client-authentication/client-secret-jwt.js'
export { clientSecretPost } from './client-authentication/client-secret-post.js'
export { none } from './client-authentication/none.js'
export { type PrivateKeyJwtOptions, privateKeyJwt } from './client-authentication/private-key-jwt.js'
export { type Aead, type DigestAlgorithm, defaultEnvironment, type Environment, type Maybe, type OAuthEvent } from './environment.js'
export { type AnyOAuthError, isOAuthError } from './error/any-oauth-error.js'
export {
  type AuthorizationErrorResponse,
  type AuthorizationErrorWord,
  AuthorizationResponseError,
} from './error/authorization-response-error.js'
export { type AuthenticationChallenge, ChallengeError } from './error/challenge-error.js'
export { EndpointError, type EndpointErrorResponse, type EndpointErrorWord } from './error/endpoint-error.js'
export type * from './error/error-code.js'
export { OAuthError, type OAuthErrorOptions } from './error/oauth-error.js'
export { PersistError } from './error/persist-error.js'
export { ProtocolError } from './error/protocol-error.js'
export { RefreshError, type RefreshFailure, type TerminalReason } from './error/refresh-error.js'
export { ResponseError, type ResponseErrorOptions } from './error/response-error.js'
export { StoreError } from './error/store-error.js'
export { type FailedRequest, TransportError, type TransportErrorOptions } from './error/transport-error.js'
export { UsageError } from './error/usage-error.js'
export {
  type AuthorizationResult,
  type FinishOptions,
  finishAuthorization,
  startAuthorization,
} from './flow/authorization-code.js'
export { type Cache, createCache } from './flow/cache.js'
export { coalesce } from './flow/coalesce.js'
export { type CachedServer, type DiscoveryOptions, discover } from './flow/discovery.js'
export type { Flow } from './flow/flow.js'
export { type IntrospectionResult, type IntrospectOptions, introspect } from './flow/introspect.js'
export { type CachedKeys, type JwkSetOptions, jwkSet } from './flow/jwk-set.js'
export { type RefreshOptions, type RefreshResult, refreshToken } from './flow/refresh-token.js'
export { revoke } from './flow/revoke.js'
export { run, type Transport, type TransportOptions } from './flow/run.js'
export { type GrantOptions, type ResponseHook, tokenGrant } from './flow/token.js'
export { type Step, traced } from './flow/traced.js'
export { type UserInfoOptions, userinfo } from './flow/userinfo.js'
export { type VerificationOptions, verifyIdToken } from './flow/verify-id-token.js'
export { type Form, formDecode, formEncode, type Parameters, type ParameterValue } from './http/form.js'
export type { ClientCertificate, Endpoint, HttpRequest } from './http/http-request.js'
export type { HttpHeaders, HttpResponse } from './http/http-response.js'
export type { Decrypted, Decryption } from './jose/decryption.js'
export type { KeysOption, PublicKeyInput, PublicKeys } from './jose/given-keys.js'
export { type JweDecryptionOptions, jweDecryption } from './jose/jwe-decryption.js'
export type { VerificationKey } from './jose/jwk-set.js'
export type { Jwk, NodeKey, PrivateKeyInput } from './jose/key-input.js'
export type { JwtSignerOptions, SigningKey } from './jose/sign-jwt.js'
export { type AuthorizationRequest, type AuthorizationRequestOptions, authorizationRequest } from './message/authorization-request.js'
export { type AuthorizationCode, authorizationResponse } from './message/authorization-response.js'
export { type EndSessionOptions, endSessionUrl } from './message/end-session.js'
export type { IdTokenClaims } from './message/id-token.js'
export { type IntrospectedToken, type Introspection, introspectionRequest, introspectionResponse } from './message/introspection.js'
export { type Revocation, revocationRequest, revocationResponse } from './message/revocation.js'
export { type ClientRequestOptions, type RequestHook, tokenRequest } from './message/token-request.js'
export { type TokenResponseContext, tokenResponse } from './message/token-response.js'
export type { TokenInput, TokenSet } from './message/token-set.js'
export { type UserInfo, userinfoRequest, userinfoResponse } from './message/userinfo.js'
export type { HttpPolicy } from './metadata/issuer.js'
export type { Quirks } from './metadata/quirks.js'
export type { ServerMetadata } from './metadata/server-metadata.js'
export { randomToken } from './session/random-token.js'
export type { AuthorizationTransaction } from './transaction/authorization-transaction.js'
