import { type RouteResponse, type SetCookie, serialiseCookie } from '@oauth/core/routes'

/** Writes a route's answer. */
export function writeResponse({ status, headers, cookies, location, body }: RouteResponse): Response {
  const written = new Headers(headers)
  if (location !== undefined) written.set('location', location)
  appendCookies(written, cookies)
  return new Response(body ?? null, { status, headers: written })
}

/** Keeps caches from an answer that was made from a session. */
export function keepPrivate(headers: Headers): void {
  // `private, max-age=…` alone would leave a page of this session in the browser for the next person, and at proxies that do not keep to it.
  if (!/\bno-store\b/i.test(headers.get('cache-control') ?? '')) headers.set('cache-control', 'private, no-store')
  headers.append('vary', 'Cookie')
}

/** Adds cookies to the headers of an answer. */
export function appendCookies(headers: Headers, cookies: readonly SetCookie[]): void {
  for (const cookie of cookies) headers.append('set-cookie', serialiseCookie(cookie))
}
