import { assertClientId, type Client, type ClientAuthentication } from '../client-authentication/client.js'
import { clientAuthentication, defaultMethod } from '../client-authentication/client-authentication.js'
import type { Environment, Maybe } from '../environment.js'
import { explain } from '../error/explain.js'
import { UsageError } from '../error/usage-error.js'
import type { Form, Parameters } from '../http/form.js'
import { formRequest, type HttpRequest } from '../http/http-request.js'
import type { HttpHeaders } from '../http/http-response.js'
import { parseUrl } from '../http/uri.js'
import { assertEndpoint, type HttpPolicy } from '../metadata/issuer.js'
import { endpointUrl, type ServerMetadata } from '../metadata/server-metadata.js'
import { furtherParameters } from './further-parameters.js'

/** Changes a request before the client authentication is added to it. Hooks for one provider's needs are made of these. */
export type RequestHook = (request: HttpRequest) => Maybe<HttpRequest>

/** What every authenticated request of the client can vary. */
export interface ClientRequestOptions extends HttpPolicy {
  readonly environment: Environment
  /** Instead of the endpoint in the server's metadata. */
  readonly endpoint?: string | undefined
  /** Instead of the client's own method, for this request. */
  readonly clientAuthentication?: string | ClientAuthentication | undefined
  readonly registeredMethods?: ReadonlyMap<string, ClientAuthentication> | undefined
  /** Added to the request's headers; a header of the same name is replaced. */
  readonly headers?: HttpHeaders | undefined
  /** Further parameters, after those of the grant. None of the grant's own or of client authentication's; `resource` and `audience` may repeat. */
  readonly parameters?: Parameters | undefined
  readonly requestHook?: RequestHook | undefined
}

/**
 * Builds a token request for any grant: the grant's own parameters in their order, then the further ones, then client authentication.
 *
 * @throws {@link UsageError} for a parameter that the grant or client authentication sets, and for a method that returns no request.
 * @see RFC 6749 §3.2 https://www.rfc-editor.org/rfc/rfc6749#section-3.2
 */
export function tokenRequest(server: ServerMetadata, client: Client, grant: Form, options: ClientRequestOptions): Promise<HttpRequest> {
  return clientRequest('token', { server, client, method: client.token_endpoint_auth_method }, { ...options, form: grant })
}

/** Builds a form POST to one of the server's endpoints and authenticates the client, by exactly one method. */
export async function clientRequest(
  label: 'token' | 'revocation' | 'introspection',
  { server, client, method }: { server: ServerMetadata; client: Client; method: string | ClientAuthentication | undefined },
  options: ClientRequestOptions & { readonly form: Form },
): Promise<HttpRequest> {
  const { environment, form, headers = {}, requestHook } = options
  assertClientId(client)
  const further = furtherParameters(label, form, options.parameters)
  const name = `${label}_endpoint` as const
  const url = options.endpoint ?? endpointUrl(server, name)
  // Checked here too: a server written by hand has passed no other check, and credentials go there.
  assertEndpoint(options.endpoint === undefined ? name : 'endpoint', url, parseUrl(server.issuer ?? ''), options)
  const plain = formRequest(label, url, [...form, ...further])
  const request = { ...plain, headers: { ...plain.headers, ...lowerCase(headers) } }
  const hooked = requestHook === undefined ? request : await requestHook(request)
  const chosen = options.clientAuthentication ?? method ?? defaultMethod(client, server, options.registeredMethods)
  const authenticated = await clientAuthentication(chosen, options.registeredMethods)(hooked, { client, server, environment })
  if (typeof authenticated?.url !== 'string') {
    throw new UsageError(
      explain &&
        `Client authentication method ${typeof chosen === 'string' ? `"${chosen}"` : `(function ${chosen.name || 'without a name'})`} returned no request. It must return the one to send, such as { ...request, headers: { ...request.headers, … } }.`,
    )
  }
  return authenticated
}

/** Header names are in lower case everywhere in the core, or one header could be there twice. */
function lowerCase(headers: HttpHeaders): HttpHeaders {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}
