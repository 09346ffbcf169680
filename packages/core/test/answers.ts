import type { Flow } from '../src/flow/flow.js'
import type { HttpRequest } from '../src/http/http-request.js'
import type { HttpResponse } from '../src/http/http-response.js'

const encoder = new TextEncoder()

/** An answer with a body as it is. */
export function answer(status: number, body: string | Uint8Array = '', headers: Record<string, string> = {}): HttpResponse {
  return { status, headers, body: typeof body === 'string' ? encoder.encode(body) : body }
}

/** An answer in JSON. A text is taken as JSON that is written already. */
export function json(body: unknown, status = 200, headers: Record<string, string> = {}): HttpResponse {
  return answer(status, typeof body === 'string' ? body : JSON.stringify(body), { 'content-type': 'application/json', ...headers })
}

/** How a flow went: what it asked for, and its end. */
export interface Played<T> {
  readonly requests: readonly HttpRequest[]
  readonly value?: T
  readonly error?: unknown
}

/**
 * Feeds answers to a flow by hand, errors as a transport's rejection. A flow that ends before it has asked for all of them is left as it is;
 * one that asks for more ends with an error that names the request.
 */
export async function play<T>(flow: Flow<T>, ...answers: readonly (HttpResponse | Error)[]): Promise<Played<T>> {
  const requests: HttpRequest[] = []
  try {
    let step = await flow.next()
    while (!step.done) {
      requests.push(step.value)
      const next = answers[requests.length - 1]
      if (next === undefined) throw new Error(`unexpected request to ${step.value.endpoint} ${step.value.url}`)
      step = next instanceof Error ? await flow.throw(next) : await flow.next(next)
    }
    return { requests, value: step.value }
  } catch (error) {
    return { requests, error }
  }
}

/** What a function throws, or a promise rejects with; fails the test when it does not. */
export async function thrown(action: () => unknown): Promise<unknown> {
  try {
    await action()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}
