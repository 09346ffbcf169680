import { type Form, formDecode, type HttpHeaders, type ResourceOptions, type ResourceRequest } from '@oauth/core/adapter'
import type { Options } from 'ky'

const FORM = /^application\/x-www-form-urlencoded\b/i

/** An attempt as the authoriser sees it. A `Request` shows every body as a stream; what it was made of is in the options of the call. */
export class KyRequest implements ResourceRequest {
  readonly method: string
  readonly url: string
  readonly headers: HttpHeaders
  readonly replayable: boolean
  readonly options: ResourceOptions | undefined
  /** Whether the application gave the body as a stream. What `Request` of its own making has as a body may be one, and nothing tells. */
  readonly isStream: boolean
  readonly #body: Options['body']

  /** @param text of the body, where it was read. */
  constructor({ method, url, headers, body: stream }: Request, { json, body, oauth }: Options, text?: string) {
    // ky sends `json` in the place of `body`, as text.
    const isText = json !== undefined || typeof body === 'string'
    this.method = method
    this.url = url
    this.headers = Object.fromEntries(headers)
    this.replayable = isText || (body ? isInMemory(body) : !stream)
    this.isStream = !this.replayable && Boolean(body)
    this.options = oauth
    this.#body = text ?? (json === undefined ? body : undefined)
  }

  /** Taken apart when it is read, which is rare. */
  get form(): Form | undefined {
    const body = this.#body
    if (body instanceof URLSearchParams) return [...body]
    return typeof body === 'string' && FORM.test(this.headers['content-type'] ?? '') ? formDecode(body) : undefined
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
