import { defaultEnvironment, type Environment } from '../environment.js'
import { UsageError } from '../error/usage-error.js'
import { coalesce } from '../flow/coalesce.js'
import type { Transport } from '../flow/run.js'
import { assertHttpClient, type HttpClient } from '../session/http-client.js'
import { serverCaches } from '../session/registration.js'
import { repeatedGet } from '../session/repeated-get.js'
import { sharedMemory } from '../session/shared-memory.js'
import { type BaseUrl, parseBaseUrl } from './base-url.js'
import { type CookieMemory, cookieMemory } from './cookie-memory.js'
import { type LoginCookies, loginCookies } from './login-cookies.js'
import type { OnLogin } from './new-login.js'
import { type RouteTable, routeTable } from './paths.js'
import { type ProviderLogouts, storedLogouts } from './provider-logouts.js'
import { type ProviderSource, providerSource } from './provider-source.js'
import { safeReturnTo } from './return-to.js'
import type { RoutesMemory } from './routes-memory.js'
import { type SealedCookie, sealedCookie } from './sealed-cookie.js'
import { type SealedTerms, sealedTerms } from './sealed-terms.js'
import type { SessionLifetime } from './session-lifetime.js'
import { type SessionStore, sessionStore } from './session-store.js'
import { storedAttempts, type UsedAttempts, usedAttempts } from './used-attempts.js'
import {
  assertWebOptions,
  type ProviderOptions,
  SESSION_LIFETIME,
  secretList,
  type TenantProvider,
  type WebOptions,
} from './web-options.js'
import { webStore } from './web-store.js'

/** Everything the routes of one application share. Made once from the options; no request changes it but what it remembers. */
export interface WebContext<Http> {
  readonly environment: Environment
  readonly http: HttpClient<Http>
  readonly transport: Transport
  readonly base: BaseUrl
  readonly table: RouteTable
  readonly providers: ReadonlyMap<string, ProviderSource<Http>>
  readonly sessionCookie: SealedCookie
  readonly logins: LoginCookies
  readonly terms: SealedTerms
  readonly sessionLifetime: SessionLifetime
  /** Path below the origin. */
  readonly afterLogout: string
  readonly onLogin: OnLogin | undefined
  readonly attempts: UsedAttempts
  readonly logouts: ProviderLogouts
  /** Where sessions are, when they are not in cookies. */
  readonly sessions: SessionStore | undefined
  /** What is known of sessions that are in cookies. */
  readonly memory: CookieMemory
}

/** What an adapter lends its routes. */
export interface RoutesPorts {
  /** Names of options that the adapter has beside these, and checks itself: a message about a misspelt one lists them, too. */
  readonly further?: readonly string[] | undefined
  /**
   * What this process remembers, where an application makes its routes more than once, as it does when its framework loads its modules so: those who share
   * it renew no token twice.
   */
  readonly memory?: RoutesMemory | undefined
}

/** @throws {@link UsageError} for options that cannot work. */
export function webContext<Http>(
  options: WebOptions<Http>,
  http: HttpClient<Http>,
  { further, memory: shared }: RoutesPorts = {},
): WebContext<Http> {
  assertWebOptions(options, further)
  assertHttpClient(http, 'Option "http"')
  const environment = options.environment ?? defaultEnvironment()
  const base = parseBaseUrl(options.baseUrl)
  const transport = coalesce(repeatedGet(http.transport, environment))
  const names = Object.keys(options.providers)
  const table = routeTable(base, names, options.paths)
  const caches = serverCaches()
  // No lease is taken in a store of one process: all who renew there have to know of each other, further `oauth()` on it included.
  const { store: given } = options
  const memory = given?.local === true ? sharedMemory(given, environment, shared?.renewals) : shared?.renewals
  const providers = new Map<string, ProviderSource<Http>>()
  for (const [name, given] of Object.entries<ProviderOptions<Http> | TenantProvider<Http>>(options.providers)) {
    const redirectUri = `${base.origin}${base.path}${table.path('callback', name)}`
    providers.set(name, providerSource(name, given, { environment, transport, caches, redirectUri, memory }))
  }
  const { name = 'oauth', lifetime = SESSION_LIFETIME, idle } = options.session ?? {}
  const sessionLifetime: SessionLifetime = { lifetime, idle, now: () => environment.now() }
  const store = given && webStore(given)
  const stored = store && storedLogouts(store, environment, sessionLifetime)
  const cookies = shared?.cookies ?? cookieMemory(environment, lifetime)
  const secrets = secretList(options.secret)
  const prefix = `${base.secure ? '__Host-' : ''}${name}`
  const sealing = { secrets, secure: base.secure, environment }
  return {
    environment,
    http,
    transport,
    base,
    table,
    providers,
    // Browsers overlook a Max-Age that has a fraction (RFC 6265 §5.2.2), and forget the cookie when they are closed.
    sessionCookie: sealedCookie({ ...sealing, name: `${prefix}.session`, maxAge: Math.ceil(lifetime) }),
    logins: loginCookies({ ...sealing, name: `${prefix}.login` }),
    terms: sealedTerms(environment, secrets, prefix),
    sessionLifetime,
    afterLogout: afterLogoutPath(options.afterLogout, base),
    onLogin: options.onLogin,
    attempts: store === undefined ? (shared?.attempts ?? usedAttempts(environment)) : storedAttempts(store),
    logouts: stored ?? cookies.logouts,
    sessions: store && stored && sessionStore(store, stored, sessionLifetime),
    memory: cookies,
  }
}

/** Where the provider of a name comes from. @throws {@link UsageError} when there is none. */
export function sourceOf<Http>({ providers }: WebContext<Http>, name: string): ProviderSource<Http> {
  const source = providers.get(name)
  if (source === undefined) throw new UsageError(`There is no provider "${name}". Known: ${[...providers.keys()].join(', ')}.`)
  return source
}

/**
 * Path of the login, as browsers see it: at the provider of a name, or at the first one configured.
 *
 * @throws {@link UsageError} when there is no provider of that name.
 */
export function loginPath<Http>(context: WebContext<Http>, provider?: string | undefined): string {
  const { name } = sourceOf(context, provider ?? [...context.providers.keys()][0] ?? '')
  return `${context.base.path}${context.table.path('login', name)}`
}

/** Path of the logout, as browsers see it. */
export function logoutPath<Http>({ base, table }: WebContext<Http>): string {
  return `${base.path}${table.path('logout')}`
}

function afterLogoutPath(given: string | undefined, { origin, path }: BaseUrl): string {
  const target = given ?? `${path}/`
  // The operator decides, and may mean a page beside the application. Encoded, since no header takes what is not ASCII.
  const safe = safeReturnTo(target, { origin, path: '' }, '')
  if (safe === '') throw new UsageError('Option "afterLogout" must be a path of this application, such as /goodbye.')
  return safe
}
