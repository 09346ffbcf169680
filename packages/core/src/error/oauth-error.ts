import type { OAuthErrorCode } from './error-code.js'

const brand: unique symbol = Symbol.for('@oauth/error') as never

/** Options that every error of this library takes. */
export interface OAuthErrorOptions {
  /** What made it fail. Only errors that are known to carry no secret are kept as a cause. */
  readonly cause?: unknown
}

/**
 * The root of every error this library throws on purpose.
 *
 * A message names the step, what was checked, what was found and the likely cause. It never contains a token, a code, a verifier,
 * a secret or a cookie, and neither do the enumerable properties, so an error can be logged whole.
 */
export abstract class OAuthError extends Error {
  abstract readonly code: OAuthErrorCode

  constructor(message: string, options?: OAuthErrorOptions) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause })
    Object.defineProperty(this, brand, { value: true })
  }
}

/** Tells whether a value is an error of this library, also when it was thrown by another copy of it. */
export function hasOAuthBrand(error: unknown): error is OAuthError {
  return typeof error === 'object' && error !== null && (error as { [brand]?: unknown })[brand] === true
}
