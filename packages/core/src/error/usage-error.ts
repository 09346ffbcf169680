import type { UsageErrorCode } from './error-code.js'
import { OAuthError, type OAuthErrorOptions } from './oauth-error.js'

/** The library was called or configured wrongly. Nothing was sent. */
export class UsageError extends OAuthError {
  override readonly name = 'UsageError'
  readonly code: UsageErrorCode

  constructor(message: string, { code = 'OAUTH_USAGE', ...options }: OAuthErrorOptions & { readonly code?: UsageErrorCode } = {}) {
    super(message, options)
    this.code = code
  }
}
