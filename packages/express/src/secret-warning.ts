import type { AnyOAuthError } from '@oauth/core/adapter'

/**
 * Makes what tells the operator of logins whose cookie this instance cannot open, which the person who sees the error can do nothing about. Once,
 * since anybody can send such a cookie.
 */
export function secretWarning(): (error: AnyOAuthError) => void {
  let isGiven = false
  return ({ code, cause }) => {
    if (isGiven || code !== 'OAUTH_NO_TRANSACTION' || !(cause instanceof Error)) return
    isGiven = true
    process.emitWarning(cause.message, { type: 'OAuthWarning', code: 'OAUTH_OTHER_SECRET' })
  }
}
