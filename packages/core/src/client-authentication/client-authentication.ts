import type { Environment, Maybe } from '../environment.js'
import { UsageError } from '../error/usage-error.js'
import type { HttpRequest } from '../http/http-request.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import type { Client } from './client.js'
import { clientSecretBasic } from './client-secret-basic.js'
import { clientSecretPost } from './client-secret-post.js'
import { none } from './none.js'

/** What a client authentication method may look at beside the request. */
export interface ClientAuthenticationContext {
  readonly client: Client
  readonly server: ServerMetadata
  readonly environment: Environment
}

/**
 * Proves who the client is: gets a request that is complete but for that, and returns the one to send. Called anew for each attempt,
 * for token, refresh, revocation and introspection requests alike. It may change URL, headers and body, and may be asynchronous.
 *
 * @see RFC 6749 §2.3 https://www.rfc-editor.org/rfc/rfc6749#section-2.3
 */
export type ClientAuthentication = (request: HttpRequest, context: ClientAuthenticationContext) => Maybe<HttpRequest>

const METHODS: Readonly<Record<string, ClientAuthentication>> = {
  client_secret_basic: clientSecretBasic,
  client_secret_post: clientSecretPost,
  none,
}

/** Finds the function for a method's name; names registered by the application shadow the built-in ones. */
export function clientAuthentication(
  method: string | ClientAuthentication,
  registered: ReadonlyMap<string, ClientAuthentication> = new Map(),
): ClientAuthentication {
  if (typeof method === 'function') return method
  const found = registered.get(method) ?? (Object.hasOwn(METHODS, method) ? METHODS[method] : undefined)
  if (found === undefined) {
    const known = [...new Set([...registered.keys(), ...Object.keys(METHODS)])].join(', ')
    throw new UsageError(
      `Client authentication method "${method}" is not known. Known: ${known}. Register others with registerClientAuthMethod.`,
    )
  }
  return found
}

/**
 * The method for a request to the token endpoint, when none is configured: `none` without a secret; else `client_secret_basic`, unless
 * the server's metadata leaves only `client_secret_post`. Never changed by what the server answers.
 *
 * @see RFC 8414 §2 `token_endpoint_auth_methods_supported`: the default is `client_secret_basic`
 */
export function defaultMethod({ client_secret }: Client, { token_endpoint_auth_methods_supported: supported }: ServerMetadata): string {
  if (client_secret === undefined) return 'none'
  const postOnly = supported !== undefined && !supported.includes('client_secret_basic') && supported.includes('client_secret_post')
  return postOnly ? 'client_secret_post' : 'client_secret_basic'
}
