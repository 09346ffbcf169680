import { explain } from '../error/explain.js'
import { UsageError } from '../error/usage-error.js'
import type { HttpRequest } from '../http/http-request.js'
import type { HttpResponse } from '../http/http-response.js'
import type { Flow } from './flow.js'

/** How a request is to be sent. */
export interface TransportOptions {
  readonly signal?: AbortSignal | undefined
}

/**
 * Sends one request with an HTTP client: no redirects, no retries, no cookies; resolves for every status. All an HTTP adapter has to be.
 *
 * Rejects only with a `TransportError`, or, before anything is sent, with a `UsageError` for a `clientCertificate` that it cannot present.
 */
export type Transport = (request: HttpRequest, options: TransportOptions) => Promise<HttpResponse>

/**
 * Runs a flow to its end. What the transport rejects with is thrown into the flow, so a flow can treat a failed request as a step.
 *
 * @throws {@link UsageError} for what is no transport, such as `fetch` itself.
 */
export async function run<T>(flow: Flow<T>, transport: Transport, options: TransportOptions = {}): Promise<T> {
  // biome-ignore lint/style/noRestrictedGlobals: compared, never called
  if (typeof transport !== 'function' || (transport as unknown) === globalThis.fetch) {
    throw new UsageError(
      explain && 'run: the second argument is no transport. Give fetchTransport() of @oauth/core/fetch, or gotTransport(got).',
    )
  }
  let step = await flow.next()
  while (!step.done) {
    const answer = await transport(step.value, options).then(
      (response) => ({ response }),
      (error: unknown) => ({ error }),
    )
    step = 'response' in answer ? await flow.next(answer.response) : await flow.throw(answer.error)
  }
  return step.value
}
