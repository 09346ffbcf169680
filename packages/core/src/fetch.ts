/**
 * The platform's `fetch` as a transport and as an HTTP client: for runtimes and applications that need no other.
 *
 * @module
 */
import { TransportError } from './error/transport-error.js'
import type { Transport } from './flow/run.js'
import { assertNoClientCertificate } from './http/client-certificate.js'
import { fetchFailureCode } from './http/fetch-failure.js'
import { besideRequest, isLeftToFetch, requestWith } from './http/fetch-platform.js'
import { type Form, formDecode, formEncode } from './http/form.js'
import type { HttpRequest } from './http/http-request.js'
import type { HttpHeaders } from './http/http-response.js'
import { networkError } from './http/network-error.js'
import { readAtMost } from './http/read-at-most.js'
import { type BodySource, type Following, type FollowingInit, followRedirects, keptBody } from './http/redirect.js'
import type { HttpClient } from './session/http-client.js'
import type { ResourceAuthoriser } from './session/resource-authoriser.js'
import type { Authorised, ResourceOptions } from './session/resource-request.js'

export { type BodySource, type Following, type FollowingInit, keptBody }

/** The shape of `fetch`. */
export type Fetch = typeof globalThis.fetch

/** `fetch` with the session's token on every request; what one call wants different goes in `oauth`. */
export type AuthorisedFetch = (
  input: string | URL | Request,
  init?: RequestInit & { readonly oauth?: ResourceOptions },
) => Promise<Response>

/** An HTTP client for sessions and routes, made of `fetch`. */
export function fetchClient(fetch: Fetch = globalThis.fetch): HttpClient<AuthorisedFetch> {
  return { transport: fetchTransport(fetch), authorised: (authoriser) => authorisedFetch(fetch, authoriser) }
}

/**
 * Sends the core's requests with `fetch`: no redirects, cookies or cache; size and total time limited. `fetch` presents no client certificates, so
 * requests that have one are refused.
 */
export function fetchTransport(fetch: Fetch = globalThis.fetch): Transport {
  // Workers whose compatibility date is before November 2024 lack the option, and refuse every request that has it.
  const noCache: RequestInit = 'cache' in Request.prototype ? { cache: 'no-store' } : {}
  return async (request, { signal }) => {
    assertNoClientCertificate(request)
    const { method, url, headers, body = null, timeoutMs } = request
    const timeout = AbortSignal.timeout(timeoutMs)
    const either = signal === undefined ? timeout : firstOf([signal, timeout])
    try {
      const init: Parameters<AuthorisedFetch>[1] = {
        method,
        headers,
        body,
        redirect: 'manual',
        credentials: 'omit',
        ...noCache,
        signal: either,
        // It may be another session's `fetch`. The platform's own looks at nothing that it does not know.
        oauth: { withholdToken: true },
      }
      const response = await fetch(url, init)
      if (response.type === 'opaqueredirect') throw new TransportError(request, { reason: 'redirect', sent: 'maybe' })
      return { status: response.status, headers: headersOf(response), body: await readBody(response, request, either) }
    } catch (error) {
      if (error instanceof TransportError) throw error
      if (signal?.aborted) throw new TransportError(request, { reason: 'aborted', sent: 'maybe' })
      if (timeout.aborted) throw new TransportError(request, { reason: 'timeout', sent: 'maybe' })
      throw networkError(request, fetchFailureCode(error))
    }
  }
}

/** A signal that ends with the first of these. Next's edge runtime lacks `AbortSignal.any`. */
function firstOf(signals: AbortSignal[]): AbortSignal {
  if (typeof AbortSignal.any === 'function') return AbortSignal.any(signals)
  const controller = new AbortController()
  for (const signal of signals) {
    const abort = () => controller.abort(signal.reason)
    if (signal.aborted) abort()
    // The caller's may live much longer than one request.
    signal.addEventListener('abort', abort, { once: true, signal: controller.signal })
  }
  return controller.signal
}

