/**
 * Login, callback and logout routes, sessions and guards for Express 5.
 *
 * @module
 */

export type { AnyOAuthError, HttpClient } from '@oauth/core/adapter'
export { isOAuthError } from '@oauth/core/adapter'
export type { GuardOptions, LoginView, ProviderOptions, RouteRequest, TenantOptions, TenantProvider, UserClaims } from '@oauth/core/routes'
export { statusOf } from '@oauth/core/routes'
export { type EnvironmentProvider, type OAuthOptions, oauth, requireLogin } from './oauth.js'
export type { Register, RequestOAuth } from './request-oauth.js'
