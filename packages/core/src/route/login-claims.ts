import { UsageError } from '../error/usage-error.js'
import type { Flow } from '../flow/flow.js'
import { userinfo } from '../flow/userinfo.js'
import { hasScope } from '../message/authorization-request.js'
import type { IdTokenClaims } from '../message/id-token.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import { allowedOrigins, resourceAuthoriser } from '../session/resource-authoriser.js'
import type { TokenRecord } from '../session/token-record.js'
import type { Provider } from './provider.js'
import type { WebContext } from './web-context.js'
import { ABOUT_THE_LOGIN, type UserClaims } from './web-session.js'

/** Claims that secure the ID token and say nothing about the person. */
const ABOUT_THE_TOKEN: ReadonlySet<string> = new Set(['aud', 'azp', 'exp', 'nbf', 'nonce', 'at_hash', 'c_hash', 's_hash', 'jti'])

/** Claims that a scope asks for, one of which tells that the ID token already has them (OpenID Connect Core §5.4). */
const SIGN_OF_SCOPE: Readonly<Record<string, readonly string[]>> = {
  profile: ['name', 'given_name', 'family_name', 'preferred_username', 'nickname'],
  email: ['email'],
  address: ['address'],
  phone: ['phone_number'],
}

/** What `String(…)` makes of a value that is not there: everybody would be the same person. */
const TEXTS_OF_NOTHING: readonly string[] = ['', 'undefined', 'null', 'NaN', '[object Object]']

/** What a finished login says of the person. */
export interface LoginFacts {
  readonly record: TokenRecord
  readonly claims: IdTokenClaims | undefined
  readonly server: ServerMetadata
}

/**
 * Who logged in: the ID token's claims, completed from UserInfo, which never overrules them. Without an ID token the provider's own profile, or
 * UserInfo where the options say so; else only at which provider.
 */
export async function* loginClaims<Http>(context: WebContext<Http>, provider: Provider<Http>, facts: LoginFacts): Flow<UserClaims> {
  const { record, claims, server } = facts
  if (claims === undefined) {
    const { profile, quirks, userinfo: isAsked = quirks?.userinfoMembers !== undefined } = provider.options
    return profile === undefined && isAsked ? yield* userinfoClaims(context, provider, facts) : await ownProfile(context, provider, record)
  }
  const person = Object.fromEntries(Object.entries(claims).filter(([name]) => !ABOUT_THE_TOKEN.has(name)))
  if (!wantsUserinfo(provider, claims, server)) return person
  return { ...(yield* userinfoClaims(context, provider, facts)), ...person }
}

async function* userinfoClaims<Http>(
  { environment }: WebContext<Http>,
  { registration }: Provider<Http>,
  { record, claims, server }: LoginFacts,
): Flow<UserClaims> {
  const { client, keyCache } = registration
  const all = yield* userinfo(server, client, {
    environment,
    keyCache,
    accessToken: record.token.access_token,
    subject: claims?.sub,
    issuer: claims?.iss,
  })
  return Object.fromEntries(Object.entries(all).filter(([name]) => !ABOUT_THE_TOKEN.has(name) && !ABOUT_THE_LOGIN.has(name)))
}

function wantsUserinfo<Http>({ options, scope }: Provider<Http>, claims: IdTokenClaims, { userinfo_endpoint }: ServerMetadata): boolean {
  if (userinfo_endpoint === undefined || options.userinfo === false) return false
  if (options.userinfo === true) return true
  return Object.entries(SIGN_OF_SCOPE).some(([name, signs]) => hasScope(scope, name) && !signs.some((sign) => claims[sign] !== undefined))
}

async function ownProfile<Http>(
  { environment, http }: WebContext<Http>,
  { name, options, hooks }: Provider<Http>,
  record: TokenRecord,
): Promise<UserClaims> {
  if (options.profile === undefined) return { provider: name }
  const authoriser = resourceAuthoriser({
    environment,
    current: () => record,
    rejected: () => Promise.resolve(false),
    placement: options.tokenPlacement,
    quirks: options.quirks,
    protectedRequestHook: () => hooks.protectedRequest(),
    allowedOrigins: allowedOrigins(options.allowedOrigins, http.baseUrl),
  })
  const profile = await options.profile(http.authorised(authoriser))
  const sub: unknown = profile?.sub
  if (typeof sub !== 'string' || TEXTS_OF_NOTHING.includes(sub)) {
    const found = typeof sub === 'string' ? `the text ${JSON.stringify(sub)}` : sub === null ? 'null' : `of type ${typeof sub}`
    throw new UsageError(
      `oauth: provider "${name}": "profile" has to give a "sub", the person's unchangeable id at this provider, as a string; it is ${found}. Check that the API's answer is ok before you read the id from it.`,
    )
  }
  return { ...profile }
}