function authorisedFetch(fetch: Fetch, authoriser: ResourceAuthoriser): AuthorisedFetch {
  return async (input, { oauth: options, ...init } = {}) => {
    const request = input instanceof Request ? requestWith(input, init) : new Request(input, init)
    const { body } = init
    const replayable = body ? isInMemory(body) : request.body === null || !(input instanceof Request)
    const { method, url, headers } = request
    const resource = {
      method,
      url,
      headers: Object.fromEntries(headers),
      replayable,
      options,
      // Few ask for it, and it has to be taken apart.
      get form() {
        return formOf(body, headers.get('content-type') ?? '')
      },
    }

    /** Made of what the caller gave: taken from another request, a body is a stream, which browsers do not send by HTTP/1.1. */
    function anew(authorised: Authorised): Request {
      const moved = replayable ? requestTo(authorised.url, input, init) : new Request(authorised.url, request)
      if (authorised.form === undefined) return moved
      const body = formEncode(authorised.form)
      // RFC 9700 §4.12: `fetch` takes a body along to wherever a 307 leads, and with it a token that the form carries.
      const carriesToken = authorised.headers['authorization'] === undefined
      return requestWith(moved, carriesToken && moved.redirect === 'follow' ? { body, redirect: 'manual' } : { body })
    }

    function send(made: Request, authorised: Authorised): Promise<Response> {
      const sent = withHeaders(made, authorised)
      return sendToApi(sent, {
        send: (hop, more) => (more === undefined ? fetch(hop) : fetch(hop, { ...platformOnly(init), ...more })),
        body() {
          if (authorised.form !== undefined) return formEncode(authorised.form)
          if (!body) return keptBody(sent)
          return replayable ? body : undefined
        },
      })
    }

    const authorised = await authoriser.authorise(resource, 1)
    const isAsItWas = authorised.url === url && authorised.form === undefined
    const response = await send(isAsItWas ? request : anew(authorised), authorised)
    // Where a redirect led to another origin, the token did not go along, and the answer says nothing of it.
    if (response.redirected && new URL(response.url).origin !== new URL(authorised.url).origin) return response
    const verdict = await authoriser.answered(authorised, { status: response.status, headers: headersOf(response) })
    if (verdict === 'done' || !replayable) return response
    // Not waited for: where `fetch` keeps a copy of the answer, as Next does, this ends when that is given up too.
    response.body?.cancel().catch(() => undefined)
    const renewed = await authoriser.authorise(resource, 2)
    return send(anew(renewed), renewed)
  }
}

/**
 * Sends a request of an authorised client, for adapters whose HTTP client is made of `fetch`. Where a redirect leads to another origin, `fetch` leaves
 * behind the token and nothing else; this leaves behind all headers that are for the API, such as its key. In browsers redirects stay those of `fetch`,
 * which shows them to nobody, and asks the other origin first which headers it takes.
 *
 * @throws what `send` does, and TypeError where a redirect cannot be followed, as `fetch`.
 */
export function sendToApi(request: Request, { send, body }: Following): Promise<Response> {
  if (isLeftToFetch(request)) return send(request)
  return followRedirects(request, { send: (hop, init) => send(hop, init && { ...besideRequest(hop), ...init }), body })
}

/** Anything else is a stream, or made into one: it is gone once it was sent. */
function isInMemory(body: NonNullable<RequestInit['body']>): boolean {
  if (typeof body === 'string' || ArrayBuffer.isView(body)) return true
  return [URLSearchParams, FormData, Blob, ArrayBuffer].some((kind) => body instanceof kind)
}

function formOf(body: RequestInit['body'], contentType: string): Form | undefined {
  if (body instanceof URLSearchParams) return [...body]
  return typeof body === 'string' && /^application\/x-www-form-urlencoded\b/i.test(contentType) ? formDecode(body) : undefined
}

function requestTo(url: string, input: string | URL | Request, init: RequestInit): Request {
  return input instanceof Request ? requestWith(new Request(url, input), init) : new Request(url, init)
}

/** Options that are of one platform, such as Node's `dispatcher`: a request for another URL has to be told of them again. */
function platformOnly({ method: _m, headers: _h, body: _b, redirect: _r, ...others }: RequestInit): RequestInit {
  return others
}

function withHeaders(request: Request, { headers }: Authorised): Request {
  for (const [name, value] of Object.entries(headers)) request.headers.set(name, value)
  return request
}

function headersOf({ headers }: Response): HttpHeaders {
  return Object.fromEntries(headers)
}

async function readBody({ body }: Response, request: HttpRequest, signal: AbortSignal): Promise<Uint8Array> {
  // A client may have put a signal of its own in the place of ours: it can be gone with its request once the head of the answer is there.
  const bytes = await readAtMost(body, { most: request.maxBytes, signal })
  if (bytes === undefined) throw new TransportError(request, { reason: 'too_large', sent: 'maybe' })
  signal.throwIfAborted()
  return bytes
}
