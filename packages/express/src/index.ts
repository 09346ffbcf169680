/**
 * Login, callback and logout routes, sessions and guards for Express 5.
 *
 * @module
 */
export { isOAuthError } from '@oauth/core/adapter'
export { type OAuthOptions, oauth, requireLogin } from './oauth.js'
export type { Register, RequestOAuth } from './request-oauth.js'
