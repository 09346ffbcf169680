import type { AuthorizationResponseError } from './authorization-response-error.js'
import type { ChallengeError } from './challenge-error.js'
import type { EndpointError } from './endpoint-error.js'
import { hasOAuthBrand } from './oauth-error.js'
import type { PersistError } from './persist-error.js'
import type { ProtocolError } from './protocol-error.js'
import type { RefreshError } from './refresh-error.js'
import type { ResponseError } from './response-error.js'
import type { StoreError } from './store-error.js'
import type { TransportError } from './transport-error.js'
import type { UsageError } from './usage-error.js'

/** The union of all error classes: `switch (error.code)` narrows to the class. */
export type AnyOAuthError =
  | UsageError
  | ProtocolError
  | AuthorizationResponseError
  | EndpointError
  | ChallengeError
  | ResponseError
  | TransportError
  | RefreshError
  | PersistError
  | StoreError

/**
 * Tells whether a caught value is an error of this library. Works across copies of the library, where `instanceof` does not.
 *
 * @example
 * try { await session.http.get('me') } catch (error) {
 *   if (isOAuthError(error) && error.code === 'OAUTH_REFRESH_TERMINAL') return login()
 *   throw error
 * }
 */
export function isOAuthError(error: unknown): error is AnyOAuthError {
  return hasOAuthBrand(error)
}

/** The same for one class. */
export function isErrorOf<Name extends AnyOAuthError['name']>(
  error: unknown,
  name: Name,
): error is Extract<AnyOAuthError, { readonly name: Name }> {
  return isOAuthError(error) && error.name === name
}
