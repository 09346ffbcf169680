import type { AnyOAuthError } from '../error/any-oauth-error.js'
import { html, type RouteResponse } from './route-response.js'

/** What a provider says no by where the person has no part in it: it is unwell, or the application is registered otherwise than it asks (RFC 6749 §4.1.2.1). */
const NOT_THE_PERSONS: ReadonlyMap<string, number> = new Map([
  ['server_error', 502],
  ['temporarily_unavailable', 502],
  ['invalid_request', 500],
  ['unauthorized_client', 500],
  ['unsupported_response_type', 500],
  ['invalid_scope', 500],
  // RFC 8707 §2
  ['invalid_target', 500],
])

/** The HTTP status that tells a browser whose fault an error is. */
export function statusOf(error: AnyOAuthError): number {
  switch (error.name) {
    case 'AuthorizationResponseError':
      return NOT_THE_PERSONS.get(error.error) ?? 400
    case 'ProtocolError':
      return isServers(error.code) ? 502 : 400
    case 'RefreshError':
      return error.terminal ? 401 : 503
    case 'EndpointError':
    case 'ChallengeError':
    case 'ResponseError':
    case 'TransportError':
      return 502
    case 'StoreError':
    case 'PersistError':
      return 503
    // A usage error; or one of a newer copy of this library, whose names this one does not know.
    default:
      // A logout, or a new login, came over a request that is under way.
      return error.code === 'OAUTH_MISSING_TOKEN' ? 401 : 500
  }
}

/** Metadata, keys, ID tokens and UserInfo come from the provider; the browser has no part in what is wrong with them. */
function isServers(code: string): boolean {
  return /^OAUTH_(ID_TOKEN_|JWT_|ISSUER_|ENDPOINT_(SCHEME|MISSING)|KEY_|USERINFO_)/.test(code)
}

const TEXTS: Readonly<Record<number, string>> = {
  400: 'The login was not completed. It may have been cancelled, started twice, or taken too long. Please start it again.',
  401: 'The session has ended. Please log in again.',
  500: 'The login is not set up correctly. The operators of this application can look the code up.',
  502: 'The login service did not answer as expected. Please try again in a moment; if it stays so, the operators of this application can look the code up.',
  503: 'The session cannot be read, kept or ended right now. Please try again in a moment.',
}

const STYLE =
  ':root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:15vh auto;padding:0 1.5rem}code{opacity:.7}'
/** The style by its hash, and nothing else. */
const POLICY =
  "default-src 'none'; style-src 'sha256-yBpvYLKKjmRDROKgpVhDzNTC4vzbEBs9GecAeOCl2xw='; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** What {@link errorPage} can offer. */
export interface ErrorPageOptions {
  /** Path of the login to offer where a new one can help: `routes.loginPath(route.provider)`. */
  readonly login?: string | undefined
}

/** A plain page for an error. It repeats nothing that came from a request or from a provider; `code` names the error for whoever reports it. */
export function errorPage(error: AnyOAuthError, { login }: ErrorPageOptions = {}): RouteResponse {
  const status = statusOf(error)
  // A set-up that is wrong stays wrong, however often a person tries.
  const link = login === undefined || status === 500 ? '' : `<p><a href="${escapeHtml(login)}">Log in again</a></p>`
  const body = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Login</title>
<style>${STYLE}</style></head>
<body><h1>Login</h1><p>${TEXTS[status] ?? TEXTS[500]}</p>${link}<p><code>${error.code}</code></p></body>
</html>
`
  return html(status, body, POLICY)
}

/** Encodes a text for HTML, attributes in double quotes included. */
export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
}
