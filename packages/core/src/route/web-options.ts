import type { Environment, Maybe } from '../environment.js'
import { assertKnownOptions } from '../error/known-options.js'
import { UsageError } from '../error/usage-error.js'
import type { Parameters } from '../http/form.js'
import { assertSecrets } from '../jose/sealer.js'

import type { TokenSet } from '../message/token-set.js'

import type { ComplianceHookTypes } from '../session/compliance-hooks.js'
import { REGISTRATION_OPTIONS, type RegistrationOptions } from '../session/registration.js'
import type { Store } from '../session/store.js'
import { TOKEN_PLACEMENTS, type TokenPlacement } from '../session/token-placement.js'
import type { ReplacedToken } from '../session/update-token.js'
import type { ClaimsRequest } from '../transaction/claims-request.js'
import type { OnLogin } from './new-login.js'
import type { RoutePaths } from './paths.js'
import type { RouteRequest } from './route-request.js'
import type { UserClaims } from './web-session.js'
import { assertWebStore } from './web-store.js'

/** Whose a renewed token is: the login at a provider. */
export interface TokenOwner {
  readonly provider: string
  readonly issuer: string
  /** The `sub` of the ID token, where there was one. */
  readonly subject?: string | undefined
}

/** One provider that people can log in with. */
export interface ProviderOptions<Http> extends RegistrationOptions {
  /** Space-separated, or a list. Unless told `openid`, where the provider has an issuer and keys; an empty one asks for no scope. */
  readonly scope?: string | readonly string[] | undefined
  /** Further parameters of every authorization request, such as `{ prompt: 'consent' }`. */
  readonly authorizationParameters?: Parameters | undefined
  /** Single claims that are wanted (OpenID Connect Core §5.5). The ID token has to have the essential ones that name values, and an essential `acr`. */
  readonly claims?: ClaimsRequest | undefined
  readonly responseMode?: 'query' | 'form_post' | undefined
  readonly codeChallengeMethod?: 'S256' | false | undefined
  /**
   * Whether the UserInfo endpoint is asked at login. By default it is when a scope was asked for whose claims are not in the ID token, as at
   * providers that keep ID tokens small. `true`, or `quirks.userinfoMembers`, also asks it where there is no ID token: its `sub` then says who
   * logged in.
   */
  readonly userinfo?: boolean | undefined
  /** Who logged in, at providers without OpenID Connect: asked once at login, with an authorised client. Has to give a `sub`. */
  readonly profile?: ((http: Http) => Maybe<UserClaims & { readonly sub: string }>) | undefined
  /** Where the token goes on requests of the user's HTTP client: the `Authorization` header unless told. */
  readonly tokenPlacement?: TokenPlacement | undefined
  /** Hooks that put right what this server does otherwise than the standards say, by type: one function each. */
  readonly complianceHooks?: Partial<ComplianceHookTypes> | undefined
  /** Origins that this provider's token is sent to. */
  readonly allowedOrigins?: readonly string[] | undefined
  /** Seconds before its expiry that the token is renewed. */
  readonly leeway?: number | undefined
  /**
   * Called after each renewal, before anybody uses the new token, and awaited; `whose` is the login it belongs to. When it throws, it is called
   * again with the same token at the next use.
   */
  readonly updateToken?: ((token: TokenSet, old: ReplacedToken, whose: TokenOwner) => Maybe<void>) | undefined
  /** Whether logging out here also ends the session at the provider, where it offers that. */
  readonly endSession?: boolean | undefined
}

/** Options of a provider for one request. */
export interface TenantOptions<Http> extends ProviderOptions<Http> {
  /**
   * States that this provider's function never gives another authorization server than this one. Answers of a server that does not say who it is
   * (`iss`, RFC 9207) are then taken: there is no other that they could be from.
   */
  readonly alwaysThisServer?: boolean | undefined
}

