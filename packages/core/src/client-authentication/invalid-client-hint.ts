import { type Explanation, explain } from '../error/explain.js'
import { printableWord } from '../error/printable.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import type { Client, ClientAuthentication } from './client.js'
import { defaultMethod, isBuiltIn } from './client-authentication.js'

/** Why the server may not know a client, judged by what was sent; a sentence for the message of `invalid_client`. */
export function invalidClientHint(client: Client, server: ServerMetadata, method?: string | ClientAuthentication): Explanation {
  return (
    explain &&
    ((method === undefined && noBuiltInMethod(server)) ||
      ((method ?? defaultMethod(client, server)) === 'client_secret_basic' && encodedCredentials(client)))
  )
}

/** Characters that HTTP Basic of RFC 6749 §2.3.1 sends in another spelling than the one that is configured. */
const ENCODED = /[^\w.*-]/

function encodedCredentials({ client_id, client_secret = '', quirks }: Client): Explanation {
  return (
    explain &&
    !quirks?.rawBasicCredentials &&
    ENCODED.test(client_id + client_secret) &&
    'Client id or secret have characters that HTTP Basic form-encodes (RFC 6749 §2.3.1), which some servers do not undo: try quirks.rawBasicCredentials, or tokenEndpointAuthMethod "client_secret_post".'
  )
}

/** How many names of methods a message repeats. */
const MAX_NAMES = 5

/**
 * Why a client whose method was left to {@link defaultMethod} may be unknown to the server: its metadata offers no method that is built in.
 * For a message, never for a decision: there are servers whose metadata says less than they take.
 */
export function noBuiltInMethod({ token_endpoint_auth_methods_supported: offered = [] }: ServerMetadata): Explanation {
  return (
    explain &&
    offered.length > 0 &&
    !offered.some(isBuiltIn) &&
    `The server's metadata offers only ${offered.slice(0, MAX_NAMES).map(printableWord).join(', ')} for client authentication, and none of these is built in. Register the client there for another method, or give "tokenEndpointAuthMethod" a function, such as privateKeyJwt({ key }).`
  )
}
