import type { HttpRequest } from '../http/http-request.js'
import type { HttpResponse } from '../http/http-response.js'
import type { Flow } from './flow.js'

/** One request of a flow and how it ended. Requests carry secrets: log `endpoint` and `status`, not the whole. */
export type Step =
  | { readonly type: 'request'; readonly request: HttpRequest }
  | { readonly type: 'response'; readonly request: HttpRequest; readonly response: HttpResponse }
  | { readonly type: 'error'; readonly request: HttpRequest; readonly error: unknown }

/** The same flow, telling of each step: all that logging, tracing and replay need. */
export async function* traced<T>(flow: Flow<T>, onStep: (step: Step) => void): Flow<T> {
  try {
    let step = await flow.next()
    while (!step.done) {
      const request = step.value
      onStep({ type: 'request', request })
      let response: HttpResponse
      try {
        response = yield request
      } catch (error) {
        onStep({ type: 'error', request, error })
        step = await flow.throw(error)
        continue
      }
      onStep({ type: 'response', request, response })
      step = await flow.next(response)
    }
    return step.value
  } finally {
    // Where this generator is left half-way, the flow's own `finally` has to run too; a flow that has ended takes no notice.
    await flow.return(undefined as never)
  }
}
