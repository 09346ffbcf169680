import type { Environment } from '../environment.js'
import { type Explanation, explain } from '../error/explain.js'
import { ResponseError } from '../error/response-error.js'
import type { HttpRequest } from '../http/http-request.js'
import type { HttpResponse } from '../http/http-response.js'
import type { Json } from '../http/json.js'
import { refuseRedirect } from '../http/read-json.js'
import { quirkFired } from '../metadata/fired-quirk.js'
import type { Quirks } from '../metadata/quirks.js'
import { endpointError, endpointFailure } from './endpoint-failure.js'
import { expiresAt, wholeSeconds } from './expiry.js'
import { readLabelledJson } from './labelled-json.js'
import type { TokenSet } from './token-set.js'

/** What is known when a token answer is read. */
export interface TokenResponseContext {
  /** The request it answers; names the endpoint and keeps what it sent in confidence out of errors. */
  readonly request: HttpRequest
  /** Seconds since the epoch. */
  readonly now: number
  /** The scope that was asked for, which an answer without `scope` grants (RFC 6749 §5.1). */
  readonly scope?: string | undefined
  readonly quirks?: Quirks | undefined
  /** Told of quirks that changed something. */
  readonly environment?: Pick<Environment, 'emit'> | undefined
  /** What may be wrong if the server does not know the client; a sentence for that error's message. */
  readonly invalidClientHint?: Explanation | undefined
}

/** What a token may consist of when it is put into an `Authorization` header: visible ASCII without space. */
const TOKEN = /^[\x21-\x7e]+$/

/**
 * Reads the token endpoint's answer and checks what RFC 6749 lets us check without keys.
 *
 * `expires_in` is turned into `expires_at`; absent stays absent. Optional members that are `null`, and tokens that are empty, count as absent.
 *
 * @throws {@link EndpointError} the server refused; `error` is its word for why.
 * @throws {@link ResponseError} the answer is not JSON of the required shape.
 * @throws {@link TransportError} the server answered with a redirect.
 * @see RFC 6749 §5.1 https://www.rfc-editor.org/rfc/rfc6749#section-5.1
 */
export function tokenResponse(response: HttpResponse, context: TokenResponseContext): TokenSet {
  const { request, now, scope, quirks, environment, invalidClientHint } = context
  refuseRedirect(response, request)
  if (response.status !== 200) {
    if (!quirks?.acceptTokenStatus?.includes(response.status)) throw notSuccessful(response, context)
    quirkFired(environment, 'acceptTokenStatus')
  }
  const body = readLabelledJson(response, request, context)
  const shape = (problem: Explanation) =>
    new ResponseError('OAUTH_RESPONSE_SHAPE', problem, { endpoint: request.endpoint, status: response.status })

  // Null, false or nothing is what servers write that have none.
  if (body['error']) {
    if (quirks?.errorWithStatus200) {
      quirkFired(environment, 'errorWithStatus200')
      throw endpointError(body, response, { request, invalidClientHint })
    }
    throw shape(
      explain && 'has an "error" although its status says success. If this server reports errors so, set quirks.errorWithStatus200.',
    )
  }
  const member = <T extends Json>(value: Json | undefined, isValid: (value: Json) => value is T, problem: Explanation): T | undefined => {
    if (value === undefined || value === null) return undefined
    if (!isValid(value)) throw shape(problem)
    return value
  }
  const access_token = member(
    body['access_token'] === '' ? null : body['access_token'],
    isToken,
    explain && 'has an "access_token" that is not visible ASCII text without spaces; it cannot be sent in a header.',
  )
  if (access_token === undefined) throw shape(explain && 'has no "access_token".')
  const token_type = tokenType(body['token_type'], response, request)
  const granted = member(body['scope'], isText, explain && 'has a "scope" that is not a string.')
  const refresh_token = member(body['refresh_token'] || null, isToken, explain && 'has a "refresh_token" that is not visible ASCII text.')
  const id_token = member(body['id_token'] || null, isToken, explain && 'has an "id_token" that is not visible ASCII text.')
  const expires_in = member(body['expires_in'], isSeconds, explain && 'has an "expires_in" that is not a number of seconds, 0 or more.')

  const expires_at = expiresAt({ expires_at: body['expires_at'], expires_in }, now)
  const stated = granted ?? scope
  // Member by member: copies of the whole would take as long as parsing it.
  const token: Writable<TokenSet> = { access_token, token_type }
  if (refresh_token !== undefined) token.refresh_token = refresh_token
  if (id_token !== undefined) token.id_token = id_token
  if (stated !== undefined) token.scope = stated
  if (expires_in !== undefined) token.expires_in = expires_in
  if (expires_at !== undefined) token.expires_at = expires_at
  for (const name of Object.keys(body)) if (!READ.has(name)) token[name] = body[name]
  return token
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

const READ: ReadonlySet<string> = new Set(['access_token', 'token_type', 'refresh_token', 'id_token', 'scope', 'expires_in', 'expires_at'])

function notSuccessful(response: HttpResponse, { request, invalidClientHint }: TokenResponseContext) {
  if (response.status < 300) {
    return new ResponseError(
      'OAUTH_RESPONSE_STATUS',
      explain && 'has a status other than 200 (RFC 6749 §5.1). If this server answers so, set quirks.acceptTokenStatus.',
      { endpoint: request.endpoint, status: response.status },
    )
  }
  return endpointFailure(response, request, invalidClientHint)
}

function tokenType(value: Json | undefined, { status }: HttpResponse, { endpoint }: HttpRequest): string {
  if (typeof value === 'string' && value.toLowerCase() === 'bearer') return value
  throw new ResponseError(
    'OAUTH_RESPONSE_TOKEN_TYPE',
    explain &&
      `${value === undefined ? 'has no "token_type"' : 'has a "token_type" other than "Bearer", which this client cannot use'} (RFC 6749 §7.1).`,
    { endpoint, status },
  )
}

/** Tells whether a value can be put into an `Authorization` header. */
export function isToken(value: unknown): value is string {
  return typeof value === 'string' && TOKEN.test(value)
}

function isText(value: Json): value is string {
  return typeof value === 'string'
}

function isSeconds(value: Json): value is number | string {
  return wholeSeconds(value) !== undefined
}
