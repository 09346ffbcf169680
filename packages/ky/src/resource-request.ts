import { type Form, formDecode, type ResourceRequest } from '@oauth/core/adapter'
import type { Options } from 'ky'

/**
 * Describes an attempt to the authoriser. A `Request` shows every body as a stream; what it was made of is in the options of the call.
 */
export function resourceRequest(request: Request, { json, body, oauth }: Options): ResourceRequest {
  const { method, url } = request
  const headers = Object.fromEntries(request.headers)
  // ky sends `json` in the place of `body`, as text.
  const isText = json !== undefined || typeof body === 'string'
  return {
    method,
    url,
    headers,
    replayable: isText || (body ? isInMemory(body) : !request.body),
    options: oauth,
    // Few ask for it, and it has to be taken apart.
    get form() {
      return json === undefined ? formOf(body, headers['content-type']) : undefined
    },
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
