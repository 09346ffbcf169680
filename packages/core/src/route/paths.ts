import { assertKnownOptions } from '../error/known-options.js'
import { UsageError } from '../error/usage-error.js'
import type { BaseUrl } from './base-url.js'

/** Paths of the routes, below the base URL. `{provider}` stands for a provider's name. */
export interface RoutePaths {
  readonly login: string
  readonly callback: string
  readonly logout: string
  readonly backchannelLogout: string
  readonly frontchannelLogout: string
  readonly user: string
}

/** A route and the provider its path names. */
export interface Route {
  readonly name: keyof RoutePaths
  readonly provider?: string
}

const DEFAULTS: RoutePaths = {
  login: '/auth/{provider}/login',
  callback: '/auth/{provider}/callback',
  logout: '/auth/logout',
  backchannelLogout: '/auth/{provider}/backchannel-logout',
  frontchannelLogout: '/auth/{provider}/frontchannel-logout',
  user: '/auth/user',
}

/** Finds routes by path, and paths of routes. */
export interface RouteTable {
  /** The route of a path; exact, so no other spelling reaches it. */
  match(url: string): Route | undefined
  /** The path, below the base URL, of a route. */
  path(name: keyof RoutePaths, provider?: string): string
}

/**
 * Lays out all routes of all providers.
 *
 * @throws {@link UsageError} when two routes share a path: a callback of its own for each provider is what keeps their answers apart (RFC 9700 §4.4.2.2).
 */
export function routeTable({ path: basePath }: BaseUrl, providers: readonly string[], own: Partial<RoutePaths> = {}): RouteTable {
  assertKnownOptions(own, Object.keys(DEFAULTS), 'oauth: option "paths"')
  const templates: RoutePaths = { ...DEFAULTS, ...own }
  const routes = new Map<string, Route>()
  const path = (name: keyof RoutePaths, provider = '') => templates[name].replaceAll('{provider}', provider)

  for (const name of Object.keys(DEFAULTS) as (keyof RoutePaths)[]) {
    const perProvider = DEFAULTS[name].includes('{provider}')
    const template = String(templates[name])
    const plain = perProvider ? template.replaceAll('{provider}', 'provider') : template
    // Browsers escape braces and resolve dots, so that such a path is never asked for.
    if (!/^\/(?!\/)[\w./-]*$/.test(plain) || /\/\.{1,2}(\/|$)/.test(plain))
      throw new UsageError(`Option "paths": "${name}" must be a path such as ${DEFAULTS[name]}.`)
    for (const provider of perProvider ? providers : [undefined])
      add(path(name, provider), { name, ...(provider === undefined ? {} : { provider }) })
  }

  function add(at: string, route: Route): void {
    if (routes.has(at))
      throw new UsageError(
        `Option "paths": two routes share the path ${at}. Use {provider} in the paths of login, callback, backchannelLogout and frontchannelLogout.`,
      )
    routes.set(at, route)
  }

  return {
    path,
    match(url) {
      const [full = ''] = url.split('?', 1)
      return full.startsWith(basePath) ? routes.get(full.slice(basePath.length)) : undefined
    },
  }
}
