/**
 * Login, callback and logout routes, sessions and guards for Express 5.
 *
 * @module
 */

// Every type that a signature here names is exported here too, so that applications can emit declarations.
export type * from '@oauth/core/adapter'
export { isOAuthError } from '@oauth/core/adapter'
export type { AuthorisedFetch } from '@oauth/core/fetch'
export type {
  EnvironmentClients,
  EnvironmentProvider,
  GuardOptions,
  LoginOptions,
  LoginTerms,
  LoginView,
  ProviderOptions,
  RouteRequest,
  RouteResponse,
  SetCookie,
  SilentLoginOptions,
  StepUp,
  TenantOptions,
  TenantProvider,
  UserClaims,
  WebOptions,
  WebSessionOptions,
} from '@oauth/core/routes'
export { statusOf } from '@oauth/core/routes'
export type { Store, StoreEntry, StoreReceipt } from '@oauth/core/session'
export { memoryStore } from '@oauth/core/session'
export { type CallbackStore, expressSessionStore } from './express-session-store.js'
export { type OAuthOptions, oauth, requireLogin, silentLogin } from './oauth.js'
export type { Register, RequestOAuth } from './request-oauth.js'
