import type { Form } from '../http/form.js'
import type { HttpHeaders } from '../http/http-response.js'

/** The body of a request, as far as the routes need it: a form, or a reason why it is none. */
export type RouteBody = { readonly kind: 'form'; readonly pairs: Form } | { readonly kind: 'unsupported' | 'too_large' }

/** A browser's request as plain data. Made by a framework adapter. */
export interface RouteRequest {
  readonly method: string
  /** Path and query as the browser sent them: the base URL's path included, whatever a proxy or a mount point took away. */
  readonly url: string
  readonly headers: HttpHeaders
  /** In the order of the header, repeats included. */
  readonly cookies: Form
  readonly body?: RouteBody | undefined
  /**
   * Whether a script has sent it, where `headers` are told as those of a person who goes to a page. Its answer clears no cookie: it may have been sent
   * before a login that has just set a new one, which the browser would then drop.
   */
  readonly inBackground?: boolean | undefined
}

/** Largest form body that an adapter reads for a route, in bytes. */
export const MAX_FORM_BYTES = 65_536
