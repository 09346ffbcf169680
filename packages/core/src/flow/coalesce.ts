import { TransportError } from '../error/transport-error.js'
import type { HttpRequest } from '../http/http-request.js'
import type { HttpResponse } from '../http/http-response.js'
import type { Transport } from './run.js'

interface Shared {
  readonly answer: Promise<HttpResponse>
  readonly abort: AbortController
  waiting: number
}

/**
 * Lets callers that need the same metadata or key set at the same moment share one request. A caller that aborts is detached alone; the
 * request itself is aborted when nobody waits for it any more.
 */
export function coalesce(transport: Transport): Transport {
  const inFlight = new Map<string, Shared>()

  return (request, { signal }) => {
    if (request.method !== 'GET' || (request.endpoint !== 'discovery' && request.endpoint !== 'jwks')) return transport(request, { signal })
    const key = `${request.endpoint} ${request.url}`
    let shared = inFlight.get(key)
    if (shared === undefined) {
      shared = send(request)
      inFlight.set(key, shared)
      const settled = () => inFlight.delete(key)
      shared.answer.then(settled, settled)
    }
    return join(shared, request, signal)
  }

  function send(request: HttpRequest): Shared {
    const abort = new AbortController()
    return { answer: transport(request, { signal: abort.signal }), abort, waiting: 0 }
  }
}

function join(shared: Shared, { endpoint }: HttpRequest, signal: AbortSignal | undefined): Promise<HttpResponse> {
  if (signal === undefined) {
    shared.waiting++
    return shared.answer
  }
  return new Promise((resolve, reject) => {
    const leave = () => {
      reject(new TransportError(endpoint, { reason: 'aborted', sent: 'maybe' }))
      shared.waiting--
      if (shared.waiting === 0) shared.abort.abort()
    }
    if (signal.aborted) {
      shared.waiting++
      return leave()
    }
    shared.waiting++
    signal.addEventListener('abort', leave, { once: true })
    shared.answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
  })
}
