import { defaultEnvironment, type Environment } from '../environment.js'
import { UsageError } from '../error/usage-error.js'
import { coalesce } from '../flow/coalesce.js'
import type { Transport } from '../flow/run.js'
import { assertHttpClient, type HttpClient } from '../session/http-client.js'
import { serverCaches } from '../session/registration.js'
import { TRANSACTION_TTL } from '../transaction/authorization-transaction.js'
import { type BaseUrl, parseBaseUrl } from './base-url.js'
import { type BoundedMap, boundedMap } from './bounded-map.js'
import { type BoundedSet, boundedSet } from './bounded-set.js'
import { type LoginCookies, loginCookies } from './login-cookies.js'
import { type RouteTable, routeTable } from './paths.js'
import { type ProviderSource, providerSource } from './provider-source.js'
import { safeReturnTo } from './return-to.js'
import { type SealedCookie, sealedCookie } from './sealed-cookie.js'
import {
  assertWebOptions,
  type ProviderOptions,
  SESSION_LIFETIME,
  secretList,
  type TenantProvider,
  type WebOptions,
} from './web-options.js'
import type { WebSession } from './web-session.js'

/** How many finished logins and ended sessions are remembered, at most. */
const MAX_LOGINS = 10_000
const MAX_ENDED = 100_000
/** How many sessions are remembered as they became, at most, and for how many seconds: until their browser shows the cookie, and after that. */
const MAX_RENEWED = 20_000
const UNSEEN_TTL = 86_400
/** Seconds after which no request that was sent with the cookie before is still under way. */
export const SEEN_TTL = 600

/** Everything the routes of one application share. Made once from the options; no request changes it but the memories. */
export interface WebContext<Http> {
  readonly environment: Environment
  readonly http: HttpClient<Http>
  readonly transport: Transport
  readonly base: BaseUrl
  readonly table: RouteTable
  readonly providers: ReadonlyMap<string, ProviderSource<Http>>
  readonly sessionCookie: SealedCookie
  readonly logins: LoginCookies
  /** Seconds. */
  readonly lifetime: number
  /** Path below the origin. */
  readonly afterLogout: string
  /** Login attempts whose answer was taken, by id: an answer is used once. */
  readonly usedLogins: BoundedSet
  /** Sessions that were logged out, by id: a copy of their cookie is worth nothing in this process. */
  readonly endedSessions: BoundedSet
  /**
   * Sessions as their last write made them, by id. A request may have come with an older cookie, and the answer that was to bring the new one may
   * have been under way already, or have been broken off: the old cookie holds a spent refresh token.
   */
  readonly renewedSessions: BoundedMap<WebSession>
  /** Of sessions, by id, the highest generation whose cookie was handed to a browser. */
  readonly handedOut: BoundedMap<number>
  /** Sessions whose logins went on under a new id, by the old one. */
  readonly successors: BoundedMap<string>
}

/** @throws {@link UsageError} for options that cannot work. */
export function webContext<Http>(options: WebOptions<Http>, http: HttpClient<Http>, further?: readonly string[]): WebContext<Http> {
  assertWebOptions(options, further)
  assertHttpClient(http, 'Option "http"')
  const environment = options.environment ?? defaultEnvironment()
  const base = parseBaseUrl(options.baseUrl)
  const transport = coalesce(http.transport)
  const names = Object.keys(options.providers)
  const table = routeTable(base, names, options.paths)
  const caches = serverCaches()
  const providers = new Map<string, ProviderSource<Http>>()
  for (const [name, given] of Object.entries<ProviderOptions<Http> | TenantProvider<Http>>(options.providers)) {
    const redirectUri = `${base.origin}${base.path}${table.path('callback', name)}`
    providers.set(name, providerSource(name, given, { environment, transport, caches, redirectUri }))
  }
  const { name = 'oauth', lifetime = SESSION_LIFETIME } = options.session ?? {}
  const secrets = secretList(options.secret)
  const prefix = `${base.secure ? '__Host-' : ''}${name}`
  const shared = { secrets, secure: base.secure, environment }
  return {
    environment,
    http,
    transport,
    base,
    table,
    providers,
    sessionCookie: sealedCookie({ ...shared, name: `${prefix}.session`, maxAge: lifetime }),
    logins: loginCookies({ ...shared, name: `${prefix}.login` }),
    lifetime,
    afterLogout: afterLogoutPath(options.afterLogout, base),
    usedLogins: boundedSet(environment, { ttl: TRANSACTION_TTL, limit: MAX_LOGINS }),
    endedSessions: boundedSet(environment, { ttl: lifetime, limit: MAX_ENDED }),
    renewedSessions: boundedMap(environment, { ttl: Math.min(lifetime, UNSEEN_TTL), limit: MAX_RENEWED }),
    handedOut: boundedMap(environment, { ttl: Math.min(lifetime, UNSEEN_TTL), limit: MAX_RENEWED }),
    successors: boundedMap(environment, { ttl: TRANSACTION_TTL, limit: MAX_LOGINS }),
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

function afterLogoutPath(given: string | undefined, { origin, path }: BaseUrl): string {
  const target = given ?? `${path}/`
  if (safeReturnTo(target, origin, '') === '')
    throw new UsageError('Option "afterLogout" must be a path of this application, such as /goodbye.')
  return target
}