/**
 * Gives the options of a provider for a request, such as those of its tenant; `undefined` where it has none, and nobody is logged in there then.
 *
 * Asked at most once for each request: of those to the provider's login and callback, and of those with a session that has a login there. What it
 * throws goes to the application's error handling as it is.
 *
 * All tenants share one redirect URI, so that a code could be brought to another server than the one that issued it unless each says in its answer
 * who it is (RFC 9700 §4.4.2.2). Servers have to announce `authorization_response_iss_parameter_supported`, or `alwaysThisServer` that there is but one. The
 * tenants of others need a provider's name each, and with it a redirect URI of their own.
 */
export type TenantProvider<Http> = (request: RouteRequest) => Maybe<TenantOptions<Http> | undefined>

/** How sessions are called and how long they last. */
export interface WebSessionOptions {
  /** How the names of the cookies begin, for several applications on one host: `oauth` unless told. */
  readonly name?: string | undefined
  /** Seconds that a login lasts, however often it is used: 7 days unless told. */
  readonly lifetime?: number | undefined
  /**
   * Seconds that a session lasts without being used; as long as its login unless told. Uses are written down at every tenth of it. In cookies only
   * going to a page is a use; with a store every request is.
   */
  readonly idle?: number | undefined
}

/** Options of the login routes, the same for every framework. */
export interface WebOptions<Http, Name extends string = string> {
  /** The application's address as browsers see it. */
  readonly baseUrl: string
  /** At least 32 bytes. A list to change it: the first seals, all of them open. */
  readonly secret: string | readonly string[]
  /** By name, which is part of the provider's paths. A function gives the options of each request, for applications with many tenants. */
  readonly providers: Readonly<Record<Name, ProviderOptions<Http> | TenantProvider<Http>>>
  readonly paths?: Partial<RoutePaths> | undefined
  readonly session?: WebSessionOptions | undefined
  /**
   * Where sessions are kept, for applications that run as several processes, have many or large logins, or are to end sessions for good: the cookie
   * carries an id alone then. In the cookie itself unless told.
   *
   * @example
   * oauth({ store: redisStore(client), … })
   */
  readonly store?: Store<unknown> | undefined
  /** Path to go to after a logout. */
  readonly afterLogout?: string | undefined
  /**
   * Called when somebody has logged in, at whichever provider, before their session begins: to keep an account, to say what the session knows of them, or to
   * refuse them. A login that is refused, or that it throws at, gives its tokens back; what it throws goes to the application's error handling as it is.
   *
   * @example
   * onLogin: async ({ provider, user }) => {
   *   const account = await accounts.findOrCreate(provider, user.sub)
   *   return account.blocked ? { refuse: '/blocked' } : { user: { name: user.name, role: account.role } }
   * }
   */
  readonly onLogin?: OnLogin | undefined
  readonly environment?: Environment | undefined
}

/** Names of {@link WebOptions}. */
const WEB_OPTIONS = ['baseUrl', 'secret', 'providers', 'paths', 'session', 'store', 'afterLogout', 'onLogin', 'environment'] as const

const PROVIDER_OPTIONS: readonly string[] = [
  ...REGISTRATION_OPTIONS,
  'scope',
  'authorizationParameters',
  'claims',
  'responseMode',
  'codeChallengeMethod',
  'userinfo',
  'profile',
  'tokenPlacement',
  'complianceHooks',
  'allowedOrigins',
  'leeway',
  'updateToken',
  'endSession',
]

const SESSION_OPTIONS: readonly (keyof WebSessionOptions)[] = ['name', 'lifetime', 'idle']

/** What JSON parsed by this library never has as a member, so that a login under such a name would be lost. */
const UNUSABLE_NAMES: readonly string[] = ['__proto__', 'constructor', 'prototype']

/** A login lasts 7 days. */
export const SESSION_LIFETIME = 604_800

/** Nobody means more than 10 years. */
const MAX_SESSION = 315_360_000

/**
 * `further` are the names of an adapter's own options, which it checks itself.
 *
 * @throws {@link UsageError} for unknown, missing or unusable options.
 */
