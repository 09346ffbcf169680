import { formEncodeText } from '../http/form.js'
import type { HttpRequest } from '../http/http-request.js'
import { base64 } from '../jose/encoding.js'
import { quirkFired } from '../metadata/fired-quirk.js'
import type { ClientAuthenticationContext } from './client.js'

/**
 * Client id and secret in the `Authorization` header.
 *
 * Both are form-encoded first, as the standard says; several servers expect them as they are, for which there is
 * `quirks.rawBasicCredentials`. For ids and secrets of letters, digits and `-._*` the two are the same.
 *
 * @see RFC 6749 §2.3.1 https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1
 */
export function clientSecretBasic(request: HttpRequest, { client, environment }: ClientAuthenticationContext): HttpRequest {
  const { client_id, client_secret = '', quirks } = client
  const raw = `${client_id}:${client_secret}`
  const standard = `${formEncodeText(client_id)}:${formEncodeText(client_secret)}`
  const isRaw = quirks?.rawBasicCredentials === true && raw !== standard
  if (isRaw) quirkFired(environment, 'rawBasicCredentials')
  const credentials = base64(isRaw ? raw : standard)
  return { ...request, headers: { ...request.headers, authorization: `Basic ${credentials}` } }
}
