import type { Maybe } from '../environment.js'
import { UsageError } from '../error/usage-error.js'
import type { TokenSet } from '../message/token-set.js'
import type { BaseUrl } from './base-url.js'
import { safeReturnTo } from './return-to.js'
import { ABOUT_THE_LOGIN, type UserClaims } from './web-session.js'

/** A login that has been checked, and whose session has not begun. */
export interface NewLogin {
  /** Name of the provider. */
  readonly provider: string
  /** Claims of whoever has logged in. */
  readonly user: UserClaims
  readonly token: TokenSet
  /** Whether it is to be added to the session that is there. */
  readonly link: boolean
}

/** What the application makes of a login. */
export interface LoginDecision {
  /**
   * What the session keeps of the person, in place of all claims: fewer, or more of the application's own, such as a role. Who it is and how they proved it stays
   * as the provider says.
   */
  readonly user?: Readonly<Record<string, unknown>> | undefined
  /** A path of this application to send the browser to, where nobody is logged in by this login. */
  readonly refuse?: string | undefined
}

/** Looks at each login before its session begins. */
export type OnLogin = (login: NewLogin) => Maybe<LoginDecision | undefined> | Promise<void> | void

/** Claims by which logins are told apart and ended. */
const OF_THE_LOGIN: readonly string[] = ['sub', 'iat', 'session_expiry', ...ABOUT_THE_LOGIN]

/**
 * Asks the application about a login: the claims to keep, or where to send the browser in place of logging in.
 *
 * @throws {@link UsageError} for a decision that is none; and whatever the function throws.
 */
export async function decideOn(
  login: NewLogin,
  { onLogin, base }: { readonly onLogin: OnLogin | undefined; readonly base: BaseUrl },
): Promise<{ readonly user: UserClaims } | { readonly refuse: string }> {
  const decision: unknown = (await onLogin?.(login)) ?? {}
  if (typeof decision !== 'object') throw undecided(`it is of type ${typeof decision}`)
  const { user, refuse }: LoginDecision = Object(decision)
  if (refuse !== undefined) {
    const path = typeof refuse === 'string' ? safeReturnTo(refuse, base, '') : ''
    if (path === '') throw undecided('"refuse" is no path of this application, below that of "baseUrl"')
    return { refuse: path }
  }
  if (user === undefined) return { user: login.user }
  if (typeof user !== 'object' || user === null) throw undecided('"user" is no object')
  const checked = Object.fromEntries(OF_THE_LOGIN.flatMap((name) => (name in login.user ? [[name, login.user[name]]] : [])))
  return { user: { ...without(user, OF_THE_LOGIN), ...checked } }
}

function without(claims: Readonly<Record<string, unknown>>, names: readonly string[]): UserClaims {
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !names.includes(name)))
}

function undecided(found: string): UsageError {
  return new UsageError(
    `Option "onLogin" has to return nothing, { user } with the claims to keep, or { refuse } with a path to go to instead; ${found}.`,
  )
}
