import { explain } from '../error/explain.js'
import { assertKnownOptions } from '../error/known-options.js'
import { UsageError } from '../error/usage-error.js'
import { type Form, formGet, toForm } from '../http/form.js'
import { scopeText } from '../message/authorization-request.js'
import type { AuthorizationResponseInput } from '../message/response-parameters.js'
import type { AuthorizationTransaction } from '../transaction/authorization-transaction.js'
import { REQUEST_OPTIONS, type RequestOptions } from './method-options.js'

/** The answer of an authorization server, and what was kept of the request it answers. */
export interface AuthorizationCodeOptions extends RequestOptions {
  readonly grantType?: 'authorization_code' | undefined
  /** What the browser came back with. */
  readonly authorizationResponse: AuthorizationResponseInput
  /** What `createAuthorizationUrl` returned. Or the pieces, where they were kept by hand: */
  readonly transaction?: AuthorizationTransaction | undefined
  readonly state?: string | undefined
  readonly codeVerifier?: string | undefined
  readonly nonce?: string | undefined
  readonly redirectUri?: string | undefined
}

/** Resource owner password credentials (RFC 6749 §4.3). */
export interface PasswordOptions extends RequestOptions {
  readonly grantType?: 'password' | undefined
  readonly username: string
  readonly password: string
  readonly scope?: string | readonly string[] | undefined
}

/** The client's own access (RFC 6749 §4.4). */
export interface ClientCredentialsOptions extends RequestOptions {
  readonly grantType?: 'client_credentials' | undefined
  readonly scope?: string | readonly string[] | undefined
  /** A user name or a password means the other grant, and this one never. */
  readonly username?: undefined
  readonly password?: undefined
}

/** A grant whose options are known by name, so that one of them missing is found by the compiler. */
type NamedGrant = 'authorization_code' | 'password' | 'client_credentials'

/** Any other grant, by its `grant_type` and its parameters. */
export interface OtherGrantOptions<Grant extends string = string> extends RequestOptions {
  readonly grantType: Grant & (Grant extends NamedGrant ? never : unknown)
  readonly scope?: string | readonly string[] | undefined
}

/** Options of `fetchToken`. Without `grantType` the members given decide. */
export type FetchTokenOptions<Grant extends string = string> =
  | AuthorizationCodeOptions
  | PasswordOptions
  | ClientCredentialsOptions
  | OtherGrantOptions<Grant>

const OPTIONS: readonly string[] = [
  'grantType',
  'authorizationResponse',
  'transaction',
  'state',
  'codeVerifier',
  'nonce',
  'redirectUri',
  'username',
  'password',
  'scope',
  ...REQUEST_OPTIONS,
]

/** What `fetchToken` is to do: redeem the answer to a login, or send a grant's own parameters. */
export type FetchTokenTask =
  | ({ readonly kind: 'code' } & AuthorizationCodeOptions)
  | ({ readonly kind: 'grant'; readonly type: string; readonly form: Form; readonly scope: string | undefined } & RequestOptions)

/**
 * Reads the options. Without `grantType`: an authorization response means a code, user name and password mean a password, nothing of it
 * means client credentials. Decided anew for each call.
 *
 * @throws {@link UsageError} for options that do not go together.
 */
export function fetchTokenTask(options: FetchTokenOptions, sessionScope: string | undefined): FetchTokenTask {
  if ('code' in Object(options)) {
    throw new UsageError(
      explain && 'fetchToken takes the whole "authorizationResponse", not its "code": state and issuer are checked in it.',
    )
  }
  assertKnownOptions(options, OPTIONS, explain && 'fetchToken')
  const { grantType } = options
  if (grantType === 'authorization_code' || (grantType === undefined && 'authorizationResponse' in options)) {
    if (!('authorizationResponse' in options))
      throw new UsageError(explain && 'fetchToken: the grant "authorization_code" needs "authorizationResponse".')
    return { kind: 'code', ...(options as AuthorizationCodeOptions) }
  }
  const login = ['transaction', 'state', 'codeVerifier', 'nonce', 'redirectUri'].find((name) => name in options)
  if (login !== undefined)
    throw new UsageError(explain && `fetchToken: "${login}" belongs to a login, and its "authorizationResponse" is missing.`)
  const { username, password, scope: own, ...request } = options as Partial<PasswordOptions>
  // One of the two alone is a password grant with something missing, never a reason to act as the client itself.
  const type = grantType ?? ('username' in options || 'password' in options ? 'password' : 'client_credentials')
  if (type === 'password' && (username === undefined || password === undefined)) {
    throw new UsageError(explain && 'fetchToken: the grant "password" needs "username" and "password".')
  }
  if (type === 'client_credentials' && (username !== undefined || password !== undefined)) {
    throw new UsageError(explain && 'fetchToken: the grant "client_credentials" takes no "username" and "password".')
  }
  // A scope that nobody knows of could not be asked for again, and is missing in the token when the server does not repeat it.
  if (formGet(toForm(request.parameters), 'scope') !== undefined) {
    throw new UsageError(explain && 'fetchToken: "scope" cannot be among the further parameters. It is set by the option "scope".')
  }
  const scope = scopeText(own) ?? sessionScope
  return { ...request, kind: 'grant', type, scope, form: toForm({ grant_type: type, username, password, scope }) }
}
