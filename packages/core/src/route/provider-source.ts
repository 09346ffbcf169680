import type { Maybe } from '../environment.js'
import { UsageError } from '../error/usage-error.js'
import { serverIdentity } from '../metadata/server-metadata.js'
import { LifeCycleMemory } from '../session/life-cycle-memory.js'
import { createProvider, type Provider, type ProviderPorts } from './provider.js'
import type { RouteRequest } from './route-request.js'
import { assertProviderOptions, type ProviderOptions, type TenantOptions, type TenantProvider } from './web-options.js'

/** Where the provider of a name comes from. */
export interface ProviderSource<Http> {
  readonly name: string
  /** The provider that is the same for all requests; absent where a function gives it. */
  readonly fixed?: Provider<Http>
  /** The provider for a request. @throws whatever the function throws, and {@link UsageError} for options that cannot work. */
  of(request: RouteRequest): Maybe<Provider<Http> | undefined>
}

/** @throws {@link UsageError} for a registration that cannot work. */
export function providerSource<Http>(
  name: string,
  given: ProviderOptions<Http> | TenantProvider<Http>,
  ports: ProviderPorts,
): ProviderSource<Http> {
  if (typeof given === 'function') return tenantSource(name, given, ports)
  const fixed = createProvider(name, given, ports)
  return { name, fixed, of: () => fixed }
}

/**
 * The providers that a function gives. Options that are the same object are checked once, and forgotten with it. New ones with each request cost the
 * check and nothing else: renewals under way are known by session and token, so that no two requests make the same one, whatever options they came by,
 * and metadata and keys are kept by issuer.
 */
function tenantSource<Http>(name: string, tenantOptions: TenantProvider<Http>, ports: ProviderPorts): ProviderSource<Http> {
  const checked = new WeakMap<TenantOptions<Http>, Provider<Http>>()
  const { memory = new LifeCycleMemory(ports.environment) } = ports
  let onlyServer: string | undefined

  function provider(given: TenantOptions<Http>): Provider<Http> {
    const known = checked.get(given)
    if (known !== undefined) return known
    assertProviderOptions(given, name, ['alwaysThisServer'])
    const { alwaysThisServer = false, ...options } = given
    const made = createProvider(name, options, { ...ports, memory })
    const server = identityOf(options)
    const complete = { ...made, tenant: JSON.stringify([server, options.clientId]), isOnlyServer: alwaysThisServer }
    checked.set(given, complete)
    return complete
  }

  return {
    name,
    async of(request) {
      const given = await tenantOptions(request)
      if (given === undefined) return undefined
      const found = provider(given)
      const server = identityOf(found.options)
      if (found.isOnlyServer) onlyServer ??= server
      if (onlyServer !== undefined && server !== onlyServer) {
        throw new UsageError(
          `oauth: provider "${name}": options stated alwaysThisServer, and the function has given two servers. Give the tenants of each server a provider's name of their own.`,
        )
      }
      return found
    },
  }
}

function identityOf<Http>({ issuer, server }: ProviderOptions<Http>): string {
  return issuer ?? serverIdentity(server ?? {})
}
