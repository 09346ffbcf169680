import type { HttpRequest } from '../http/http-request.js'
import type { HttpResponse } from '../http/http-response.js'
import type { TokenSet } from '../message/token-set.js'
import type { Flow } from './flow.js'
import { refreshToken } from './refresh-token.js'
import { run, type Transport } from './run.js'
import { tokenGrant } from './token.js'

declare const request: HttpRequest
declare const transport: Transport
declare const options: Parameters<typeof tokenGrant>[2]
declare function read(response: HttpResponse, of: HttpRequest): TokenSet

/** What a flow looks like: the request is yielded, the answer comes back. */
export async function* right(): Flow<TokenSet> {
  return read(yield request, request)
}

export async function* withoutYield(): Flow<TokenSet> {
  yield request
  // @ts-expect-error a request is no answer: `yield` is missing
  return read(request, request)
}

export async function* withoutDelegation(): Flow<TokenSet> {
  yield request
  // @ts-expect-error a flow is no token: `yield*` is missing
  return tokenGrant({}, { client_id: 'client' }, options)
}

export async function* delegationByYield(): Flow<TokenSet> {
  // @ts-expect-error only requests are yielded: `yield*` is meant
  return read(yield tokenGrant({}, { client_id: 'client' }, options), request)
}

export async function* awaitedFlow(): Flow<TokenSet> {
  yield request
  // @ts-expect-error awaiting a flow runs nothing and gives no token
  return await tokenGrant({}, { client_id: 'client' }, options)
}

export async function* yieldsSomethingElse(): Flow<string> {
  // @ts-expect-error a URL is no request
  const { status } = yield 'https://as.example'
  return String(status)
}

/** A runner gives the flow's own type. */
export const token: Promise<TokenSet> = run(right(), transport)

// @ts-expect-error the value of a flow is not its generator
export const notRun: TokenSet = right()

// @ts-expect-error a refresh needs a token with a refresh token
refreshToken({}, { client_id: 'client' }, { ...options, token: { access_token: 'A', token_type: 'Bearer' } })
