import type { IncomingHttpHeaders } from 'node:http'
import { isOAuthError, type ResourceAuthoriser, type ResourceOptions } from '@oauth/core/adapter'
import {
  type AfterResponseHook,
  type ExtendOptions,
  type Got,
  type NormalizedOptions,
  type Options,
  RequestError,
  type Response,
} from 'got'
import { CallState, formOf } from './call-state.js'
import { onlyForFailures } from './rejection-hook.js'

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
  const repeat: AfterResponseHook = async (response, retry) =>
    (await isRejected(response, authoriser)) ? retry({ preserveHooks: true }) : response
  const additions: ExtendOptions = {
    headers: { [MARK]: undefined },
    handlers: [
      (options, next) => {
        const state = new CallState(authoriser, MARK in options.headers ? undefined : '', options)
        Object.assign(options.context, { [STATE]: state })
        const call = next(options)
        if (!options.isStream && call instanceof Promise) {
          call.on('response', () => state.answered())
          onlyForFailures(repeat, { call, state, succeeded: (response) => succeeded(state, response, authoriser) })
        }
        return call
      },
    ],
    hooks: {
      beforeRequest: [(options) => authorise(options, authoriser)],
      afterResponse: [repeat],
      // got wraps whatever a hook throws; our own errors are given back as they are.
      beforeError: [(error) => (isOAuthError(error.cause) ? error.cause : speakable(error, authoriser))],
    },
  }
  return instance.extend(additions)
}

function authorise(options: NormalizedOptions, authoriser: ResourceAuthoriser): Promise<void> | undefined {
  const state = stateOf(options, authoriser)
  if (state === undefined) return undefined
  state.begin(options)
  const url = options.url instanceof URL ? options.url : new URL(String(options.url))
  state.origin ??= url.origin
  if (url.origin !== state.origin) return undefined
  const request = {
    method: options.method,
    url: url.href,
    headers: headersOf(options.headers),
    replayable: state.isReplayable(options),
    options: (options.context as { oauth?: ResourceOptions }).oauth,
    // Few ask for it, and it has to be taken apart.
    get form() {
      return formOf(options)
    },
  }
  const authorised = authoriser.authorise(request, ++state.attempts)
  if (authorised instanceof Promise) return authorised.then((known) => state.place(options, known))
  state.place(options, authorised)
  return undefined
}

async function isRejected(response: Response, authoriser: ResourceAuthoriser): Promise<boolean> {
  const { options } = response.request
  const state = stateOf(options, authoriser)
  if (state?.authorised === undefined || state.repeated) return false
  const again = (await authoriser.answered(state.authorised, answerOf(response))) === 'again'
  state.repeated = again && state.isReplayable(options)
  return state.repeated
}

/** The authoriser hears of it, and nobody waits: there is nothing to repeat. */
function succeeded({ authorised }: CallState, response: Parameters<typeof answerOf>[0], authoriser: ResourceAuthoriser): void {
  if (authorised === undefined) return
  const told = authoriser.answered(authorised, answerOf(response))
  if (told instanceof Promise) told.catch(() => undefined)
}

/** got names the URL in what it says, and logs are made of that. */
function speakable(error: Error, authoriser: ResourceAuthoriser): Error {
  const state = error instanceof RequestError ? stateOf(error.options, authoriser) : undefined
  if (state === undefined) return error
  const { message, stack } = error
  error.message = state.withoutToken(message)
  if (stack !== undefined) error.stack = state.withoutToken(stack)
  return error
}

function answerOf({ statusCode = 0, headers }: { readonly statusCode?: number | undefined; readonly headers: IncomingHttpHeaders }) {
  return {
    status: statusCode,
    get headers() {
      return headersOf(headers)
    },
  }
}

function stateOf({ context }: Pick<Options, 'context'>, authoriser: ResourceAuthoriser): CallState | undefined {
  const state = (context as { [STATE]?: CallState })[STATE]
  return state?.isOf(authoriser) ? state : undefined
}

function headersOf(headers: Readonly<Record<string, string | readonly string[] | undefined>>): Record<string, string> {
  const there: Record<string, string> = {}
  for (const name of Object.keys(headers)) {
    const value = headers[name]
    if (value !== undefined) there[name] = typeof value === 'string' ? value : value.join(', ')
  }
  return there
}
