import { type Authorised, isOAuthError, type ResourceAuthoriser, type ResourceOptions } from '@oauth/core/adapter'
import type { ExtendOptions, Got, NormalizedOptions, Options, Response } from 'got'

/** What is remembered of one call through its redirects and retries. It is in `context`, so whoever logs got's options sees it. */
class CallState {
  attempts = 0
  /** The origin the call was made to. The token goes nowhere else, wherever redirects lead. Empty: it goes nowhere. */
  origin: string | undefined
  /** Whether an attempt was already repeated because of a 401. */
  repeated = false
  /** A body that got turns into a stream to send it, and can turn again. */
  readonly isForm: boolean
  /** Private, since it holds the token: no log prints it. */
  #authorised: Authorised | undefined

  constructor({ origin, isForm }: Pick<CallState, 'origin' | 'isForm'>) {
    this.origin = origin
    this.isForm = isForm
  }

  /** How the last attempt was authorised; absent when it was not. */
  get authorised(): Authorised | undefined {
    return this.#authorised
  }

  set authorised(authorised: Authorised | undefined) {
    this.#authorised = authorised
  }
}

const STATE: unique symbol = Symbol('oauth')

/**
 * A header that is never sent: its value is `undefined`. got takes it away, as it does with `authorization`, when pagination goes on at another
 * origin; that is how a page is known that the server chose and not the application.
 */
const MARK = 'cookie2'

/**
 * The same instance, with the session's token on each attempt of each call. Everything else stays got's: retries, hooks, pagination,
 * streams, errors. A stream gets a fresh token, but its 401 is got's own error: its body may be gone.
 */
export function authorisedGot(instance: Got, authoriser: ResourceAuthoriser): Got {
  const additions: ExtendOptions = {
    headers: { [MARK]: undefined },
    handlers: [
      (options, next) => {
        begin(options)
        return next(options)
      },
    ],
    hooks: {
      beforeRequest: [(options) => authorise(options, authoriser)],
      afterResponse: [async (response, retry) => ((await isRejected(response, authoriser)) ? retry({ preserveHooks: true }) : response)],
      // got wraps whatever a hook throws; our own errors are given back as they are.
      beforeError: [(error) => (isOAuthError(error.cause) ? error.cause : error)],
    },
  }
  return instance.extend(additions)
}

function begin(options: Options): void {
  const origin = MARK in options.headers ? undefined : ''
  const isForm = options.body instanceof FormData
  options.context = { ...options.context, [STATE]: new CallState({ origin, isForm }) }
}

async function authorise(options: NormalizedOptions, authoriser: ResourceAuthoriser): Promise<void> {
  const state = stateOf(options)
  if (state === undefined) return
  const url = new URL(String(options.url))
  const before = state.authorised
  state.authorised = undefined
  state.origin ??= url.origin
  if (before !== undefined && options.headers['authorization'] === before.headers['authorization']) delete options.headers['authorization']
  if (url.origin !== state.origin) return
  const authorised = await authoriser.authorise(
    {
      method: options.method,
      url: url.href,
      headers: headersOf(options),
      replayable: isReplayable(options, state),
      options: (options.context as { oauth?: ResourceOptions }).oauth,
    },
    ++state.attempts,
  )
  if (authorised.url !== url.href) options.url = new URL(authorised.url)
  Object.assign(options.headers, authorised.headers)
  state.authorised = authorised
}

async function isRejected(response: Response, authoriser: ResourceAuthoriser): Promise<boolean> {
  const { options } = response.request
  const state = stateOf(options)
  if (state?.authorised === undefined || state.repeated) return false
  const headers = Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, String(value)]))
  const again = (await authoriser.answered(state.authorised, { status: response.statusCode, headers })) === 'again'
  state.repeated = again && isReplayable(options, state)
  return state.repeated
}

function stateOf({ context }: Pick<Options, 'context'>): CallState | undefined {
  return (context as { [STATE]?: CallState })[STATE]
}

function headersOf({ headers }: Pick<Options, 'headers'>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])))
}

/** A body that is a stream or a generator is gone once it was sent. */
function isReplayable({ body }: Pick<Options, 'body'>, { isForm }: CallState): boolean {
  return body === undefined || typeof body === 'string' || body instanceof Uint8Array || isForm
}
