import type { Form } from '../http/form.js'
import type { HttpHeaders } from '../http/http-response.js'

/** What one call can ask for beside the request. */
export interface ResourceOptions {
  /** Sends the request without a token. */
  readonly withholdToken?: boolean | undefined
  readonly resource?: string | undefined
  readonly provider?: string | undefined
}

/** A request of the application, as its HTTP client is about to send it. */
export interface ResourceRequest {
  readonly method: string
  /** Absolute. */
  readonly url: string
  readonly headers: HttpHeaders
  /**
   * Whether there is an `authorization` among the headers. `headers` are looked at unless told: adapters say it that put those together when they are
   * asked for, which is rarely.
   */
  readonly isAuthorised?: boolean | undefined
  /** The body, where it is a form. */
  readonly form?: Form | undefined
  /** Whether the request can be sent a second time: `false` for a body that is a stream. */
  readonly replayable: boolean
  readonly options?: ResourceOptions | undefined
}

/** What to send instead: the URL, the headers to set on top of the request's own, and the form where the body is another one now. */
export interface Authorised {
  readonly url: string
  readonly headers: HttpHeaders
  readonly form?: Form | undefined
  /** Names the token that was used; empty when none was. */
  readonly tokenHash: string
}
