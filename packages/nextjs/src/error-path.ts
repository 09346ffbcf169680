import { type AnyOAuthError, UsageError } from '@oauth/core/adapter'
import type { Route, RouteResponse } from '@oauth/core/routes'

/** `error` values of RFC 6749 §4.1.2.1 and of OpenID Connect Core §3.1.2.6: words that no request can choose. */
const REGISTERED: readonly string[] = [
  'invalid_request',
  'unauthorized_client',
  'access_denied',
  'unsupported_response_type',
  'invalid_scope',
  'server_error',
  'temporarily_unavailable',
  'interaction_required',
  'login_required',
  'account_selection_required',
  'consent_required',
  'invalid_request_uri',
  'invalid_request_object',
  'request_not_supported',
  'request_uri_not_supported',
  'registration_not_supported',
]

/** Any host: paths alone are taken and handed on. */
const BASE = 'https://app.example'

/**
 * Checks the page of the application's own for logins that failed. `match` knows the routes, none of which it may be.
 *
 * @throws {@link UsageError} for what is no path of this host, whatever reads it.
 */
export function assertErrorPath(path: string | undefined, match: (url: string) => Route | undefined): void {
  if (path === undefined || (isPath(path) && match(path) === undefined)) return
  throw new UsageError('Option "errorPath" must be a path of this application, such as /sign-in-failed, and none of the routes of oauth().')
}

/** Two slashes are a host at the start of a path, and can get there: `/.//host` is the path `//host`. */
function isPath(path: unknown): boolean {
  return typeof path === 'string' && /^\/[^#\\\p{Cc}]*$/u.test(path) && !/^[^?]*\/\//.test(path) && URL.canParse(path, BASE)
}

/** Leads to that page. It is told the error by our code, and by the provider's where that is a registered one: nothing that a request has made up. */
export function toErrorPath(path: string, error: AnyOAuthError): RouteResponse {
  const { pathname, searchParams } = new URL(path, BASE)
  searchParams.set('error', error.code)
  if (error.name === 'AuthorizationResponseError' && REGISTERED.includes(error.error)) searchParams.set('reason', error.error)
  const headers = { 'cache-control': 'private, no-store', vary: 'Cookie', 'referrer-policy': 'no-referrer' }
  return { status: 303, headers, cookies: [], location: `${pathname}?${searchParams}` }
}
