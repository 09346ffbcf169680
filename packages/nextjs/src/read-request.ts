import { type Form, formDecode } from '@oauth/core/adapter'
import { MAX_FORM_BYTES, parseCookies, type RouteBody, type RouteRequest } from '@oauth/core/routes'
import { isOfScript } from './in-background.js'
import { URL_HEADER } from './request-url.js'

/** What of the platform's `Headers` is read. Next's are read-only. */
export type ReadableHeaders = Pick<Headers, 'get' | 'entries'>

/** What of Next's cookies is read: those of the request, and what was made of them while it was answered. */
export interface ReadableCookies {
  getAll(): readonly { readonly name: string; readonly value: string }[]
}

/** Translates a request; `url` is path and query as the browser sent them. Its body is read apart, by {@link readBody}, and only where a route needs it. */
export function readRequest({ method, headers }: Request, url: string): RouteRequest {
  return { method, url, headers: Object.fromEntries(headers), cookies: parseCookies(headers.get('cookie') ?? undefined) }
}

/**
 * What is known of a request where Next shows its headers alone. Whoever has a page rendered is going to it, by an action on it included: Next shows neither
 * the method nor whether its own router has fetched the page, of which the browser says what it says of every script.
 */
export function readPageRequest(headers: ReadableHeaders, cookies: ReadableCookies): RouteRequest {
  return {
    method: 'GET',
    url: headers.get(URL_HEADER) ?? '',
    ...asNavigation(headers),
    cookies: cookiesNow(parseCookies(headers.get('cookie') ?? undefined), cookies),
  }
}

/** What a request that goes to a page, by whatever means, is told as. */
export function asNavigation(headers: ReadableHeaders): Pick<RouteRequest, 'headers' | 'inBackground'> {
  const { 'sec-fetch-mode': _mode, 'sec-fetch-dest': _destination, rsc: _router, ...others } = Object.fromEntries(headers.entries())
  return { headers: { ...others, accept: 'text/html' }, inBackground: isOfScript(headers) }
}

/** The cookies that a request came with, and what was made of them since: an action may have written the session that the page after it shows. */
function cookiesNow(sent: Form, cookies: ReadableCookies): Form {
  const changed = cookies.getAll().filter(({ name, value }) => !sent.some((pair) => pair[0] === name && decoded(pair[1]) === value))
  if (changed.length === 0) return sent
  const unchanged = sent.filter(([name]) => !changed.some((cookie) => cookie.name === name))
  return [...unchanged, ...changed.filter(({ value }) => value !== '').map(({ name, value }) => [name, value] as const)]
}

/** As Next reads a cookie. */
function decoded(value: string): string | undefined {
  try {
    return decodeURIComponent(value)
  } catch {
    return undefined
  }
}

/** The form that a request carries. */
export async function readBody({ headers, body }: Request): Promise<RouteBody> {
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(headers.get('content-type') ?? '')) return { kind: 'unsupported' }
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  const reader = body?.getReader()
  for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) {
    size += part.value.length
    if (size > MAX_FORM_BYTES) {
      await reader?.cancel()
      return { kind: 'too_large' }
    }
    text += decoder.decode(part.value, { stream: true })
  }
  return { kind: 'form', pairs: formDecode(text + decoder.decode()) }
}
