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
    if (!isPublished(request)) return transport(request, { signal })
    if (signal?.aborted) return Promise.reject(new TransportError(request, { reason: 'aborted', sent: 'no' }))
    const key = `${request.endpoint} ${request.url}`
    return join(inFlight.get(key) ?? send(request, key), request, signal)
  }

  function send(request: HttpRequest, key: string): Shared {
    const abort = new AbortController()
    const shared: Shared = { answer: transport(request, { signal: abort.signal }), abort, waiting: 0 }
    inFlight.set(key, shared)
    const ended = () => {
      if (inFlight.get(key) === shared) inFlight.delete(key)
    }
    shared.answer.then(ended, ended)
    // Who comes after everybody has left needs a request of their own, though this one has not settled yet.
    abort.signal.addEventListener('abort', ended, { once: true })
    return shared
  }
}

/** Tells whether a request asks for what a server publishes for all: its metadata or its keys. */
export function isPublished({ method, endpoint }: HttpRequest): boolean {
  return method === 'GET' && (endpoint === 'discovery' || endpoint === 'jwks')
}

function join(shared: Shared, request: HttpRequest, signal: AbortSignal | undefined): Promise<HttpResponse> {
  shared.waiting++
  if (signal === undefined) return shared.answer
  return new Promise((resolve, reject) => {
    const leave = () => {
      reject(new TransportError(request, { reason: 'aborted', sent: 'maybe' }))
      shared.waiting--
      if (shared.waiting === 0) shared.abort.abort()
    }
    signal.addEventListener('abort', leave, { once: true })
    shared.answer.finally(() => signal.removeEventListener('abort', leave)).then(resolve, reject)
  })
}
