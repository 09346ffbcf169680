import { explain } from '../error/explain.js'
import { UsageError } from '../error/usage-error.js'
import type { HttpRequest } from './http-request.js'

/**
 * Refuses a request that is to be sent over a connection with a client certificate, for transports that cannot present one: without it the server
 * would get a request that nobody has authenticated.
 *
 * @throws {@link UsageError}
 * @see RFC 8705 §2 https://www.rfc-editor.org/rfc/rfc8705#section-2
 */
export function assertNoClientCertificate({ endpoint, clientCertificate }: HttpRequest): void {
  if (clientCertificate === undefined) return
  throw new UsageError(
    explain &&
      `The request to the ${endpoint} endpoint has a client certificate (RFC 8705 §2), and this transport cannot present one: nothing was sent. Use a transport that can, or another client authentication method.`,
  )
}
