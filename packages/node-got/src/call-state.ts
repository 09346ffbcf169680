import type { ResourceAuthoriser } from '@oauth/core/adapter'
import type { NormalizedOptions, Options } from 'got'
import { Attempt } from './attempt.js'

/**
 * What is remembered of one call through its redirects and retries. It is in `context`, so whoever logs got's options sees it: what holds a
 * token, or the options themselves, is private.
 */
export class CallState {
  attempts = 0
  /** Whether an attempt was already repeated because of a 401. */
  repeated = false
  /** A body that got turns into a stream to send it, and can turn again. */
  readonly #isMultipart: boolean
  readonly #authoriser: ResourceAuthoriser
  /** Where the call was made to; the origin of its first page, where it has pages before. */
  #first: string | undefined
  #attempt: Attempt | undefined

  constructor(authoriser: ResourceAuthoriser, first: string | undefined, { body }: Pick<Options, 'body'>) {
    this.#authoriser = authoriser
    this.#first = first
    this.#isMultipart = body instanceof FormData
  }

  /** Whether the call is this authoriser's: of sessions that build on one another's instance the last one puts its token on. */
  isOf(authoriser: ResourceAuthoriser): boolean {
    return this.#authoriser === authoriser
  }

  /** Where the call was made to, or of its first page the origin. The token goes to no other origin, wherever redirects lead. */
  get first(): string | undefined {
    return this.#first
  }

  /** The attempt under way. */
  get attempt(): Attempt | undefined {
    return this.#attempt
  }

  /** A body that is a stream or a generator is gone once it was sent. */
  isReplayable({ body }: Pick<Options, 'body'>): boolean {
    return body === undefined || typeof body === 'string' || body instanceof Uint8Array || this.#isMultipart
  }

  /** Begins an attempt. `undefined` where it goes to an origin that gets nothing. */
  begin(options: NormalizedOptions): Attempt | undefined {
    this.forget(options)
    const { href } = options.url instanceof URL ? options.url : new URL(String(options.url))
    this.#first ??= href
    this.#attempt = isSameOrigin(href, this.#first) ? new Attempt(options, href, this.isReplayable(options)) : undefined
    return this.#attempt
  }

  /** Ends the attempt that was under way, of whose options these may be a copy. */
  forget(options: NormalizedOptions): void {
    this.#attempt?.takeBack(options)
    this.#attempt = undefined
  }
}

function isSameOrigin(one: string, other: string): boolean {
  return one === other || new URL(one).origin === new URL(other).origin
}
