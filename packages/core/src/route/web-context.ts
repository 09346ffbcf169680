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
import { createProvider, type Provider } from './provider.js'
import { safeReturnTo } from './return-to.js'
import { type SealedCookie, sealedCookie } from './sealed-cookie.js'
import { assertWebOptions, SESSION_LIFETIME, secretList, type WebOptions } from './web-options.js'
import type { WebSession } from './web-session.js'

/** How many finished logins and ended sessions are remembered, at most. */
const MAX_LOGINS = 10_000
const MAX_ENDED = 100_000
/** Seconds after which no request that was sent with the cookie before is still under way. */
const REPLACED_TTL = 600
/** How many renewed sessions, and for how many seconds, are kept for browsers that have not shown yet that they have got them. */
const MAX_UNSEEN = 10_000
const UNSEEN_TTL = 86_400

/** Everything the routes of one application share. Made once from the options; no request changes it but the four memories. */
export interface WebContext<Http> {
  readonly environment: Environment
  readonly http: HttpClient<Http>
  readonly transport: Transport
  readonly base: BaseUrl
  readonly table: RouteTable
  readonly providers: ReadonlyMap<string, Provider<Http>>
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
  /** Token records that a later one has replaced, by session, provider and generation: they are not written again. */
  readonly replacedRecords: BoundedSet
  /**
   * Sessions after their last renewal, by id, until a browser comes with that cookie: the answer that was to bring it may have been under way
   * already, or have been broken off, and the browser's old cookie holds a spent refresh token.
   */
  readonly unseenSessions: BoundedMap<WebSession>
}

/** @throws {@link UsageError} for options that cannot work. */
export function webContext<Http>(options: WebOptions<Http>, http: HttpClient<Http>): WebContext<Http> {
  assertWebOptions(options)
  assertHttpClient(http, 'Option "http"')
  const environment = options.environment ?? defaultEnvironment()
  const base = parseBaseUrl(options.baseUrl)
  const transport = coalesce(http.transport)
  const names = Object.keys(options.providers)
  const table = routeTable(base, names, options.paths)
  const caches = serverCaches()
  const providers = new Map<string, Provider<Http>>()
  for (const [name, provider] of Object.entries(options.providers)) {
    const redirectUri = `${base.origin}${base.path}${table.path('callback', name)}`
    providers.set(name, createProvider(name, provider, { environment, transport, caches, redirectUri }))
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
    replacedRecords: boundedSet(environment, { ttl: REPLACED_TTL, limit: MAX_ENDED }),
    unseenSessions: boundedMap(environment, { ttl: Math.min(lifetime, UNSEEN_TTL), limit: MAX_UNSEEN }),
  }
}

/** The provider of a name. @throws {@link UsageError} when there is none. */
export function providerOf<Http>({ providers }: WebContext<Http>, name: string): Provider<Http> {
  const provider = providers.get(name)
  if (provider === undefined) throw new UsageError(`There is no provider "${name}". Known: ${[...providers.keys()].join(', ')}.`)
  return provider
}

/**
 * Path of the login, as browsers see it: at the provider of a name, or at the first one configured.
 *
 * @throws {@link UsageError} when there is no provider of that name.
 */
export function loginPath<Http>(context: WebContext<Http>, provider?: string | undefined): string {
  const { name } = providerOf(context, provider ?? [...context.providers.keys()][0] ?? '')
  return `${context.base.path}${context.table.path('login', name)}`
}

function afterLogoutPath(given: string | undefined, { origin, path }: BaseUrl): string {
  const target = given ?? `${path}/`
  if (safeReturnTo(target, origin, '') === '')
    throw new UsageError('Option "afterLogout" must be a path of this application, such as /goodbye.')
  return target
}
