import type { Authorised, Maybe, ResourceAuthoriser, ResourceRequest } from '@oauth/core/adapter'
import type { Input, Options } from 'ky'
import { authorisedRequest } from './authorised-request.js'
import { resourceRequest } from './resource-request.js'
import { unlessAborted } from './unless-aborted.js'

/** One call of the application through its attempts: ky's own, and the one that repeats a call whose token was rejected. */
export class AuthorisedCall {
  readonly #options: Options
  readonly #authoriser: ResourceAuthoriser
  readonly #send: (request: Request, init: RequestInit) => Promise<Response>
  #attempts = 0
  /** Where the first attempt went. The token goes to no other origin, wherever hooks lead later ones. */
  #firstUrl: string | undefined
  #repeated = false

  /** @param options of this call. They are read at each attempt: `init` hooks that run later may still change them. */
  constructor(options: Options, authoriser: ResourceAuthoriser) {
    const { fetch: send = globalThis.fetch } = options
    this.#options = options
    this.#authoriser = authoriser
    // The `fetch` of a browser refuses to be called as a method.
    this.#send = (request, init) => send(request, init)
  }

  /** Makes one attempt: what ky calls in place of `fetch`. */
  async fetch(input: Input, { oauth: _ours, ...init }: RequestInit & { readonly oauth?: unknown } = {}): Promise<Response> {
    const request = typeof input === 'string' || input instanceof URL ? new Request(input, init) : input
    this.#firstUrl ??= request.url
    if (!isSameOrigin(request.url, this.#firstUrl)) return this.#send(request, init)

    const resource = resourceRequest(request, this.#options)
    const asked = this.#authorise(resource)
    const authorised = asked instanceof Promise ? await unlessAborted(asked, request.signal) : asked
    const isRepeatable = resource.replayable && !this.#repeated && authorised.tokenHash !== ''
    // A body is gone once it was sent: it is copied before.
    const copy = isRepeatable && request.body !== null ? request.clone() : request
    const response = await this.#sendAuthorised(await authorisedRequest(request, authorised, resource), authorised, init)
    if (this.#repeated || !(await this.#isRejected(response, authorised, request)) || !isRepeatable) return response
    this.#repeated = true
    await response.body?.cancel()
    const renewed = await unlessAborted(this.#authorise(resource), request.signal)
    return this.#sendAuthorised(await authorisedRequest(copy, renewed, resource), renewed, init)
  }

  #authorise(resource: ResourceRequest): Maybe<Authorised> {
    this.#attempts += 1
    return this.#authoriser.authorise(resource, this.#attempts)
  }

  async #sendAuthorised(request: Request, { headers }: Authorised, init: RequestInit): Promise<Response> {
    try {
      return await this.#send(request, init)
    } finally {
      // ky's errors hold the request. Whoever logs them should not log the token.
      for (const name of Object.keys(headers)) request.headers.delete(name)
    }
  }

  async #isRejected(response: Response, authorised: Authorised, { url, signal }: Request): Promise<boolean> {
    // The answer of another origin, where a redirect led without the token, says nothing of the token.
    if (response.redirected && !isSameOrigin(response.url, url)) return false
    const { status, headers } = response
    const answered = this.#authoriser.answered(authorised, { status, headers: Object.fromEntries(headers) })
    return (await (answered instanceof Promise ? unlessAborted(answered, signal) : answered)) === 'again'
  }
}

function isSameOrigin(one: string, other: string): boolean {
  return one === other || new URL(one).origin === new URL(other).origin
}
