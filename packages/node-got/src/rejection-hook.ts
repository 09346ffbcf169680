import type { ClientRequest, IncomingMessage } from 'node:http'
import type { AfterResponseHook, RequestPromise } from 'got'
import type { CallState } from './call-state.js'

/**
 * Takes an `afterResponse` hook out of its place while got need not call it, and puts it back where it was for an answer that is a failure: got
 * copies URL, headers and body before each such hook, which costs a successful call more than all the rest of its authorisation.
 *
 * Answers that no request brought (from the cache, or made by another hook) find it in its place. `succeeded` is told of those that it misses.
 */
export function onlyForFailures(
  hook: AfterResponseHook,
  { call, state, succeeded }: { readonly call: RequestPromise; readonly state: CallState; succeeded(response: IncomingMessage): void },
): void {
  let place = -1

  function putBack(): void {
    const hooks = state.options?.hooks.afterResponse
    if (place !== -1 && hooks?.includes(hook) === false) hooks.splice(place, 0, hook)
  }

  call.on('request', (request: ClientRequest) => {
    const { options } = state
    state.requested()
    if (options === undefined || options.cache) return
    const hooks = options.hooks.afterResponse
    const at = hooks.indexOf(hook)
    // A redirect, or a retry: it is out already.
    if (at !== -1) {
      place = at
      hooks.splice(at, 1)
    }
    request.on('response', (response) => {
      if (response.statusCode === undefined || response.statusCode >= 400) putBack()
      else succeeded(response)
    })
  })
  // The call is over: its options may be those of the next one, as in pagination.
  call.on('response', () => {
    putBack()
    state.takeBack()
  })
}
