import type { HttpHeaders, ResourceAuthoriser } from '@oauth/core/adapter'
import { type Following, keptBody, sendToApi } from '@oauth/core/fetch'
import type { Input, Options } from 'ky'
import { KyRequest, mayBeFormOfHook } from './resource-request.js'
import { sendAuthorised } from './send-authorised.js'
import { unlessAborted } from './unless-aborted.js'

type Send = Following['send']

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
  fetch(input: Input, { oauth: _ours, ...init }: RequestInit & { readonly oauth?: unknown } = {}): Promise<Response> {
    const request = typeof input === 'string' || input instanceof URL ? new Request(input, init) : input
    const send: Send = (sent, more) => this.#send(sent, more === undefined ? init : { ...init, ...more })
    const { url } = request
    this.#firstUrl ??= url
    if (isSameOrigin(url, this.#firstUrl)) return this.#attempt(request, { url, send })
    return sendToApi(request, { send, body: () => keptBody(request) })
  }

  /**
   * Awaits, copies and reads only what this attempt needs: most have a fresh token, and an answer that is no 401.
   *
   * @param url of the request, which puts it together whenever it is asked.
   */
  async #attempt(request: Request, { url, send }: { readonly url: string; readonly send: Send }): Promise<Response> {
    const text = mayBeFormOfHook(request, this.#options) ? await request.clone().text() : undefined
    const resource = new KyRequest(request, { url, options: this.#options, text })
    this.#attempts += 1
    const asked = this.#authoriser.authorise(resource, this.#attempts)
    const authorised = asked instanceof Promise ? await unlessAborted(asked, request.signal) : asked

    const isRepeatable = resource.replayable && !this.#repeated && authorised.tokenHash !== ''
    // A body is gone once it was sent.
    const copy = isRepeatable && request.body !== null ? request.clone() : request
    const response = await sendAuthorised(request, authorised, { send, resource })
    // Where a redirect led to another origin, the token did not go along, and the answer says nothing of it.
    if (this.#repeated || (response.redirected && !isSameOrigin(response.url, url))) return response

    const answered = this.#authoriser.answered(authorised, new Answer(response))
    const verdict = answered instanceof Promise ? await unlessAborted(answered, request.signal) : answered
    if (verdict === 'done' || !isRepeatable) return response
    this.#repeated = true
    // Not waited for: where `fetch` keeps a copy of the answer, as Next does, this ends when that is given up too.
    response.body?.cancel().catch(() => undefined)
    return this.#attempt(copy, { url, send })
  }
}

/** An answer as the authoriser sees it. Its headers are put together when they are read, which is rare. */
class Answer {
  readonly #response: Response

  constructor(response: Response) {
    this.#response = response
  }

  get status(): number {
    return this.#response.status
  }

  get headers(): HttpHeaders {
    return Object.fromEntries(this.#response.headers)
  }
}

function isSameOrigin(one: string, other: string): boolean {
  return one === other || new URL(one).origin === new URL(other).origin
}
