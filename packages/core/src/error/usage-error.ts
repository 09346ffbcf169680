import type { UsageErrorCode } from './error-code.js'
import type { Explanation } from './explain.js'
import { OAuthError, type OAuthErrorOptions } from './oauth-error.js'

/** The library was called or configured wrongly. Nothing was sent. */
export class UsageError extends OAuthError {
  override readonly name = 'UsageError'
  readonly code: UsageErrorCode

  constructor(text: Explanation, { code = 'OAUTH_USAGE', ...options }: OAuthErrorOptions & { readonly code?: UsageErrorCode } = {}) {
    super(text || code, options)
    this.code = code
  }
}
