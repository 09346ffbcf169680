import type { Flow } from '../flow/flow.js'
import { traced } from '../flow/traced.js'

/** The same flow, with a check just before each request to the token endpoint. What the check throws ends the flow, and nothing is sent. */
export function beforeTokenRequest<T>(flow: Flow<T>, check: () => void): Flow<T> {
  return traced(flow, (step) => {
    if (step.type === 'request' && step.request.endpoint === 'token') check()
  })
}
