import type { HttpRequest } from '../http/http-request.js'
import type { HttpResponse } from '../http/http-response.js'

/**
 * A piece of protocol that performs no I/O: it yields each HTTP request it needs and is resumed with the answer. Computation is awaited,
 * nothing else is ever yielded, and flows compose with `yield*`.
 *
 * @example
 * const flow = discover('https://as.example', { environment })
 * const { value: request } = await flow.next()          // { endpoint: 'discovery', method: 'GET', url: 'https://as.example/.well-known/…' }
 * const { value: server } = await flow.next(response)   // checked metadata
 */
export type Flow<T> = AsyncGenerator<HttpRequest, T, HttpResponse>
