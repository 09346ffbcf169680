import { type AnyOAuthError, UsageError } from '@oauth/core/adapter'
import { isRegisteredError, type Route, type RouteResponse } from '@oauth/core/routes'

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
  if (error.name === 'AuthorizationResponseError' && isRegisteredError(error.error)) searchParams.set('reason', error.error)
  const headers = { 'cache-control': 'private, no-store', vary: 'Cookie', 'referrer-policy': 'no-referrer' }
  return { status: 303, headers, cookies: [], location: `${pathname}?${searchParams}` }
}
