import { type BrowserCookies, type SameSiteContext, siteOf } from './cookies.ts'
import { exchange, type RawResponse } from './exchange.ts'

/** One step of a redirect chain. */
export interface HistoryEntry {
  readonly url: string
  readonly method: string
  readonly status: number
  readonly setCookie: readonly string[]
}

export interface Trip {
  readonly url: URL
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array | undefined
  /** The page that asks; undefined for the address bar. */
  readonly initiator: URL | undefined
  /** The page forbids a referrer. */
  readonly noReferrer?: boolean
  /** A navigation of the top-level page, or a `fetch` of a script in it. */
  readonly kind: 'navigation' | 'fetch'
  readonly credentials?: NonNullable<RequestInit['credentials']>
  readonly follow?: boolean
  /** Not requested: where the trip ends without an answer. */
  readonly stopAt?: ((url: URL) => boolean) | undefined
  readonly signal?: AbortSignal | undefined
  readonly ca?: string | undefined
}

export interface Arrival {
  readonly url: URL
  /** Undefined when the trip ended at an address that is not requested. */
  readonly response: RawResponse | undefined
  readonly history: readonly HistoryEntry[]
}

const maxRedirects = 20
const isSafe = (method: string): boolean => method === 'GET' || method === 'HEAD'

/** Follows redirects as browsers do, with the cookies and the fetch metadata each hop would carry. */
export async function travel(cookies: BrowserCookies, trip: Trip): Promise<Arrival> {
  const { initiator, kind } = trip
  const history: HistoryEntry[] = []
  const chain: URL[] = []
  let { url, method, body, headers } = trip
  for (;;) {
    if (!/^https?:$/.test(url.protocol) || trip.stopAt?.(url)) return { url, response: undefined, history }
    chain.push(url)
    const relation = relate(initiator, chain)
    const crossSite = relation === 'cross-site'
    const context: SameSiteContext = !crossSite ? 'strict' : kind === 'navigation' && isSafe(method) ? 'lax' : 'none'
    const credentials = kind === 'navigation' || trip.credentials === 'include' || (trip.credentials !== 'omit' && isSameOrigin(relation))
    const cookie = credentials ? cookies.header(url.href, context) : ''
    const response = await exchange({
      url,
      method,
      headers: { ...metadata(trip, method, url, chain, relation), ...headers, ...(cookie ? { Cookie: cookie } : {}), Connection: 'close' },
      body,
      signal: trip.signal,
      ca: trip.ca,
    })
    history.push({ url: url.href, method, status: response.status, setCookie: response.setCookie })
    // The answer to a top-level navigation may set any cookie, also after a cross-site redirect.
    if (credentials) cookies.store(response.setCookie, url.href, kind === 'navigation' ? 'strict' : context)
    const location = response.headers.get('location')
    if (trip.follow === false || location === null || ![301, 302, 303, 307, 308].includes(response.status))
      return { url, response, history }
    if (chain.length > maxRedirects) throw new Error(`more than ${maxRedirects} redirects, last ${url.href}`)
    const next = new URL(location, url)
    if (!next.hash) next.hash = url.hash
    if (response.status === 303 ? method !== 'HEAD' : response.status < 303 && method === 'POST') {
      method = 'GET'
      body = undefined
      headers = Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'content-type'))
    }
    url = next
  }
}

type Relation = 'none' | 'same-origin' | 'same-site' | 'cross-site'

const isSameOrigin = (relation: Relation): boolean => relation === 'none' || relation === 'same-origin'

/** `Sec-Fetch-Site`: the worst of all hops, because a redirect through another site taints what comes after it. */
function relate(initiator: URL | undefined, chain: readonly URL[]): Relation {
  if (!initiator) return 'none'
  if (chain.some((url) => siteOf(url) !== siteOf(initiator))) return 'cross-site'
  return chain.some((url) => url.origin !== initiator.origin) ? 'same-site' : 'same-origin'
}

function metadata(trip: Trip, method: string, url: URL, chain: readonly URL[], relation: Relation): Record<string, string> {
  const { initiator, kind } = trip
  const navigation = kind === 'navigation'
  const headers: Record<string, string> = {
    'User-Agent': 'Mozilla/5.0 (scripted)',
    'Accept-Language': 'en',
    Accept: navigation ? 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' : '*/*',
    'Sec-Fetch-Site': relation,
    'Sec-Fetch-Mode': navigation ? 'navigate' : 'cors',
    'Sec-Fetch-Dest': navigation ? 'document' : 'empty',
    ...(navigation ? { 'Sec-Fetch-User': '?1', 'Upgrade-Insecure-Requests': '1' } : {}),
  }
  const needsOrigin = navigation ? !isSafe(method) : !isSafe(method) || relation !== 'same-origin'
  if (initiator && needsOrigin) {
    // A redirect from one foreign origin to another hides where the request came from.
    const tainted = chain.some((hop, i) => i > 0 && hop.origin !== chain[i - 1]?.origin && chain[i - 1]?.origin !== initiator.origin)
    headers.Origin = tainted || (navigation && trip.noReferrer) ? 'null' : initiator.origin
  }
  if (initiator && !trip.noReferrer) {
    headers.Referer = url.origin === initiator.origin ? initiator.href.replace(/#.*$/, '') : `${initiator.origin}/`
  }
  return headers
}
