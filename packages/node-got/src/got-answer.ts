import type { HttpHeaders } from '@oauth/core/adapter'
import { type GotHeaders, headersOf } from './headers-of.js'

/** An answer as the authoriser sees it. Its headers are put together when they are read, which is rare. */
export class GotAnswer {
  readonly status: number
  readonly #headers: GotHeaders

  constructor({ statusCode = 0, headers }: { readonly statusCode?: number | undefined; readonly headers: GotHeaders }) {
    this.status = statusCode
    this.#headers = headers
  }

  get headers(): HttpHeaders {
    return headersOf(this.#headers)
  }
}
