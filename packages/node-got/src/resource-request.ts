import { type Form, formDecode, type HttpHeaders, type ResourceOptions, type ResourceRequest } from '@oauth/core/adapter'
import type { NormalizedOptions } from 'got'

/** An attempt as the authoriser sees it. Its headers are put together when they are read, which is rare. */
export class GotRequest implements ResourceRequest {
  readonly url: string
  readonly isAuthorised: boolean
  readonly replayable: boolean
  readonly #options: NormalizedOptions
  readonly #body: unknown

  constructor(options: NormalizedOptions, { href }: URL, replayable: boolean) {
    this.url = href
    this.isAuthorised = options.headers['authorization'] !== undefined
    this.replayable = replayable
    this.#options = options
    this.#body = options.body
  }

  get method(): string {
    return this.#options.method
  }

  get headers(): HttpHeaders {
    return headersOf(this.#options.headers)
  }

  get options(): ResourceOptions | undefined {
    return (this.#options.context as { oauth?: ResourceOptions }).oauth
  }

  /** Taken apart when it is read, which is rare. */
  get form(): Form | undefined {
    const body = this.#body
    const isForm = typeof body === 'string' && /^application\/x-www-form-urlencoded\s*(;|$)/i.test(this.headers['content-type'] ?? '')
    return isForm ? formDecode(body) : undefined
  }
}

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

type GotHeaders = Readonly<Record<string, string | readonly string[] | undefined>>

function headersOf(headers: GotHeaders): Record<string, string> {
  const there: Record<string, string> = {}
  for (const name of Object.keys(headers)) {
    const value = headers[name]
    if (value !== undefined) there[name] = typeof value === 'string' ? value : value.join(', ')
  }
  return there
}
