import {
  type Authorised,
  type Form,
  formDecode,
  formEncode,
  type HttpHeaders,
  type ResourceOptions,
  type ResourceRequest,
} from '@oauth/core/adapter'
import type { NormalizedOptions } from 'got'
import { headersOf } from './headers-of.js'

/**
 * One attempt of a call: what the authoriser is asked about, what it has put there, and what was there before. Its headers are put together when they are
 * read, which is rare.
 */
export class Attempt implements ResourceRequest {
  readonly url: string
  readonly isAuthorised: boolean
  readonly replayable: boolean
  /** got copies them for each attempt. */
  readonly gotOptions: NormalizedOptions
  readonly #bodyBefore: NormalizedOptions['body']
  #authorised: Authorised | undefined
  #headersBefore: Record<string, string | string[] | undefined> | undefined
  #body: NormalizedOptions['body']

  constructor(options: NormalizedOptions, url: string, replayable: boolean) {
    this.url = url
    // What is asked of got's headers goes through a proxy of theirs, which is slow.
    this.isAuthorised = options.headers['authorization'] !== undefined
    this.replayable = replayable
    this.gotOptions = options
    this.#bodyBefore = options.body
    this.#body = this.#bodyBefore
  }

  get method(): string {
    return this.gotOptions.method
  }

  get headers(): HttpHeaders {
    return headersOf(this.gotOptions.headers)
  }

  get options(): ResourceOptions | undefined {
    return (this.gotOptions.context as { oauth?: ResourceOptions }).oauth
  }

  /** Taken apart when it is read, which is rare. */
  get form(): Form | undefined {
    const body = this.#bodyBefore
    const isForm = typeof body === 'string' && /^application\/x-www-form-urlencoded\s*(;|$)/i.test(this.headers['content-type'] ?? '')
    return isForm ? formDecode(body) : undefined
  }

  /** What was put on it; absent when nothing was. */
  get authorised(): Authorised | undefined {
    return this.#authorised
  }

  /** Whether its token is in its body. */
  get isInBody(): boolean {
    return this.#body !== this.#bodyBefore
  }

  /** Puts an authorisation on it. */
  place(authorised: Authorised): void {
    const options = this.gotOptions
    const { headers } = options
    const before: Record<string, string | string[] | undefined> = {}
    for (const name of Object.keys(authorised.headers)) {
      before[name] = headers[name]
      headers[name] = authorised.headers[name]
    }
    this.#authorised = authorised
    this.#headersBefore = before
    if (authorised.url !== this.url) setUrl(options, authorised.url)
    if (authorised.form !== undefined) {
      this.#body = formEncode(authorised.form)
      if (this.#body !== this.#bodyBefore) options.body = this.#body
    }
  }

  /**
   * The request is made, and has its own copy of the headers and the URL: what was put there is taken back, unless somebody has replaced it since. Options
   * of got are in its errors, and errors in logs. The body stays: its length is what a redirect goes by.
   */
  requested(options: NormalizedOptions = this.gotOptions): void {
    const before = this.#headersBefore
    const authorised = this.#authorised
    if (before === undefined || authorised === undefined) return
    const { headers } = options
    for (const name of Object.keys(before)) {
      // To got, `undefined` is a header that is not there. To delete it is slow.
      if (headers[name] === authorised.headers[name]) headers[name] = before[name]
    }
    if (authorised.url !== this.url && String(options.url) === authorised.url) setUrl(options, this.url)
  }

  /** The same, and the body. @param options may be a copy that got has made for the next attempt. */
  takeBack(options: NormalizedOptions = this.gotOptions): void {
    this.requested(options)
    if (this.isInBody && options.body === this.#body) options.body = this.#bodyBefore
  }

  /** A text about it, with the query as the application wrote it: where a token is in it, messages of errors are no place for it. */
  withoutToken(text: string): string {
    const { url = this.url } = this.#authorised ?? {}
    return url === this.url ? text : text.replaceAll(new URL(url).search, new URL(this.url).search)
  }
}

/** In place: with `allowAbsoluteUrls: false` got takes no absolute URL, and this one has the origin of the one before. */
function setUrl(options: NormalizedOptions, url: string): void {
  if (options.url instanceof URL) options.url.href = url
  else options.url = url
}
