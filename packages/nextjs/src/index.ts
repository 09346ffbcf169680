/**
 * Login, callback and logout routes, sessions and guards for the App Router of Next.js 15.5 and 16.
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
  SilentLoginOptions,
  StepUp,
  TenantOptions,
  TenantProvider,
  UserClaims,
  WebOptions,
  WebSessionOptions,
} from '@oauth/core/routes'
export { statusOf } from '@oauth/core/routes'
export type { Store, StoreEntry, StoreReceipt, TokenRecord } from '@oauth/core/session'
export { memoryStore } from '@oauth/core/session'
export type { Handlers } from './handlers.js'
export { type OAuth, oauth } from './oauth.js'
export type { OAuthOptions } from './options.js'
export type { Guarded, PlaceOptions, Protect, ProtectOptions, SilentLogin, SilentOptions, Wrap } from './protect.js'
export type { ProxyFunction, SessionProxy } from './proxy.js'
export type { SessionView } from './session-view.js'
