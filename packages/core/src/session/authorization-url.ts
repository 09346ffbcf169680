import { type Explanation, explain } from '../error/explain.js'
import { UsageError } from '../error/usage-error.js'
import { type Form, type Parameters, type ParameterValue, toForm } from '../http/form.js'
import type { AuthorizationRequestOptions } from '../message/authorization-request.js'
import type { ResponseMode, ResponseType } from '../message/response-type.js'
import type { ClaimsRequest } from '../transaction/claims-request.js'

/**
 * Options of `createAuthorizationUrl`: ours in camelCase; further parameters under their wire names, as in `{ prompt: 'consent' }`. They
 * replace the session's `authorizationParameters` of the same name; `undefined` takes one out.
 */
export interface AuthorizationUrlOptions {
  readonly state?: string | undefined
  readonly nonce?: string | undefined
  readonly scope?: string | readonly string[] | undefined
  readonly redirectUri?: string | undefined
  readonly codeVerifier?: string | undefined
  readonly responseType?: ResponseType | undefined
  readonly responseMode?: ResponseMode | undefined
  /** Single claims that are wanted (OpenID Connect Core §5.5): `{ id_token: { acr: { essential: true, values: ['high'] } } }`. */
  readonly claims?: ClaimsRequest | undefined
  /** Kept in the transaction: where the application goes on after the login. */
  readonly returnTo?: string | undefined
  /** Further parameters whose names are not lower case, or whose order matters. */
  readonly parameters?: Parameters | undefined
  readonly [parameter: string]: ParameterValue | Parameters | ClaimsRequest
}

/** Their names, for an error's text. */
const OPTIONS: Explanation =
  explain && 'state, nonce, scope, redirectUri, codeVerifier, responseType, responseMode, claims, returnTo, parameters'

/** What an authorization request takes of the options, apart from what a session knows by itself. */
export type AuthorizationUrlRequest = Pick<
  AuthorizationRequestOptions,
  'state' | 'nonce' | 'scope' | 'redirectUri' | 'codeVerifier' | 'responseType' | 'responseMode' | 'claims' | 'returnTo'
> & { readonly parameters: Form }

/**
 * Tells our options and the request's parameters apart, by spelling. `defaults` are parameters for each name that the call says nothing about.
 *
 * @throws {@link UsageError} for options that do not exist, and for a parameter that is given in both ways.
 */
export function authorizationUrlRequest(options: AuthorizationUrlOptions, defaults: Parameters = {}): AuthorizationUrlRequest {
  // A text would be taken apart into parameters 0, 1, …
  if (typeof options !== 'object' || options === null) {
    throw new UsageError(
      explain &&
        `createAuthorizationUrl: an options object is needed, and there is a ${typeof options}. The address of the endpoint is that of the metadata, or of the option "server".`,
    )
  }
  const { parameters = {}, state, nonce, scope, redirectUri, codeVerifier, responseType, responseMode, claims, returnTo, ...wire } = options
  for (const name of Object.keys(wire)) {
    if (/[A-Z]/.test(name)) {
      throw new UsageError(
        explain && `createAuthorizationUrl: there is no option "${name}". Options: ${OPTIONS}; further parameters are spelt in lower case.`,
      )
    }
  }
  if (claims !== undefined && (typeof claims !== 'object' || claims === null)) {
    throw new UsageError(
      explain && 'createAuthorizationUrl: "claims" must be an object, such as { id_token: { acr: { essential: true } } }.',
    )
  }
  const names = namesOf(parameters)
  const double = names.find((name) => name in wire)
  if (double !== undefined) {
    throw new UsageError(explain && `createAuthorizationUrl: "${double}" is given by itself and among the "parameters". Give it once.`)
  }
  const kept = toForm(defaults).filter(([name]) => !Object.hasOwn(wire, name) && !names.includes(name))
  const all = [...kept, ...toForm(wire as Record<string, ParameterValue>), ...toForm(parameters)]
  return { state, nonce, scope, redirectUri, codeVerifier, responseType, responseMode, claims, returnTo, parameters: all }
}

function namesOf(parameters: Parameters): readonly string[] {
  return Array.isArray(parameters) ? (parameters as Form).map(([name]) => name) : Object.keys(parameters)
}
