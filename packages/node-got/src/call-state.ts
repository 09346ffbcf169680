import { type Authorised, formEncode, type ResourceAuthoriser } from '@oauth/core/adapter'
import type { NormalizedOptions, Options } from 'got'

/** Something of got's options before an attempt, and what was put there for it. */
interface Replaced<T> {
  readonly before: T
  readonly after: T
}

interface PlacedHeader extends Replaced<string | string[] | undefined> {
  readonly name: string
}

/** What was put on an attempt. */
interface Placed {
  readonly authorised: Authorised
  readonly headers: readonly PlacedHeader[]
  readonly url: Replaced<string>
  readonly body: Replaced<NormalizedOptions['body']>
}

/**
 * What is remembered of one call through its redirects and retries. It is in `context`, so whoever logs got's options sees it: what holds a
 * token, or the options themselves, is private.
 */
export class CallState {
  attempts = 0
  /** The origin the call was made to, or the first of its pages. The token goes nowhere else, wherever redirects lead. */
  origin: string | undefined
  /** Whether an attempt was already repeated because of a 401. */
  repeated = false
  /** A body that got turns into a stream to send it, and can turn again. */
  readonly #isMultipart: boolean
  readonly #authoriser: ResourceAuthoriser
  #options: NormalizedOptions | undefined
  #placed: Placed | undefined

  constructor(authoriser: ResourceAuthoriser, origin: string | undefined, { body }: Pick<Options, 'body'>) {
    this.#authoriser = authoriser
    this.origin = origin
    this.#isMultipart = body instanceof FormData
  }

  /** Whether the call is this authoriser's: of sessions that build on one another's instance the last one puts its token on. */
  isOf(authoriser: ResourceAuthoriser): boolean {
    return this.#authoriser === authoriser
  }

  /** The options of the attempt under way: got copies them for each. */
  get options(): NormalizedOptions | undefined {
    return this.#options
  }

  /** How the attempt under way is authorised; absent when it is not. */
  get authorised(): Authorised | undefined {
    return this.#placed?.authorised
  }

  /** A body that is a stream or a generator is gone once it was sent. */
  isReplayable({ body }: Pick<Options, 'body'>): boolean {
    return body === undefined || typeof body === 'string' || body instanceof Uint8Array || this.#isMultipart
  }

  /** Begins an attempt, whose options may be a copy of those of the one before. */
  begin(options: NormalizedOptions): void {
    this.#options = options
    this.takeBack()
    this.#placed = undefined
  }

  /** Takes back what was put on the attempt, unless somebody has replaced it since: options of got are in its errors, and errors in logs. */
  takeBack(): void {
    this.requested()
    if (this.#options === undefined || this.#placed === undefined) return
    const { before, after } = this.#placed.body
    if (after !== before && this.#options.body === after) this.#options.body = before
  }

  /** The request is made, and has its own copy of the headers and the URL. The body stays: its length is what a redirect goes by. */
  requested(): void {
    if (this.#options === undefined || this.#placed === undefined) return
    const options = this.#options
    const { headers, url } = this.#placed
    const current = options.headers
    for (const { name, before, after } of headers) {
      if (current[name] !== after) continue
      if (before === undefined) delete current[name]
      else current[name] = before
    }
    if (url.after !== url.before && String(options.url) === url.after) setUrl(options, url.before)
  }

  /** A text about the attempt, with the query as the application wrote it: where a token is in it, messages of errors are no place for it. */
  withoutToken(text: string): string {
    if (this.#placed === undefined) return text
    const { before, after } = this.#placed.url
    return before === after ? text : text.replaceAll(new URL(after).search, new URL(before).search)
  }

  /** Puts an authorisation on the attempt. */
  place(options: NormalizedOptions, authorised: Authorised): void {
    // What is asked of got's headers goes through a proxy of theirs, which is slow.
    const current = options.headers
    const headers: PlacedHeader[] = []
    for (const name of Object.keys(authorised.headers)) {
      const after = authorised.headers[name]
      headers.push({ name, before: current[name], after })
      current[name] = after
    }
    const url = { before: String(options.url), after: authorised.url }
    if (url.after !== url.before) setUrl(options, url.after)
    const { body } = options
    const after = authorised.form === undefined ? body : formEncode(authorised.form)
    if (after !== body) options.body = after
    this.#placed = { authorised, headers, url, body: { before: body, after } }
  }
}

/** In place: with `allowAbsoluteUrls: false` got takes no absolute URL, and this one has the origin of the one before. */
function setUrl(options: NormalizedOptions, url: string): void {
  if (options.url instanceof URL) options.url.href = url
  else options.url = url
}
