import type { Environment } from '../environment.js'
import { randomToken } from '../jose/random-token.js'
import { escapeHtml } from './error-page.js'
import { html, type RouteResponse } from './route-response.js'

/** What the page that ends a login in a popup tells its opener. It says that, and nothing of whom. */
const POPUP_MESSAGE = 'oauth:login'

/**
 * Ends a login in a popup: tells the page that opened it, when that is of this application, and closes the window. Where there is no opener, because it
 * is no popup or a page on the way has cut the connection, the login goes on in this window. Its address loses the code, which is spent. Script and data
 * are apart: the script is the same for all.
 *
 * @param href where the login goes on: an absolute address of this application, whose origin is the one that is told.
 * @see RFC 9700 §4.17 https://www.rfc-editor.org/rfc/rfc9700#section-4.17
 */
export function popupPage(environment: Pick<Environment, 'randomBytes'>, href: string): RouteResponse {
  const nonce = randomToken(environment)
  const body = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Login</title></head>
<body><a href="${escapeHtml(href)}">Continue</a>
<script nonce="${nonce}">
const { href, origin } = document.links[0]
history.replaceState(null, '', href)
if (window.opener) {
  window.opener.postMessage({ type: '${POPUP_MESSAGE}' }, origin)
  window.close()
} else location.replace(href)
</script></body>
</html>
`
  const page = html(
    200,
    body,
    `default-src 'none'; script-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  )
  // Any other policy, as may be set for all pages, would cut this one off from the page that waits for it.
  return { ...page, headers: { ...page.headers, 'cross-origin-opener-policy': 'unsafe-none' } }
}
