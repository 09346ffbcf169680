import type { HttpHeaders } from '../http/http-response.js'
import type { RouteRequest } from './route-request.js'

/** Headers by which the routers of frameworks fetch what they show themselves. */
const ROUTER: readonly string[] = ['rsc', 'next-router-prefetch', 'x-nextjs-data']

/**
 * Tells whether a person is going to a page: not a script's request, not a prefetch. Browsers say so in `Sec-Fetch-*` (Fetch Metadata); where
 * they say nothing, a request for HTML counts, or for anything at all. One that prefers JSON or an image and takes anything else is none.
 */
export function isNavigation({ method, headers }: { readonly method: string; readonly headers: HttpHeaders }): boolean {
  return (method === 'GET' || method === 'HEAD') && wantsPage(headers)
}

/**
 * Tells whether the answer to a request may clear cookies that are worth nothing. A request in the background may have been sent before a login that has
 * just set new ones, which the browser would then drop.
 */
export function mayClear(request: Pick<RouteRequest, 'method' | 'headers' | 'inBackground'>): boolean {
  return isNavigation(request) && request.inBackground !== true
}

/** Tells whether the answer to a request is to be shown as a page, whatever its method. */
export function wantsPage(headers: HttpHeaders): boolean {
  if (isPrefetch(headers)) return false
  const mode = headers['sec-fetch-mode']
  if (mode !== undefined) return mode === 'navigate' && (headers['sec-fetch-dest'] ?? 'document') === 'document'
  const { accept = '*/*' } = headers
  return accept.includes('text/html') || accept.trim() === '*/*'
}

/** Tells whether a request is made by a browser in advance, or by a framework's router, and not because a person goes somewhere. */
export function isPrefetch(headers: HttpHeaders): boolean {
  const purpose = `${headers['purpose'] ?? ''} ${headers['sec-purpose'] ?? ''} ${headers['x-moz'] ?? ''}`
  return purpose.includes('prefetch') || ROUTER.some((name) => headers[name] !== undefined)
}

/** Tells whether another site had the browser send this request. Where the browser does not say, `Origin` decides, and without it nothing does. */
export function isCrossSite(headers: HttpHeaders, origin: string): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  return headers['origin'] !== undefined && headers['origin'] !== origin
}
