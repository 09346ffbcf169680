import type { AssertionSessionOptions } from '../../src/session/assertion-options.js'
import type { AssertionSession } from '../../src/session/assertion-session.js'
import type { OAuth2Session } from '../../src/session/oauth2-session.js'
import type { SessionOptions } from '../../src/session/session-options.js'
import type { AdapterWorld } from '../adapter-world.js'

/** What the cases need of an HTTP client: what got and ky spell alike. */
export interface AnyHttp {
  get(url: string | URL, options?: CallOptions): Call
  post(url: string | URL, options?: CallOptions): Call
}

interface CallOptions {
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
  readonly body?: FormData
  readonly throwHttpErrors?: boolean
}

interface Call extends Promise<unknown> {
  json(): Promise<unknown>
}

/** What an adapter adds to a session of the core. */
interface Extending<Http> {
  extend(instance: Http): Http
}

/** Options of a session, and the instance that it builds on. */
type On<Http, Options> = Options & { readonly http?: Http | undefined }

export type CaseWorld<Http> = AdapterWorld<OAuth2Session<Http> & Extending<Http>, On<Http, SessionOptions>>

/** An adapter for an HTTP client, and how that client says what the cases ask of it. */
export interface Adapter<Http extends AnyHttp> {
  readonly OAuth2Session: new (options: On<Http, SessionOptions>) => OAuth2Session<Http> & Extending<Http>
  readonly AssertionSession: {
    new (options: On<Http, AssertionSessionOptions>): AssertionSession<Http> & Extending<Http>
    fromServiceAccountFile(path: string, options?: Partial<On<Http, AssertionSessionOptions>>): AssertionSession<Http>
  }
  /** What the client throws for an answer that is an error. */
  readonly HTTPError: new (
    ...given: never
  ) => Error
  /** The client itself, of which instances are made. */
  readonly client: Http
  /** An instance of the client with these headers, which takes paths below `base`. */
  instance(options?: { readonly base?: string; readonly headers?: Readonly<Record<string, string>> }): Http
  startWorld(): Promise<CaseWorld<Http>>
}
