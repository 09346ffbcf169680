import { AssertionError, ok } from 'node:assert/strict'
import type { HttpRequest, HttpResponse, Transport, TransportReason } from '@oauth/core/adapter'
import { isOAuthError, type TransportError } from '@oauth/core/adapter'
import { inTime } from '../in-time.js'

/** A request with everything that a token request has, secrets included. */
export function tokenRequest(url: string, overrides: Partial<HttpRequest> = {}): HttpRequest {
  return {
    endpoint: 'token',
    method: 'POST',
    url,
    headers: {
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
      authorization: 'Basic Y2FuYXJ5LWhlYWRlcg==',
    },
    body: 'grant_type=refresh_token&refresh_token=canary-body',
    maxBytes: 1_048_576,
    timeoutMs: 4_000,
    ...overrides,
  }
}

/** A request as for metadata: many clients treat GET otherwise than POST. */
export function getRequest(url: string, overrides: Partial<HttpRequest> = {}): HttpRequest {
  const { body: _none, headers: _secret, ...request } = tokenRequest(url)
  return { ...request, endpoint: 'discovery', method: 'GET', headers: { accept: 'application/json' }, ...overrides }
}

/** Sends, and fails when the transport neither resolves nor rejects in time. */
export async function send(transport: Transport, request: HttpRequest, signal?: AbortSignal): Promise<HttpResponse> {
  return inTime(transport(request, signal === undefined ? {} : { signal }), 'the transport neither resolved nor rejected')
}

/** Sends what must fail, and gives back the error after making sure that it is a `TransportError`. */
async function failure(transport: Transport, request: HttpRequest, signal?: AbortSignal): Promise<TransportError> {
  let response: HttpResponse
  try {
    response = await send(transport, request, signal)
  } catch (error) {
    if (error instanceof AssertionError) throw error
    ok(
      isOAuthError(error) && error.name === 'TransportError',
      `rejected with ${nameOf(error)}; a transport rejects with a TransportError only`,
    )
    ok(error.endpoint === request.endpoint, `the error's endpoint is "${error.endpoint}" instead of the request's, "${request.endpoint}"`)
    return error
  }
  throw new AssertionError({ message: `resolved with status ${response.status}; it has to reject` })
}

/** The same, for a known outcome. */
export async function fails(transport: Transport, request: HttpRequest, expected: Expected): Promise<void> {
  const { reason, sent } = await failure(transport, request, expected.signal)
  ok(reason === expected.reason, `the reason is "${reason}" instead of "${expected.reason}"`)
  ok(sent === expected.sent || expected.sent === undefined, `sent is "${sent}" instead of "${expected.sent}"`)
}

export interface Expected {
  readonly reason: TransportReason
  readonly sent?: 'no' | 'maybe'
  readonly signal?: AbortSignal
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error
}
