import type { AnyOAuthError } from '@oauth/core/adapter'
import { statusOf } from '@oauth/core/routes'

/**
 * Makes what tells the operator of errors that end in a page of ours, which shows the code alone. What is a person's doing, such as a login that was
 * cancelled, is not the operator's; a login whose cookie this instance cannot open is, once, since anybody can send such a cookie.
 */
export function reporter(): (error: AnyOAuthError) => void {
  let isWarned = false
  return (error) => {
    const { code, cause } = error
    if (statusOf(error) >= 500) {
      // biome-ignore lint/suspicious/noConsole: it is how Next reports what a route throws
      console.error(error)
    } else if (!isWarned && code === 'OAUTH_NO_TRANSACTION' && cause instanceof Error) {
      isWarned = true
      // biome-ignore lint/suspicious/noConsole: there is no other way to an operator on every runtime
      console.warn(cause.message)
    }
  }
}
