import type { Environment } from '../environment.js'
import type { HttpRequest } from '../http/http-request.js'
import type { HttpResponse } from '../http/http-response.js'
import type { JsonObject } from '../http/json.js'
import { isJson } from '../http/media-type.js'
import { readJsonObject } from '../http/read-json.js'
import { quirkFired } from '../metadata/fired-quirk.js'
import type { Quirks } from '../metadata/quirks.js'

/** What is known of the server whose answer is read. */
export interface JsonContext {
  readonly quirks?: Quirks | undefined
  readonly environment?: Pick<Environment, 'emit'> | undefined
}

/**
 * Reads a JSON object that has to be labelled as such, unless the server is known to mislabel what it sends.
 *
 * @throws {@link ResponseError}
 */
export function readLabelledJson(response: HttpResponse, request: HttpRequest, { quirks, environment }: JsonContext): JsonObject {
  if (quirks?.anyContentType && !isJson(response.headers['content-type'])) quirkFired(environment, 'anyContentType')
  return readJsonObject(response, request, quirks)
}
