import type { Environment } from '../environment.js'
import { formDecode } from '../http/form.js'
import type { HttpHeaders } from '../http/http-response.js'
import { setQuery } from '../http/uri.js'
import { quirkFired } from '../metadata/fired-quirk.js'
import type { Quirks } from '../metadata/quirks.js'

/**
 * A request to a provider's API, with the query parameters and headers that the provider needs. What the request has by itself stays, and is
 * spelt as it was: there are APIs that take `(a,b)` and not `%28a%2Cb%29`.
 */
export function withResourceQuirks<T extends { readonly url: string; readonly headers: HttpHeaders }>(
  request: T,
  { resourceQuery = {}, resourceHeaders = {} }: Quirks,
  environment?: Pick<Environment, 'emit'>,
): T {
  const ownParameters = new Set(formDecode(new URL(request.url).search).map(([name]) => name))
  const ownHeaders = new Set(Object.keys(request.headers).map((name) => name.toLowerCase()))
  const query = Object.entries(resourceQuery).filter(([name]) => !ownParameters.has(name))
  const headers = Object.entries(resourceHeaders).filter(([name]) => !ownHeaders.has(name.toLowerCase()))
  if (query.length > 0) quirkFired(environment, 'resourceQuery')
  if (headers.length > 0) quirkFired(environment, 'resourceHeaders')
  return {
    ...request,
    url: query.length > 0 ? setQuery(request.url, query) : request.url,
    headers: { ...request.headers, ...Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])) },
  }
}

/** The query parameter that carries the access token, where it is placed in the query (RFC 6750 §2.3). */
export function tokenParameter({ tokenParameter: name }: Quirks, environment?: Pick<Environment, 'emit'>): string {
  if (name === undefined || name === 'access_token') return 'access_token'
  quirkFired(environment, 'tokenParameter')
  return name
}
