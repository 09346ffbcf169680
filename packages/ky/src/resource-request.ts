import { type Form, formDecode, type HttpHeaders, type ResourceOptions, type ResourceRequest } from '@oauth/core/adapter'
import type { Options } from 'ky'

const FORM = /^application\/x-www-form-urlencoded\b/i

/** What is known of a request beside it. */
export interface KyRequestParts {
  readonly url: string
  readonly options: Options
  /** Of the body, where it was read. */
  readonly text?: string | undefined
}

/**
 * An attempt as the authoriser sees it. A `Request` shows every body as a stream; what it was made of is in the options of the call. Its headers are put
 * together when they are read, which is rare.
 */
export class KyRequest implements ResourceRequest {
  readonly method: string
  readonly url: string
  readonly isAuthorised: boolean
  readonly replayable: boolean
  readonly options: ResourceOptions | undefined
  /** Whether the application gave the body as a stream. What `Request` of its own making has as a body may be one, and nothing tells. */
  readonly isStream: boolean
  readonly #headers: Headers
  readonly #body: Options['body']

  constructor({ method, headers, body: stream }: Request, { url, options: { json, body, oauth }, text }: KyRequestParts) {
    // ky sends `json` in the place of `body`, as text.
    const isText = json !== undefined || typeof body === 'string'
    this.method = method
    this.url = url
    this.isAuthorised = headers.has('authorization')
    this.replayable = isText || (body ? isInMemory(body) : !stream)
    this.isStream = !this.replayable && Boolean(body)
    this.options = oauth
    this.#headers = headers
    this.#body = text ?? (json === undefined ? body : undefined)
  }

  get headers(): HttpHeaders {
    return Object.fromEntries(this.#headers)
  }

  /** Taken apart when it is read, which is rare. */
  get form(): Form | undefined {
    const body = this.#body
    if (body instanceof URLSearchParams) return [...body]
    return typeof body === 'string' && FORM.test(this.#headers.get('content-type') ?? '') ? formDecode(body) : undefined
  }
}

/** Tells whether a hook may have put another form in the place of the call's own, so that the request has to be read to know it. */
export function mayBeFormOfHook({ headers, body: stream }: Request, { hooks, body }: Options): boolean {
  if (stream === null || !(hooks?.beforeRequest?.length || hooks?.beforeRetry?.length)) return false
  return (!body || typeof body === 'string' || isInMemory(body)) && FORM.test(headers.get('content-type') ?? '')
}

/** Anything else is a stream, or made into one: it is gone once it was sent. */
function isInMemory(body: object): boolean {
  return [URLSearchParams, FormData, Blob, ArrayBuffer].some((kind) => body instanceof kind) || ArrayBuffer.isView(body)
}
