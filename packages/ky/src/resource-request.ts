import { type Form, formDecode, type HttpHeaders, type ResourceOptions, type ResourceRequest } from '@oauth/core/adapter'
import type { Options } from 'ky'

/** An attempt as the authoriser sees it. A `Request` shows every body as a stream; what it was made of is in the options of the call. */
export class KyRequest implements ResourceRequest {
  readonly method: string
  readonly url: string
  readonly headers: HttpHeaders
  readonly replayable: boolean
  readonly options: ResourceOptions | undefined
  readonly #body: Options['body']

  /** @param text of the body, where it was read. */
  constructor({ method, url, headers, body: stream }: Request, { json, body, oauth }: Options, text?: string) {
    // ky sends `json` in the place of `body`, as text.
    const isText = json !== undefined || typeof body === 'string'
    this.method = method
    this.url = url
    this.headers = headersOf(headers)
    this.replayable = isText || (body ? isInMemory(body) : !stream)
    this.options = oauth
    this.#body = text ?? (json === undefined ? body : undefined)
  }

  /** Taken apart when it is read, which is rare. */
  get form(): Form | undefined {
    return formOf(this.#body, this.headers['content-type'])
  }
}

/** Tells whether a hook may have put another form in the place of the call's own, so that the request has to be read to know it. */
export function mayBeFormOfHook({ headers, body: stream }: Request, { hooks, body }: Options): boolean {
  if (stream === null || (hooks?.beforeRequest ?? []).length + (hooks?.beforeRetry ?? []).length === 0) return false
  const isText = body === undefined || body === null || typeof body === 'string' || isInMemory(body)
  return isText && FORM.test(headers.get('content-type') ?? '')
}

/** In half of the time that `Object.fromEntries` takes, for each attempt of each call. */
function headersOf(headers: Headers): HttpHeaders {
  const all: Record<string, string> = {}
  for (const [name, value] of headers) all[name] = value
  return all
}

const FORM = /^application\/x-www-form-urlencoded\b/i

function formOf(body: Options['body'], contentType = ''): Form | undefined {
  if (body instanceof URLSearchParams) return [...body]
  return typeof body === 'string' && FORM.test(contentType) ? formDecode(body) : undefined
}

/** Anything else is a stream, or made into one: it is gone once it was sent. */
function isInMemory(body: object): boolean {
  return [URLSearchParams, FormData, Blob, ArrayBuffer].some((kind) => body instanceof kind) || ArrayBuffer.isView(body)
}
