import { Duplex } from 'node:stream'
import { isForAnyServer, isOAuthError, type ResourceAuthoriser } from '@oauth/core/adapter'
import {
  type AfterResponseHook,
  type ExtendOptions,
  type Got,
  type NormalizedOptions,
  type Options,
  RequestError,
  type Response,
} from 'got'
import { CallState } from './call-state.js'
import { onlyForFailures } from './rejection-hook.js'
import { GotAnswer, GotRequest } from './resource-request.js'

const STATE: unique symbol = Symbol('oauth')
const ORIGIN: unique symbol = Symbol('oauth origin')

interface OwnContext {
  [STATE]?: CallState
  /** Where the first page was, on the pages after it. The server says where those are, and the token does not follow to other origins. */
  [ORIGIN]?: string
}

/**
 * The same instance, with the session's token on each attempt of each call. Everything else stays got's: retries, hooks, pagination,
 * streams, errors. A stream gets a fresh token, but its 401 is got's own error: its body may be gone.
 */
export function authorisedGot(instance: Got, authoriser: ResourceAuthoriser): Got {
  const repeat: AfterResponseHook = async (response, retry) =>
    (await isRejected(response, authoriser)) ? retry({ preserveHooks: true }) : response
  const additions: ExtendOptions = {
    handlers: [
      (options, next) => {
        const state = begun(options, authoriser)
        const call = next(options)
        if (!options.isStream && call instanceof Promise) {
          onlyForFailures(repeat, { call, state, succeeded: (response) => succeeded(state, new GotAnswer(response), authoriser) })
        } else if (call instanceof Duplex) {
          call.on('request', () => state.requested())
        }
        return call
      },
    ],
    hooks: {
      init: [(_added, options) => rememberOrigin(options)],
      beforeRequest: [(options) => authorise(options, authoriser)],
      beforeRedirect: [(options) => leave(options, authoriser)],
      afterResponse: [repeat],
      // got wraps whatever a hook throws; our own errors are given back as they are.
      beforeError: [(error) => (isOAuthError(error.cause) ? error.cause : speakable(error, authoriser))],
    },
  }
  return instance.extend(additions)
}

/** Options of a call get their URL last: where they have one when others are merged into them, a page follows. */
function rememberOrigin({ url, context }: Options): void {
  const own: OwnContext = context
  if (url !== undefined) own[ORIGIN] ??= new URL(url).origin
}

/** Begins a call. Options that `paginate` gave back are those of the page before, with its state. */
function begun(options: Options, authoriser: ResourceAuthoriser): CallState {
  const context: OwnContext = options.context
  const before = context[STATE]
  // Whatever their type says, a handler gets normalised options.
  before?.begin(options as NormalizedOptions)
  const state = new CallState(authoriser, before?.origin ?? context[ORIGIN], options)
  context[STATE] = state
  return state
}

function authorise(options: NormalizedOptions, authoriser: ResourceAuthoriser): Promise<void> | undefined {
  const state = stateOf(options, authoriser)
  if (state === undefined) return undefined
  state.begin(options)
  const url = options.url instanceof URL ? options.url : new URL(String(options.url))
  state.origin ??= url.origin
  if (url.origin !== state.origin) return undefined
  const request = new GotRequest(options, url, state.isReplayable(options))
  const authorised = authoriser.authorise(request, ++state.attempts)
  if (authorised instanceof Promise) return authorised.then((known) => state.place(options, known))
  state.place(options, authorised)
  return undefined
}

/** A redirect to another origin takes along what any server may know: an API's key is for that API, as its token is. */
function leave(options: NormalizedOptions, authoriser: ResourceAuthoriser): void {
  const { origin } = stateOf(options, authoriser) ?? {}
  if (origin === undefined || new URL(String(options.url)).origin === origin) return
  for (const name of Object.keys(options.headers)) if (!isForAnyServer(name)) delete options.headers[name]
}

async function isRejected(response: Response, authoriser: ResourceAuthoriser): Promise<boolean> {
  const { options } = response.request
  const state = stateOf(options, authoriser)
  if (state?.authorised === undefined || state.repeated) return false
  const again = (await authoriser.answered(state.authorised, new GotAnswer(response))) === 'again'
  state.repeated = again && state.isReplayable(options)
  return state.repeated
}

/** The authoriser hears of it, and nobody waits: there is nothing to repeat. */
function succeeded({ authorised }: CallState, answer: GotAnswer, authoriser: ResourceAuthoriser): void {
  if (authorised === undefined) return
  const told = authoriser.answered(authorised, answer)
  if (told instanceof Promise) told.catch(() => undefined)
}

/** An error without the token, also where no request was made: an answer from the cache, say. got has put the URL into some texts by then. */
function speakable(error: Error, authoriser: ResourceAuthoriser): Error {
  if (!(error instanceof RequestError)) return error
  const state = stateOf(error.options, authoriser)
  if (state === undefined) return error
  state.takeBack()
  const { message, stack, response } = error
  error.message = state.withoutToken(message)
  if (stack !== undefined) error.stack = state.withoutToken(stack)
  if (response !== undefined) response.url = state.withoutToken(response.url)
  return error
}

function stateOf({ context }: Pick<Options, 'context'>, authoriser: ResourceAuthoriser): CallState | undefined {
  const state = (context as OwnContext)[STATE]
  return state?.isOf(authoriser) ? state : undefined
}
