/**
 * Login, callback and logout as data: what a framework adapter translates to and from.
 *
 * @module
 */
export { isRegisteredError } from './error/authorization-response-error.js'
export { parseCookies, type SetCookie, serialiseCookie } from './route/cookie.js'
export { type EnvironmentClients, type EnvironmentProvider, withEnvironmentClients } from './route/environment-clients.js'
export { type ErrorPageOptions, errorPage, statusOf } from './route/error-page.js'
export { assertGuardOptions, type GuardOptions } from './route/guard.js'
export type { LoginOptions } from './route/login.js'
export type { LoginTerms, StepUp } from './route/login-terms.js'
export type { LoginDecision, NewLogin, OnLogin } from './route/new-login.js'
export type { Route, RoutePaths } from './route/paths.js'
export { MAX_FORM_BYTES, type RouteBody, type RouteRequest } from './route/route-request.js'
export type { RouteResponse } from './route/route-response.js'
export { type RoutesMemory, routesMemory } from './route/routes-memory.js'
export type { VisitPorts } from './route/session-visit.js'
export { assertSilentLoginOptions, type SilentLoginOptions } from './route/silent-login.js'
export type { LoginView, Visit } from './route/visit.js'
export type { RoutesPorts } from './route/web-context.js'
export type { ProviderOptions, TenantOptions, TenantProvider, TokenOwner, WebOptions, WebSessionOptions } from './route/web-options.js'
export { type WebRoutes, webRoutes } from './route/web-routes.js'
export type { ProviderLogin, UserClaims, WebSession } from './route/web-session.js'
