import { type RouteResponse, type SetCookie, serialiseCookie, type Visit } from '@oauth/core/routes'

/** Writes a route's answer. */
export function writeResponse({ status, headers, cookies, location, body }: RouteResponse): Response {
  const written = new Headers(headers)
  if (location !== undefined) written.set('location', location)
  appendCookies(written, cookies)
  return new Response(body ?? null, { status, headers: written })
}

/** Adds to the headers of any answer what a visit has to tell caches. */
export function keepPrivate(headers: Headers, visit: Pick<Visit<never>, 'responseHeaders'>): void {
  const { 'cache-control': cacheControl, vary } = visit.responseHeaders()
  // `private, max-age=…` alone would leave a page of this session in the browser for the next person, and at proxies that do not keep to it.
  if (cacheControl !== undefined && !/\bno-store\b/i.test(headers.get('cache-control') ?? '')) headers.set('cache-control', cacheControl)
  if (vary !== undefined) headers.append('vary', vary)
}

/** Adds cookies to the headers of an answer. */
export function appendCookies(headers: Headers, cookies: readonly SetCookie[]): void {
  for (const cookie of cookies) headers.append('set-cookie', serialiseCookie(cookie))
}
