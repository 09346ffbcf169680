import type { HttpHeaders } from '../http/http-response.js'
import { parseUrl } from '../http/uri.js'
import type { SetCookie } from './cookie.js'

/** What to answer a browser, as plain data. Written by a framework adapter. */
export interface RouteResponse {
  readonly status: number
  readonly headers: HttpHeaders
  readonly cookies: readonly SetCookie[]
  readonly location?: string | undefined
  readonly body?: string | undefined
}

/** On every answer that read or wrote a session: no cache may keep it, nor give it to somebody else. */
export const NO_STORE: HttpHeaders = { 'cache-control': 'private, no-store', vary: 'Cookie' }

/**
 * A redirect that carries no code or state on in a `Referer`. A URL is written anew: what parsers overlook in a provider's metadata, such as
 * a line break, must not get into a header.
 */
export function redirect(location: string, cookies: readonly SetCookie[] = []): RouteResponse {
  return {
    status: 303,
    headers: { ...NO_STORE, 'referrer-policy': 'no-referrer' },
    cookies,
    location: parseUrl(location)?.href ?? location,
  }
}

/** A short answer in plain text. */
export function plain(status: number, body: string, headers: HttpHeaders = {}): RouteResponse {
  return { status, headers: { ...NO_STORE, 'content-type': 'text/plain; charset=utf-8', ...headers }, cookies: [], body }
}

/** A page, with what it may do and who may have it in a frame. It sends no address on. */
export function html(status: number, body: string, policy: string): RouteResponse {
  const headers = {
    ...NO_STORE,
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy,
    'referrer-policy': 'no-referrer',
  }
  return { status, headers, cookies: [], body }
}

/** An answer in JSON. */
export function json(status: number, value: unknown): RouteResponse {
  return { status, headers: { ...NO_STORE, 'content-type': 'application/json; charset=utf-8' }, cookies: [], body: JSON.stringify(value) }
}
