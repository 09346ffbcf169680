import { addToForm, type HttpRequest } from '../http/http-request.js'
import type { ClientAuthenticationContext } from './client.js'

/**
 * A public client only names itself.
 *
 * @see RFC 6749 §3.2.1 https://www.rfc-editor.org/rfc/rfc6749#section-3.2.1
 */
export function none(request: HttpRequest, { client }: ClientAuthenticationContext): HttpRequest {
  return addToForm(request, [['client_id', client.client_id]])
}
