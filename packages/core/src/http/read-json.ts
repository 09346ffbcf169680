import { explain } from '../error/explain.js'
import { ResponseError } from '../error/response-error.js'
import { TransportError } from '../error/transport-error.js'
import type { HttpRequest } from './http-request.js'
import type { HttpResponse } from './http-response.js'
import { isJsonObject, type JsonObject, JsonProblem, parseJson } from './json.js'
import { isJson } from './media-type.js'

/** What a reader tolerates beyond the standard, for servers that are known to need it. */
export interface JsonTolerance {
  /** Takes JSON whatever the `content-type` says. */
  readonly anyContentType?: boolean | undefined
}

const utf8 = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true })

/** Refuses a redirect: following one would carry credentials to a place nobody checked. */
export function refuseRedirect({ status }: HttpResponse, request: HttpRequest): void {
  if (status >= 300 && status < 400) throw new TransportError(request, { reason: 'redirect', sent: 'maybe' })
}

/**
 * Reads a JSON object from an answer.
 *
 * @throws {@link ResponseError} when the content type, the encoding, the JSON or its shape is not right.
 */
export function readJsonObject(
  response: HttpResponse,
  request: Pick<HttpRequest, 'endpoint'>,
  { anyContentType = false }: JsonTolerance = {},
): JsonObject {
  const where = { endpoint: request.endpoint, status: response.status }
  if (!anyContentType && !isJson(response.headers['content-type'])) {
    throw new ResponseError(
      'OAUTH_RESPONSE_CONTENT_TYPE',
      explain &&
        'is not declared as JSON: "content-type" is neither application/json nor a +json type. It may come from a proxy or a login page; if the server is known to mislabel its JSON, set quirks.anyContentType.',
      where,
    )
  }
  const value = readJson(decode(response.body, where), where)
  if (!isJsonObject(value)) throw new ResponseError('OAUTH_RESPONSE_JSON', explain && 'is JSON, but not an object.', where)
  return value
}

/** The same for a body that may be anything, such as that of an error: `undefined` where {@link readJsonObject} throws. */
export function maybeJsonObject(response: HttpResponse): JsonObject | undefined {
  try {
    return readJsonObject(response, { endpoint: '' }, { anyContentType: true })
  } catch {
    return undefined
  }
}

type Where = { readonly endpoint: string; readonly status: number }

function decode(body: Uint8Array, where: Where): string {
  try {
    return utf8.decode(body)
  } catch {
    throw new ResponseError('OAUTH_RESPONSE_ENCODING', explain && 'is not valid UTF-8 (RFC 8259 §8.1).', where)
  }
}

function readJson(text: string, where: Where) {
  try {
    return parseJson(text)
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error
    throw new ResponseError(
      error.kind === 'duplicate' ? 'OAUTH_RESPONSE_DUPLICATE_KEY' : 'OAUTH_RESPONSE_JSON',
      explain && `${error.message}.`,
      where,
    )
  }
}
