import { type Explanation, explain } from '../error/explain.js'
import { printableWord } from '../error/printable.js'
import { UsageError } from '../error/usage-error.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import type { Client, ClientAuthentication } from './client.js'
import { clientSecretBasic } from './client-secret-basic.js'
import { clientSecretPost } from './client-secret-post.js'
import { none } from './none.js'

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
      explain &&
        `Client authentication method "${method}" is not known. Known: ${known}. ${
          // These two come as functions, so that only their users ship them.
          method.endsWith('_jwt')
            ? 'Give a function as the method, privateKeyJwt({ key }) or clientSecretJwt(), or register it under this name.'
            : 'Register others with registerClientAuthMethod.'
        }`,
    )
  }
  return found
}

/**
 * The method for a request to the token endpoint, when none is configured: a secret goes by `client_secret_basic`, unless the server's
 * metadata leaves only `client_secret_post`; where the metadata lists neither, or there is no secret, a registered method that it lists;
 * else `none` without a secret. Never changed by what the server answers.
 *
 * @see RFC 8414 §2 `token_endpoint_auth_methods_supported`: the default is `client_secret_basic`
 */
export function defaultMethod(client: Client, server: ServerMetadata, registered?: ReadonlyMap<string, ClientAuthentication>): string {
  const own = registeredMethod(client, server, registered)
  if (own !== undefined) return own
  const { token_endpoint_auth_methods_supported: supported } = server
  if (client.client_secret === undefined) return 'none'
  const postOnly = supported !== undefined && !supported.includes('client_secret_basic') && supported.includes('client_secret_post')
  return postOnly ? 'client_secret_post' : 'client_secret_basic'
}

/** The registered method that the server's metadata leaves, when none is configured: the first that it lists. */
export function registeredMethod(
  { client_secret }: Client,
  { token_endpoint_auth_methods_supported: supported = [] }: ServerMetadata,
  registered?: ReadonlyMap<string, ClientAuthentication>,
): string | undefined {
  const hasSecret = client_secret !== undefined
  if (hasSecret && supported.some((method) => /^client_secret_(basic|post)$/.test(method))) return undefined
  return supported.find((method) => registered?.has(method) && (hasSecret || method !== 'client_secret_jwt'))
}

/** Why the server may not know a client, judged by what was sent; a sentence for the message of `invalid_client`. */
export function invalidClientHint(client: Client, server: ServerMetadata, method?: string | ClientAuthentication): Explanation | undefined {
  const hint = method === undefined ? noBuiltInMethod(server) : undefined
  return hint ?? ((method ?? defaultMethod(client, server)) === 'client_secret_basic' ? encodedCredentials(client) : undefined)
}

/** Characters that HTTP Basic of RFC 6749 §2.3.1 sends in another spelling than the one that is configured. */
const ENCODED = /[^\w.*-]/

function encodedCredentials({ client_id, client_secret = '', quirks }: Client): Explanation | undefined {
  if (quirks?.rawBasicCredentials || !ENCODED.test(client_id + client_secret)) return undefined
  return (
    explain &&
    'Client id or secret have characters that HTTP Basic form-encodes (RFC 6749 §2.3.1), which some servers do not undo: try quirks.rawBasicCredentials, or tokenEndpointAuthMethod "client_secret_post".'
  )
}

/** How many names of methods a message repeats. */
const MAX_NAMES = 5

/**
 * Why a client whose method was left to {@link defaultMethod} may be unknown to the server: its metadata offers no method that is built in.
 * For a message, never for a decision: there are servers whose metadata says less than they take.
 */
export function noBuiltInMethod({ token_endpoint_auth_methods_supported: offered = [] }: ServerMetadata): Explanation | undefined {
  if (offered.length === 0 || offered.some((method) => Object.hasOwn(METHODS, method))) return undefined
  const names = offered.slice(0, MAX_NAMES).map(printableWord).join(', ')
  return (
    explain &&
    `The server's metadata offers only ${names} for client authentication, and none of these is built in. Register the client there for another method, or give "tokenEndpointAuthMethod" a function, such as privateKeyJwt({ key }).`
  )
}
