import { type Form, formEncode } from './form.js'
import type { HttpHeaders } from './http-response.js'

/** What a request is for. The label names the state a flow is in, so it is what logs and traces show. */
export type Endpoint = 'discovery' | 'jwks' | 'token' | 'userinfo' | 'revocation' | 'introspection' | (string & {})

/** A client certificate and its key, both PEM, for servers that authenticate the connection (RFC 8705). */
export interface ClientCertificate {
  readonly cert: string
  readonly key: string
}

/** A request as plain data. It is the only thing a flow ever yields. */
export interface HttpRequest {
  readonly endpoint: Endpoint
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: HttpHeaders
  readonly body?: string
  /** The answer's decoded body may not be larger than this. */
  readonly maxBytes: number
  /** Milliseconds until the whole answer, body included, must have arrived. */
  readonly timeoutMs: number
  /** The connection has to present it; a transport that cannot refuses the request (`assertNoClientCertificate`). */
  readonly clientCertificate?: ClientCertificate
}

/** Largest answer that is read, in decoded bytes. */
export const MAX_BYTES = 1_048_576
/** Longest time one request may take, in milliseconds. */
export const TIMEOUT_MS = 10_000

/** Builds a GET for a JSON document. */
export function getRequest(endpoint: Endpoint, url: string, headers: HttpHeaders = {}): HttpRequest {
  return { endpoint, method: 'GET', url, headers: { accept: 'application/json', ...headers }, maxBytes: MAX_BYTES, timeoutMs: TIMEOUT_MS }
}

/** Builds a form POST that expects JSON. */
export function formRequest(endpoint: Endpoint, url: string, form: Form): HttpRequest {
  return {
    endpoint,
    method: 'POST',
    url,
    headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' },
    body: formEncode(form),
    maxBytes: MAX_BYTES,
    timeoutMs: TIMEOUT_MS,
  }
}

/** Adds parameters where the request carries its own: at the end of a POST's form body, or of a GET's query. No request has a fragment. */
export function addToForm(request: HttpRequest, form: Form): HttpRequest {
  const added = formEncode(form)
  const { url, body } = request
  if (request.method === 'GET') return { ...request, url: `${url}${url.includes('?') ? '&' : '?'}${added}` }
  return { ...request, body: body ? `${body}&${added}` : added }
}