export function assertWebOptions<Http>(options: WebOptions<Http>, further: readonly string[] = []): void {
  assertKnownOptions(options, [...WEB_OPTIONS, ...further], 'oauth')
  assertSecrets(secretList(options.secret))
  assertByName(options.providers)
  const names = Object.keys(options.providers ?? {})
  if (names.length === 0)
    throw new UsageError('Option "providers" is empty. Name at least one: providers: { google: { issuer, clientId, clientSecret } }.')
  for (const name of names) {
    // Objects have numbers before all else: neither the provider named first nor the last login would be what it is.
    if (!/^(?!\d+$)[A-Za-z0-9_-]{1,64}$/.test(name) || UNUSABLE_NAMES.includes(name)) {
      throw new UsageError(
        `Option "providers": the name "${name}" is used in paths and cookies; use letters, digits, "-" and "_", no number, and no name of JavaScript's own.`,
      )
    }
    const provider = options.providers[name]
    if (typeof provider !== 'function') assertProviderOptions(provider, name)
  }
  assertKnownOptions(options.session ?? {}, SESSION_OPTIONS, 'oauth: option "session"')
  assertWebStore(options.store)
  assertFunction(options.onLogin, 'Option "onLogin"')
  const { name = 'oauth', lifetime = SESSION_LIFETIME, idle } = options.session ?? {}
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(name))
    throw new UsageError('Option "session.name" is part of cookie names; use letters, digits, "-" and "_".')
  assertSeconds('session.lifetime', lifetime)
  if (idle !== undefined) assertSeconds('session.idle', idle)
}

/** Milliseconds, which much of JavaScript counts in, are a thousand times too many. */
function assertSeconds(name: string, value: number): void {
  if (!(Number.isFinite(value) && value > 0)) throw new UsageError(`Option "${name}" must be a number of seconds, more than 0.`)
  if (value > MAX_SESSION)
    throw new UsageError(`Option "${name}" is in seconds, and ${value} seconds are more than 10 years. Of milliseconds, take a thousandth.`)
}

/** A list would make providers named 0, 1, …, and their callbacks with them. */
function assertByName(providers: unknown): void {
  if (providers === undefined || providers === null || (typeof providers === 'object' && !Array.isArray(providers))) return
  const found = Array.isArray(providers) ? 'a list' : `of type ${typeof providers}`
  throw new UsageError(
    `Option "providers" is ${found}, and has to be an object that names each one: providers: { google: { issuer, clientId, clientSecret } }.`,
  )
}

/** @throws {@link UsageError} for unknown and unusable options. `further` are names of others that are known. */
export function assertProviderOptions<Http>(
  options: ProviderOptions<Http> | undefined,
  name: string,
  further: readonly string[] = [],
): void {
  const where = `oauth: provider "${name}"`
  if (Object.hasOwn(Object(options), 'redirectUri')) {
    throw new UsageError(
      `${where}: there is no option "redirectUri". It is "baseUrl" and the callback's path, /auth/{provider}/callback unless "paths.callback" moves it; register that at the provider.`,
    )
  }
  assertKnownOptions(options as object, [...PROVIDER_OPTIONS, ...further], where)
  const { claims } = options as ProviderOptions<Http>
  if (claims !== undefined && (typeof claims !== 'object' || claims === null))
    throw new UsageError(`${where}: option "claims" must be an object, such as { id_token: { acr: { essential: true } } }.`)
  const placement = options?.tokenPlacement
  if (placement !== undefined && !TOKEN_PLACEMENTS.includes(placement))
    throw new UsageError(`${where}: option "tokenPlacement": there is no "${placement}". Placements: ${TOKEN_PLACEMENTS.join(', ')}.`)
  for (const name of ['profile', 'updateToken'] as const) assertFunction(options?.[name], `${where}: option "${name}"`)
}

function assertFunction(found: unknown, what: string): void {
  if (found !== undefined && typeof found !== 'function')
    throw new UsageError(`${what} must be a function, and is of type ${typeof found}.`)
}

/** The secrets as a list; an absent one stays for the check to find. */
export function secretList(secret: string | readonly string[] | undefined): readonly string[] {
  return secret === undefined ? [] : typeof secret === 'string' ? [secret] : secret
}
