import { UsageError } from '../error/usage-error.js'
import type { Parameters, ParameterValue } from '../http/form.js'
import type { AuthorizationRequestOptions } from '../message/authorization-request.js'

/** Options of `createAuthorizationUrl`: ours in camelCase; further parameters under their wire names, as in `{ prompt: 'consent' }`. */
export interface AuthorizationUrlOptions {
  readonly state?: string | undefined
  readonly nonce?: string | undefined
  readonly scope?: string | readonly string[] | undefined
  readonly redirectUri?: string | undefined
  readonly codeVerifier?: string | undefined
  readonly responseMode?: 'query' | 'form_post' | undefined
  /** Kept in the transaction: where the application goes on after the login. */
  readonly returnTo?: string | undefined
  /** Further parameters whose names are not lower case, or whose order matters. */
  readonly parameters?: Parameters | undefined
  readonly [parameter: string]: ParameterValue | Parameters
}

const OPTIONS: ReadonlySet<string> = new Set([
  'state',
  'nonce',
  'scope',
  'redirectUri',
  'codeVerifier',
  'responseMode',
  'returnTo',
  'parameters',
])

/** Tells our options and the request's parameters apart, by spelling. */
export function splitAuthorizationOptions(options: AuthorizationUrlOptions): {
  readonly own: Pick<
    AuthorizationRequestOptions,
    'state' | 'nonce' | 'scope' | 'redirectUri' | 'codeVerifier' | 'responseMode' | 'returnTo' | 'parameters'
  >
  readonly wire: Readonly<Record<string, ParameterValue>>
} {
  const { state, nonce, scope, redirectUri, codeVerifier, responseMode, returnTo, parameters, ...wire } = options
  for (const name of Object.keys(wire)) {
    if (/[A-Z]/.test(name)) {
      throw new UsageError(
        `createAuthorizationUrl: there is no option "${name}". Options: ${[...OPTIONS].join(', ')}; further parameters are spelt in lower case.`,
      )
    }
  }
  return {
    own: { state, nonce, scope, redirectUri, codeVerifier, responseMode, returnTo, parameters },
    wire: wire as Record<string, ParameterValue>,
  }
}
