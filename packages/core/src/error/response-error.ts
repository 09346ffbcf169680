import type { ResponseErrorCode } from './error-code.js'
import { type Explanation, explain } from './explain.js'
import { OAuthError, type OAuthErrorOptions } from './oauth-error.js'

/** Where and with what status the unusable answer came. */
export interface ResponseErrorOptions extends OAuthErrorOptions {
  readonly endpoint: string
  readonly status: number
  /** Seconds that the server asked to be left alone for (`Retry-After`). */
  readonly retryAfter?: number | undefined
}

/** An endpoint answered with something that is not the answer the standard describes. The body is not in the message. */
export class ResponseError extends OAuthError {
  override readonly name = 'ResponseError'
  readonly code: ResponseErrorCode
  readonly endpoint: string
  readonly status: number
  readonly retryAfter: number | undefined

  constructor(code: ResponseErrorCode, text: Explanation, { endpoint, status, retryAfter, ...options }: ResponseErrorOptions) {
    super(explain ? `The ${endpoint} endpoint's answer (HTTP status ${status}) ${text}` : `${code}: ${endpoint}, status ${status}`, options)
    this.code = code
    this.endpoint = endpoint
    this.status = status
    this.retryAfter = retryAfter
  }
}
