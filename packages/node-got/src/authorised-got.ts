import type { ClientRequest } from 'node:http'
import { Duplex } from 'node:stream'
import { isForAnyServer, isOAuthError, type ResourceAuthoriser } from '@oauth/core/adapter'
import {
  type AfterResponseHook,
  type BeforeRequestHook,
  type ExtendOptions,
  type Got,
  type NormalizedOptions,
  type Options,
  RequestError,
  type Response,
} from 'got'
import type { Attempt } from './attempt.js'
import { CallState } from './call-state.js'
import { GotAnswer } from './got-answer.js'

const STATE: unique symbol = Symbol('oauth')
const FIRST: unique symbol = Symbol('oauth origin of the first page')

interface OwnContext {
  [STATE]?: CallState
  /** Of where the first page was, on the pages after it. The server says where those are, and the token does not follow to other origins. */
  [FIRST]?: string
}

/**
 * The same instance, with the session's token on each attempt of each call. Everything else stays got's: retries, hooks, pagination,
 * streams, errors. A stream gets a fresh token, but its 401 is got's own error: its body may be gone.
 */
export function authorisedGot(instance: Got, authoriser: ResourceAuthoriser): Got {
  const repeat: AfterResponseHook = async (response, retry) =>
    (await isRejected(response, authoriser)) ? retry({ preserveHooks: true }) : response
  const after = instance.defaults.options.hooks.afterResponse.length

  /**
   * Has `repeat` called, in the place of a hook of this instance's. Only where there may be something to repeat: got copies URL, headers and body before each
   * such hook, which costs a successful call more than all the rest of its authorisation.
   */
  function judge({ hooks: { afterResponse } }: Pick<NormalizedOptions, 'hooks'>): void {
    if (!afterResponse.includes(repeat)) afterResponse.splice(after, 0, repeat)
  }

  const authorise: BeforeRequestHook = (options) => {
    // Then an answer may come without a request.
    if (options.cache || options.hooks.beforeRequest.at(-1) !== authorise) judge(options)
    return authorised(options, authoriser)
  }
  const additions: ExtendOptions = {
    handlers: [
      (options, next) => {
        const state = begun(options, authoriser)
        const call = next(options)
        if (!options.isStream && call instanceof Promise) {
          call.on('request', (request: ClientRequest) => {
            const { attempt } = state
            if (attempt === undefined) return
            attempt.requested()
            // An answer that cannot be parsed makes an error of its own, which no hook sees.
            if (attempt.isInBody) call.once('response', () => attempt.takeBack())
            request.on('response', (response) => {
              const { statusCode: status = 400 } = response
              // A redirect that is followed goes by all hooks.
              const isJudged = status < 300 && !state.repeated && attempt.gotOptions.hooks.afterResponse.includes(repeat)
              if (status >= 400) judge(attempt.gotOptions)
              else if (!isJudged) succeeded(attempt, new GotAnswer(response), authoriser)
            })
          })
        } else if (call instanceof Duplex) {
          call.on('request', () => state.attempt?.requested())
        }
        return call
      },
    ],
    hooks: {
      init: [(_added, options) => rememberFirst(options)],
      beforeRequest: [authorise],
      beforeRedirect: [(options) => leave(options, authoriser)],
      // got wraps whatever a hook throws; our own errors are given back as they are.
      beforeError: [(error) => (isOAuthError(error.cause) ? error.cause : speakable(error, authoriser))],
    },
  }
  return instance.extend(additions)
}

/** Options of a call get their URL last: where they have one when others are merged into them, a page follows. */
function rememberFirst({ url, context }: Options): void {
  const own: OwnContext = context
  if (url !== undefined) own[FIRST] ??= new URL(url).origin
}

/** Begins a call. Options that `paginate` gave back are those of the page before, with its state. */
function begun(options: Options, authoriser: ResourceAuthoriser): CallState {
  const context: OwnContext = options.context
  const before = context[STATE]
  // Whatever their type says, a handler gets normalised options.
  before?.forget(options as NormalizedOptions)
  const state = new CallState(authoriser, before?.first ?? context[FIRST], options)
  context[STATE] = state
  return state
}

function authorised(options: NormalizedOptions, authoriser: ResourceAuthoriser): Promise<void> | undefined {
  const state = stateOf(options, authoriser)
  const attempt = state?.begin(options)
  if (state === undefined || attempt === undefined) return undefined
  const known = authoriser.authorise(attempt, ++state.attempts)
  if (known instanceof Promise) return known.then((awaited) => attempt.place(awaited))
  attempt.place(known)
  return undefined
}

/** A redirect to another origin takes along what any server may know: an API's key is for that API, as its token is. */
function leave(options: NormalizedOptions, authoriser: ResourceAuthoriser): void {
  const { first } = stateOf(options, authoriser) ?? {}
  if (first === undefined || new URL(String(options.url)).origin === new URL(first).origin) return
  for (const name of Object.keys(options.headers)) if (!isForAnyServer(name)) delete options.headers[name]
}

async function isRejected(response: Response, authoriser: ResourceAuthoriser): Promise<boolean> {
  const { options } = response.request
  const state = stateOf(options, authoriser)
  const authorised = state?.attempt?.authorised
  if (state === undefined || authorised === undefined || state.repeated) return false
  const again = (await authoriser.answered(authorised, new GotAnswer(response))) === 'again'
  state.repeated = again && state.isReplayable(options)
  return state.repeated
}

/** The authoriser hears of it, and nobody waits: there is nothing to repeat. */
function succeeded({ authorised }: Attempt, answer: GotAnswer, authoriser: ResourceAuthoriser): void {
  if (authorised === undefined) return
  const told = authoriser.answered(authorised, answer)
  if (told instanceof Promise) told.catch(() => undefined)
}

/** An error without the token, also where no request was made: an answer from the cache, say. got has put the URL into some texts by then. */
function speakable(error: Error, authoriser: ResourceAuthoriser): Error {
  if (!(error instanceof RequestError)) return error
  const attempt = stateOf(error.options, authoriser)?.attempt
  if (attempt === undefined) return error
  attempt.takeBack()
  const { message, stack, response } = error
  error.message = attempt.withoutToken(message)
  if (stack !== undefined) error.stack = attempt.withoutToken(stack)
  if (response !== undefined) response.url = attempt.withoutToken(response.url)
  return error
}

function stateOf({ context }: Pick<Options, 'context'>, authoriser: ResourceAuthoriser): CallState | undefined {
  const state = (context as OwnContext)[STATE]
  return state?.isOf(authoriser) ? state : undefined
}
