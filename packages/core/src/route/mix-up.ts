import { UsageError } from '../error/usage-error.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import type { Provider } from './provider.js'

/**
 * Keeps the answers of several servers at one redirect URI apart: where a function gives the provider, each server has to say in its answers who
 * it is, and the answer is then refused without. Asked before the browser is sent away, and again before a code is sent.
 *
 * That is so from the first login on, however many servers this process has seen by now: others may have sent the browser to the second one.
 *
 * @throws {@link UsageError} for a server that does not announce it, unless there is but one.
 * @see RFC 9700 §4.4.2.2 https://www.rfc-editor.org/rfc/rfc9700#section-4.4.2.2
 */
export function assertTellsIssuer<Http>({ name, tenant, isOnlyServer }: Provider<Http>, server: ServerMetadata): void {
  if (tenant === undefined || isOnlyServer) return
  if (server.issuer !== undefined && server.authorization_response_iss_parameter_supported === true) return
  throw new UsageError(
    `oauth: provider "${name}" is a function, and the server that it gave does not announce authorization_response_iss_parameter_supported: an answer could be another server's, and its code be sent to this one (RFC 9700 §4.4.2.2). Give each tenant a provider's name, and so a redirect URI, of its own; or state alwaysThisServer in the options where the function never gives another server.`,
  )
}
