import { explain } from '../error/explain.js'
import { UsageError } from '../error/usage-error.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import type { Client, ClientAuthentication } from './client.js'
import { clientSecretBasic } from './client-secret-basic.js'
import { clientSecretPost } from './client-secret-post.js'
import { none } from './none.js'

/** The methods that need no registration. */
export const METHODS: ReadonlyMap<string, ClientAuthentication> = new Map([
  ['client_secret_basic', clientSecretBasic],
  ['client_secret_post', clientSecretPost],
  ['none', none],
])

/** Finds the function for a method's name; names registered by the application shadow the built-in ones. */
export function clientAuthentication(
  method: string | ClientAuthentication,
  registered?: ReadonlyMap<string, ClientAuthentication>,
): ClientAuthentication {
  if (typeof method === 'function') return method
  const found = registered?.get(method) ?? METHODS.get(method)
  if (found === undefined) {
    throw new UsageError(
      explain &&
        `Client authentication method "${method}" is not known. Known: ${[...new Set([...(registered?.keys() ?? []), ...METHODS.keys()])].join(', ')}. ${
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
  const { token_endpoint_auth_methods_supported: supported = [] } = server
  const hasSecret = client.client_secret !== undefined
  const builtIn = hasSecret && ['client_secret_basic', 'client_secret_post'].find((method) => supported.includes(method))
  return builtIn || (registeredMethod(client, server, registered) ?? (hasSecret ? 'client_secret_basic' : 'none'))
}

/** The first registered method that the server's metadata lists. */
function registeredMethod(
  { client_secret }: Client,
  { token_endpoint_auth_methods_supported: supported = [] }: ServerMetadata,
  registered?: ReadonlyMap<string, ClientAuthentication>,
): string | undefined {
  return supported.find((method) => registered?.has(method) && (client_secret !== undefined || method !== 'client_secret_jwt'))
}
