import type { ProtocolErrorCode } from './error-code.js'
import type { Explanation } from './explain.js'
import { OAuthError, type OAuthErrorOptions } from './oauth-error.js'

/** A server, or whoever sent the browser to us, broke a rule of the standard. What it sent was not used. */
export class ProtocolError extends OAuthError {
  override readonly name = 'ProtocolError'
  readonly code: ProtocolErrorCode
  /** The clause that was broken, such as `RFC 9207 §2.4`. */
  readonly reference: string

  constructor(code: ProtocolErrorCode, text: Explanation, options: OAuthErrorOptions & { readonly reference: string }) {
    super(`${text || code} (${options.reference})`, options)
    this.code = code
    this.reference = options.reference
  }
}
