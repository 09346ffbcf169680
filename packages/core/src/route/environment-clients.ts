import { fromEnvironment } from '../session/from-environment.js'
import type { ProviderOptions, TenantProvider, WebOptions } from './web-options.js'

/** A provider whose client is in environment variables unless it is given: `GITHUB_CLIENT_ID`, `GITHUB_CLIENT_SECRET`, … of `github`. */
export type EnvironmentProvider<Http> = Omit<ProviderOptions<Http>, 'clientId'> & { readonly clientId?: string | undefined }

/** Options of which providers may lack their client. */
export interface EnvironmentClients<Http, Name extends string = string> {
  /** By name, which is part of the provider's paths. A function gives the options of each request, for applications with many tenants. */
  readonly providers: Readonly<Record<Name, EnvironmentProvider<Http> | TenantProvider<Http>>>
  /** Where providers without `clientId` find their client. `process.env` unless told. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
}

/**
 * For adapters: the options with the clients that environment variables have. What the application gives wins; what is no provider is left for the check
 * of the options to refuse.
 *
 * @throws {@link UsageError} naming the variable of a client id that is nowhere.
 */
export function withEnvironmentClients<Http, Name extends string>(
  options: Omit<WebOptions<Http, Name>, 'providers'> & EnvironmentClients<Http, Name>,
  env: Readonly<Record<string, string | undefined>>,
): WebOptions<Http, Name> {
  const { providers }: EnvironmentClients<Http, Name> = Object(options)
  if (typeof providers !== 'object' || providers === null || Array.isArray(providers)) return options as WebOptions<Http, Name>
  const found = Object.entries<EnvironmentProvider<Http> | TenantProvider<Http>>(providers).map(([name, given]) => {
    if (typeof given !== 'object' || given === null || given.clientId !== undefined) return [name, given] as const
    const { issuer, ...client } = fromEnvironment(name, env)
    const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
    return [name, { ...client, ...(issuer === undefined || given.server !== undefined ? {} : { issuer }), ...present }] as const
  })
  return { ...options, providers: Object.fromEntries(found) as WebOptions<Http, Name>['providers'] }
}
