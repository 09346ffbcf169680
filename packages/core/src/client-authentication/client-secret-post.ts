import { addToForm, type HttpRequest } from '../http/http-request.js'
import type { ClientAuthenticationContext } from './client.js'

/**
 * Client id and secret in the request body.
 *
 * @see RFC 6749 §2.3.1 https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1
 */
export function clientSecretPost(request: HttpRequest, { client }: ClientAuthenticationContext): HttpRequest {
  return addToForm(request, [
    ['client_id', client.client_id],
    ['client_secret', client.client_secret ?? ''],
  ])
}
