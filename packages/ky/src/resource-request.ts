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

  constructor({ method, url, headers, body: stream }: Request, { json, body, oauth }: Options) {
    // ky sends `json` in the place of `body`, as text.
    const isText = json !== undefined || typeof body === 'string'
    this.method = method
    this.url = url
    this.headers = Object.fromEntries(headers)
    this.replayable = isText || (body ? isInMemory(body) : !stream)
    this.options = oauth
    this.#body = json === undefined ? body : undefined
  }

  /** Taken apart when it is read, which is rare. */
  get form(): Form | undefined {
    return formOf(this.#body, this.headers['content-type'])
  }
}

function formOf(body: Options['body'], contentType = ''): Form | undefined {
  if (body instanceof URLSearchParams) return [...body]
  return typeof body === 'string' && /^application\/x-www-form-urlencoded\b/i.test(contentType) ? formDecode(body) : undefined
}

/** Anything else is a stream, or made into one: it is gone once it was sent. */
function isInMemory(body: object): boolean {
  return [URLSearchParams, FormData, Blob, ArrayBuffer].some((kind) => body instanceof kind) || ArrayBuffer.isView(body)
}
