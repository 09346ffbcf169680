import { UsageError } from '../error/usage-error.js'
import { type Form, type Parameters, toForm } from '../http/form.js'
import { hasScope } from '../message/authorization-request.js'
import { tolerance } from '../message/token-dates.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import type { ClaimsRequest } from '../transaction/claims-request.js'
import type { Provider } from './provider.js'
import type { ProviderLogin } from './web-session.js'

/** How recently and how well a person has to have proven who they are. The ID token tells, so the provider has to be one of OpenID Connect. */
export interface StepUp {
  /** Seconds, a whole number of them from 1, since the person last proved who they are: the `auth_time` of the ID token. */
  readonly maxAge?: number | undefined
  /** Authentication context class, or several of which any will do: the `acr` of the ID token. What there is, and what it means, is up to the provider. */
  readonly acr?: string | readonly string[] | undefined
}

/** What the application asks of a login. Nothing of it may come from a request, except sealed by this application. */
export interface LoginTerms extends StepUp {
  /** `prompt` of the authorization request (OpenID Connect Core §3.1.2.1): what to ask the person for, or `none` to show nothing. */
  readonly prompt?: Prompt | undefined
}

/** Values that are registered, for editors to offer, and any other. */
type Prompt = 'none' | 'login' | 'consent' | 'select_account' | 'create' | (string & Record<never, never>)

/** What a login's request says beside its terms. */
interface LoginDetails {
  readonly loginHint?: string | undefined
  readonly authorizationParameters?: Parameters | undefined
}

/** What of a login's request is particular to it. */
export interface LoginRequest {
  readonly claims: ClaimsRequest | undefined
  readonly parameters: Parameters | undefined
  /** The claims that the answer is checked against. */
  readonly expected: ClaimsRequest | undefined
}

/** @throws {@link UsageError} for terms that no provider could meet; `where` is who was given them. */
export function assertLoginTerms({ maxAge, acr, prompt }: LoginTerms, where: string): void {
  if (maxAge !== undefined && !(Number.isInteger(maxAge) && maxAge > 0))
    throw new UsageError(
      `${where}: option "maxAge" must be a whole number of seconds, 1 or more, in which to log in and come back. To ask for the password each time, prompt: 'login' is there.`,
    )
  if (acr !== undefined && ([acr].flat().length === 0 || ![acr].flat().every((value) => typeof value === 'string' && /^\S+$/.test(value))))
    throw new UsageError(`${where}: option "acr" must be an authentication context class of the provider, or a list of those that will do.`)
  if (prompt !== undefined && !(typeof prompt === 'string' && /^(none|(?!.*\bnone\b)[\w ]+)$/.test(prompt)))
    throw new UsageError(`${where}: option "prompt" must be a text such as "login" or "select_account", or "none" alone.`)
}

/** Tells whether a login is as recent and as strong as is asked. Only what an ID token said counts (OpenID Connect Core §2). */
export function meetsTerms<Http>(
  { claims }: ProviderLogin,
  { maxAge, acr }: StepUp,
  { registration }: Provider<Http>,
  now: number,
): boolean {
  const { auth_time: authTime, acr: reached } = claims
  const isRecent =
    maxAge === undefined || (typeof authTime === 'number' && authTime + maxAge + tolerance(registration.clockTolerance) >= now)
  return isRecent && (acr === undefined || [reached].flat().some((value) => [acr].flat().includes(value as string)))
}

/**
 * What to ask a provider for, so that it meets the terms: `max_age`, and the classes as an essential claim where the provider reads such, else as
 * `acr_values`. Either way the ID token has to have one of them, or the login fails: to be sent back without would only bring the person here again.
 *
 * @throws {@link UsageError} where no ID token would come.
 * @see OpenID Connect Core §5.5.1.1 https://openid.net/specs/openid-connect-core-1_0.html#acrSemantics
 */
export function loginRequest<Http>(
  { name, scope, options }: Provider<Http>,
  { claims_parameter_supported: readsClaims }: ServerMetadata,
  { maxAge, acr, prompt, loginHint, authorizationParameters: further }: LoginTerms & LoginDetails,
): LoginRequest {
  const { claims, authorizationParameters } = options
  if ((maxAge ?? acr) !== undefined && !hasScope(scope, 'openid'))
    throw new UsageError(
      `oauth: provider "${name}": "maxAge" and "acr" are checked by the ID token, and none is asked for. Add openid to its scope, or do not ask this provider for them.`,
    )
  const values = acr === undefined ? undefined : [acr].flat()
  const expected = values && { ...claims, id_token: { ...claims?.id_token, acr: { essential: true, values } } }
  const isClaim = expected !== undefined && readsClaims === true
  const terms = toForm({ login_hint: loginHint, prompt, max_age: maxAge, acr_values: isClaim ? undefined : values?.join(' ') })
  const own = inPlaceOf(toForm(further), terms)
  return {
    claims: isClaim ? expected : claims,
    parameters: own.length === 0 ? authorizationParameters : inPlaceOf(toForm(authorizationParameters), own),
    expected: expected ?? claims,
  }
}

/** What is asked of this login takes the place of what is in every request. */
function inPlaceOf(all: Form, own: Form): Form {
  return [...all.filter(([name]) => !own.some(([other]) => other === name)), ...own]
}
