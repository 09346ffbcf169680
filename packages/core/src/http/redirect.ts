import { type Explanation, explain } from '../error/explain.js'
import { TransportError } from '../error/transport-error.js'
import { isForAnyServer } from './any-server.js'
import { readAtMost } from './read-at-most.js'

/** What a body can be made of. The name for it that browsers' types have is unknown to Node's. */
export type BodySource = NonNullable<RequestInit['body']>

/** How the requests of one call are sent. */
export interface Following {
  /** @param init what `fetch` is to be told beside the request. */
  readonly send: (request: Request, init?: FollowingInit) => Promise<Response>
  /** Called before the body is sent: what it can be made of again, which need not be known until later; `undefined` where it is gone then. */
  readonly body: () => BodySource | undefined | Promise<BodySource | undefined>
}

/** Options of `fetch`. Where that is another session's, `oauth` tells it that its token is not for where a redirect leads. */
export interface FollowingInit extends RequestInit {
  readonly redirect: 'manual' | 'follow'
  readonly oauth?: { readonly withholdToken: true }
}

const WITHHELD = { oauth: { withholdToken: true } } as const
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
/** Redirects that one call follows. */
const MOST = 20
/** Most bytes that are kept of a body that may be a stream. */
const MOST_KEPT = 1_048_576
const OF_BODY = ['content-encoding', 'content-language', 'content-length', 'content-location', 'content-type']

/**
 * Sends a request and follows redirects as `fetch` does, but for the headers: another origin gets those alone that any server may have, and what stayed
 * behind once does not come back. `fetch` takes along everything but `authorization`.
 *
 * For platforms that show redirects; browsers hide them. `integrity` is for an answer that is no redirect: with it, a redirect is a network error.
 *
 * @throws TypeError where `fetch` would end with a network error because of a redirect.
 * @throws {@link TransportError} with the reason `redirect` where it is hidden, and the request is none that can be repeated without harm.
 * @see https://fetch.spec.whatwg.org/#http-redirect-fetch
 */
export async function followRedirects(request: Request, { send, body }: Following): Promise<Response> {
  let content = request.body === null ? null : Promise.resolve(body()).catch(() => undefined)
  let sent = request
  for (let followed = 0; ; followed++) {
    // An object of its own for each: Next writes into it.
    const response = await send(sent, { redirect: 'manual', ...(followed > 0 && WITHHELD) })
    const { status, type } = response
    if (type === 'opaqueredirect') {
      if (isSafe(sent)) return send(sent, { redirect: 'follow', ...(followed > 0 && WITHHELD) })
      throw new TransportError({ endpoint: 'resource', url: sent.url }, { reason: 'redirect', sent: 'maybe' })
    }
    const location = REDIRECTS.has(status) ? response.headers.get('location') : null
    if (location === null) return answerTo(sent, response, { request, isRedirected: followed > 0 })
    // Not waited for: where `fetch` keeps a copy of the answer, as Next does, this ends when that is given up too.
    response.body?.cancel().catch(() => undefined)

    const url = target(location, sent.url)
    if (followed === MOST) throw failed(explain && `more than ${MOST} redirects`)
    const again = status === 303 ? null : await content
    if (again === undefined) throw failed(explain && 'a redirect asks for the body again, which was a stream or is too large to be kept')
    const { method } = sent
    const becomesGet = status === 303 ? !isSafe(sent) : status < 303 && method === 'POST'
    if (becomesGet) content = null
    sent = further(request, { url, method: becomesGet ? 'GET' : method, headers: headersAt(url, sent), body: becomesGet ? null : again })
    if (becomesGet) for (const name of OF_BODY) sent.headers.delete(name)
  }
}

/**
 * The body of a `Request`, which does not tell whether it was made of a stream: read while it is sent, and `undefined` where it is larger than 1 MiB. To
 * be called before it is sent.
 */
export function keptBody(request: Request): Promise<BodySource | undefined> {
  return readAtMost(request.clone().body, { most: MOST_KEPT, signal: request.signal })
}

/** @throws TypeError for an address where `fetch` does not go. */
function target(location: string, from: string): URL {
  const text = utf8(location)
  const url = URL.canParse(text, from) ? new URL(text, from) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw failed(explain && 'a redirect leads to no http or https address')
  if (url.username !== '' || url.password !== '')
    throw failed(explain && 'a redirect leads to an address that has a user name or password in it')
  return url
}

/** The bytes of a header are shown as Latin-1 by most platforms. An address that is not in ASCII is in UTF-8. */
function utf8(location: string): string {
  if (/^[\0-\x7f]*$/.test(location) || /[^\0-\xff]/.test(location)) return location
  return new TextDecoder().decode(Uint8Array.from(location, (letter) => letter.charCodeAt(0)))
}

function headersAt(url: URL, { url: from, headers: before }: Request): Headers {
  const headers = new Headers(before)
  if (new URL(from).origin === url.origin) return headers
  for (const name of before.keys()) if (!isForAnyServer(name)) headers.delete(name)
  return headers
}

interface Further {
  readonly url: URL
  readonly method: string
  readonly headers: Headers
  readonly body: BodySource | null
}

/** A request with all that the first one has beside these. */
function further(first: Request, { url, ...changed }: Further): Request {
  const { cache, credentials, integrity, keepalive, mode, signal } = first
  // It is written with another boundary, which its type tells.
  if (changed.body instanceof FormData) changed.headers.delete('content-type')
  return new Request(url, { cache, credentials, integrity, keepalive, mode, signal, redirect: 'manual', ...changed })
}

/** Has an answer, and each copy of it, say what it would from `fetch` at the end of redirects. */
function answerTo(sent: Request, response: Response, { request, isRedirected }: { request: Request; isRedirected: boolean }): Response {
  const { clone } = response
  const own = {
    ...(isRedirected && { redirected: true, url: sent.url.replace(/#.*/s, '') }),
    // It holds the requests: Node forgets those that nobody holds, and then their signal does not end the body of the answer any more.
    clone: () => answerTo(sent, clone.call(response), { request, isRedirected }),
  }
  for (const [name, value] of Object.entries(own)) {
    // Next has a URL of its own there, which is the same one and cannot be replaced in some versions.
    Reflect.defineProperty(response, name, { value, configurable: true, writable: true })
  }
  return response
}

function isSafe({ method }: Request): boolean {
  return method === 'GET' || method === 'HEAD'
}

/** As Node's own, so that whoever knows that one, such as ky, takes it for what it is. */
function failed(why: Explanation): TypeError {
  return new TypeError('fetch failed', { cause: new Error(why || 'redirect') })
}
