import type { AnyOAuthError } from '@oauth/core/adapter'
import { type RouteResponse, type SetCookie, serialiseCookie, statusOf, type Visit } from '@oauth/core/routes'
import type { Response } from 'express'

/** Writes a route's answer. */
export function writeResponse(res: Response, { status, headers, cookies, location, body }: RouteResponse): void {
  res.status(status)
  setHeaders(res, headers)
  setCookies(res, cookies)
  if (location !== undefined) res.setHeader('location', location)
  res.end(body)
}

/** Prepares the answer of whoever handles the error, Express itself at last: no cache may keep what was not known of a session. */
export function writeFailure(res: Response, error: AnyOAuthError): void {
  res.status(statusOf(error))
  setHeaders(res, { 'cache-control': 'private, no-store', vary: 'Cookie' })
}

/** Adds to any answer, as its headers are about to be written, what the visit has to tell the browser and caches. */
export function writeVisit(res: Response, visit: Pick<Visit<never>, 'takeCookies' | 'responseHeaders'>): void {
  setCookies(res, visit.takeCookies())
  const { 'cache-control': cacheControl, ...headers } = visit.responseHeaders()
  // `private, max-age=…` alone would leave a page of this session in the browser for the next person, and at proxies that do not keep to it.
  const own = String(res.getHeader('cache-control') ?? '')
  if (cacheControl !== undefined && !/\bno-store\b/i.test(own)) res.setHeader('cache-control', cacheControl)
  setHeaders(res, headers)
}

/** `Vary` is a list to which others have added before. */
function setHeaders(res: Response, headers: RouteResponse['headers']): void {
  for (const [name, value] of Object.entries(headers)) {
    if (name === 'vary') res.vary(value)
    else res.setHeader(name, value)
  }
}

function setCookies(res: Response, cookies: readonly SetCookie[]): void {
  for (const cookie of cookies) res.append('set-cookie', serialiseCookie(cookie))
}
