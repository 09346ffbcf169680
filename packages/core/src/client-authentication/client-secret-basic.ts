import { formEncode } from '../http/form.js'
import type { HttpRequest } from '../http/http-request.js'
import { base64 } from '../jose/encoding.js'
import type { ClientAuthenticationContext } from './client.js'

/**
 * Client id and secret in the `Authorization` header.
 *
 * Both are form-encoded first, as the standard says; several servers expect them as they are, for which there is
 * `quirks.rawBasicCredentials`. For ids and secrets of letters, digits and `-._*` the two are the same.
 *
 * @see RFC 6749 §2.3.1 https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1
 */
export function clientSecretBasic(request: HttpRequest, { client }: ClientAuthenticationContext): HttpRequest {
  const encode = client.quirks?.rawBasicCredentials ? (text: string) => text : encoded
  const credentials = base64(`${encode(client.client_id)}:${encode(client.client_secret ?? '')}`)
  return { ...request, headers: { ...request.headers, authorization: `Basic ${credentials}` } }
}

function encoded(text: string): string {
  return formEncode([['', text]]).slice(1)
}
