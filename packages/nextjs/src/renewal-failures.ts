import { type AnyOAuthError, isOAuthError } from '@oauth/core/adapter'

/** A renewal that the proxy has tried in vain. */
export interface RenewalFailure {
  readonly provider: string
  readonly error: AnyOAuthError
}

/**
 * The request header by which the proxy tells pages which renewals have failed, each as name and code: on the edge it shares no memory with them. It is
 * written over like the page's address, or taken off.
 */
export const RENEWAL_HEADER = 'x-oauth-renewal'

/** Tells whether it is one to speak of, and not that somebody logged out meanwhile, or that there is nothing to renew a token with. */
export function isFailure(error: AnyOAuthError): boolean {
  if (error.name === 'RefreshError') return error.reason !== 'session_deleted' && error.reason !== 'no_refresh_token'
  return error.code !== 'OAUTH_MISSING_TOKEN'
}

/** What is behind a renewal that may succeed later. */
export function causeOf(error: AnyOAuthError): AnyOAuthError {
  return error.code === 'OAUTH_REFRESH_TRANSIENT' && isOAuthError(error.cause) ? error.cause : error
}

/** The header's value; `undefined` where there is nothing to tell. */
export function writeFailures(failures: readonly RenewalFailure[]): string | undefined {
  return failures.map(({ provider, error }) => `${provider}: ${causeOf(error).code}`).join(', ') || undefined
}

/** What the header says. Where no proxy is, it may come from anybody: what is not of this form is not repeated. */
export function readFailures(value: string | undefined): string | undefined {
  const isOurs = value?.split(', ').every((one) => /^[\w-]{1,64}: OAUTH_[A-Z_]{1,64}$/.test(one))
  return isOurs ? value : undefined
}
