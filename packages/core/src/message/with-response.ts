import type { HttpResponse } from '../http/http-response.js'

/** What was read of an answer, and the answer as it came. `response` is not enumerable: what is logged or stored is the rest alone. */
export type WithResponse<T = object> = T & { readonly response: HttpResponse }

/** A copy of `result` with the answer that it was read from. */
export function withResponse<T extends object>(result: T, response: HttpResponse): WithResponse<T> {
  return Object.defineProperty({ ...result }, 'response', { value: response }) as WithResponse<T>
}
