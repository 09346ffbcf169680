/**
 * For authors of adapters: what a transport and an HTTP client have to be, and what they are given. First-party adapters use nothing else.
 *
 * @module
 */
export type { Aead, AeadKey, DigestAlgorithm, Encrypted, Environment, Maybe, OAuthEvent } from './environment.js'
export { defaultEnvironment } from './environment.js'
export { type AnyOAuthError, isOAuthError } from './error/any-oauth-error.js'
export type {
  AuthorizationErrorResponse,
  AuthorizationErrorWord,
  AuthorizationResponseError,
} from './error/authorization-response-error.js'
export type { AuthenticationChallenge, ChallengeError } from './error/challenge-error.js'
export type { EndpointError, EndpointErrorResponse, EndpointErrorWord } from './error/endpoint-error.js'
export type * from './error/error-code.js'
export type { OAuthError, OAuthErrorOptions } from './error/oauth-error.js'
export type { PersistError } from './error/persist-error.js'
export type { ProtocolError } from './error/protocol-error.js'
export type { RefreshError, RefreshFailure, TerminalReason } from './error/refresh-error.js'
export type { ResponseError } from './error/response-error.js'
export type { StoreError } from './error/store-error.js'
export { type FailedRequest, TransportError, type TransportErrorOptions } from './error/transport-error.js'
export { UsageError } from './error/usage-error.js'
export type { Flow } from './flow/flow.js'
export { run, type Transport, type TransportOptions } from './flow/run.js'
export { type Step, traced } from './flow/traced.js'
export { isForAnyServer } from './http/any-server.js'
export { assertNoClientCertificate } from './http/client-certificate.js'
export { type Form, formDecode, formEncode } from './http/form.js'
export type { ClientCertificate, Endpoint, HttpRequest } from './http/http-request.js'
export type { HttpHeaders, HttpResponse } from './http/http-response.js'
export { networkError } from './http/network-error.js'
export type { HttpClient } from './session/http-client.js'
export type { ResourceAuthoriser } from './session/resource-authoriser.js'
export type { Authorised, ResourceOptions, ResourceRequest } from './session/resource-request.js'
