import { type Explanation, explain } from '../error/explain.js'
import { printableWord } from '../error/printable.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import type { Client, ClientAuthentication } from './client.js'
import { defaultMethod, METHODS } from './client-authentication.js'

/** What a request had in place of the client's own method. */
interface Sent {
  readonly clientAuthentication?: string | ClientAuthentication | undefined
  readonly registeredMethods?: ReadonlyMap<string, ClientAuthentication> | undefined
}

/** Makes a sentence of what is known, or none. */
type Hint<Known extends readonly unknown[]> = ((...known: Known) => Explanation) | undefined

/** Why the server may not know a client, judged by what was sent; a sentence for the message of `invalid_client`. */
export const invalidClientHint: Hint<[Client, ServerMetadata, Sent]> = explain
  ? (client, server, { clientAuthentication, registeredMethods }) => {
      const configured = clientAuthentication ?? client.token_endpoint_auth_method
      const method = configured ?? defaultMethod(client, server, registeredMethods)
      const isRegistered = typeof method === 'string' && registeredMethods?.has(method)
      const offered = configured === undefined && !isRegistered && noBuiltInMethod?.(server)
      return offered || (method === 'client_secret_basic' && encodedCredentials?.(client)) || false
    }
  : undefined

/** HTTP Basic of RFC 6749 §2.3.1 sends some characters in another spelling than the one that is configured. */
const encodedCredentials: Hint<[Client]> = explain
  ? ({ client_id, client_secret = '', quirks }) =>
      !quirks?.rawBasicCredentials &&
      /[^\w.*-]/.test(client_id + client_secret) &&
      'Client id or secret have characters that HTTP Basic form-encodes (RFC 6749 §2.3.1), which some servers do not undo: try quirks.rawBasicCredentials, or tokenEndpointAuthMethod "client_secret_post".'
  : undefined

/**
 * Why a client whose method was left to {@link defaultMethod} may be unknown to the server: its metadata offers no method that is built in.
 * For a message, never for a decision: there are servers whose metadata says less than they take. Five names are repeated at most.
 */
export const noBuiltInMethod: Hint<[ServerMetadata]> = explain
  ? ({ token_endpoint_auth_methods_supported: offered = [] }) =>
      offered.length > 0 &&
      !offered.some((method) => METHODS.has(method)) &&
      `The server's metadata offers only ${offered.slice(0, 5).map(printableWord).join(', ')} for client authentication, and none of these is built in. Register the client there for another method, or give "tokenEndpointAuthMethod" a function, such as privateKeyJwt({ key }).`
  : undefined
