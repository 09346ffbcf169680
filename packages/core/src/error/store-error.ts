import { explain } from './explain.js'
import { OAuthError, type OAuthErrorOptions } from './oauth-error.js'

/** The store could not be read or written. This says nothing of whether somebody is logged in. */
export class StoreError extends OAuthError {
  override readonly name = 'StoreError'
  readonly code = 'OAUTH_STORE'

  constructor(operation: 'read' | 'write' | 'delete', options?: OAuthErrorOptions) {
    super(explain ? `The store could not ${operation} the session or token.` : `OAUTH_STORE: ${operation}`, options)
  }
}
