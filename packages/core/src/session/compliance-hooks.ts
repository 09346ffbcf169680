import type { Environment, Maybe } from '../environment.js'
import { explain } from '../error/explain.js'
import { UsageError } from '../error/usage-error.js'
import type { ResponseHook } from '../flow/token.js'
import type { Form } from '../http/form.js'
import type { HttpHeaders, HttpResponse } from '../http/http-response.js'
import { utf8Bytes } from '../jose/encoding.js'
import { type TokenHooks, tokenQuirks } from '../message/token-quirks.js'
import type { RequestHook } from '../message/token-request.js'
import type { Quirks } from '../metadata/quirks.js'
import type { TokenRecord } from './token-record.js'

/** A request of the application, with its token on it, as it is about to be sent. */
export interface ProtectedRequest {
  readonly method: string
  /** Absolute. */
  readonly url: string
  /** Lower-case names. */
  readonly headers: HttpHeaders
  /** The body, where it is a form. */
  readonly form?: Form | undefined
}

/** Changes a protected request. What it leaves out of `headers` stays as it was; another URL has to be where the token may go (`allowedOrigins`). */
export type ProtectedRequestHook = (request: ProtectedRequest) => Maybe<ProtectedRequest>

/** Changes an answer before it is read: returns an answer, or what the answer should have said, as `{ json }`. */
export type AnswerHook = (response: HttpResponse) => Maybe<HttpResponse | { readonly json: object }>

/**
 * Where a server's departures from the standards can be put right, by name.
 *
 * Requests are complete but for the client authentication, which is added after them; answers are as they came, whatever their status. A
 * token that client credentials renew is asked for with `access_token_…`, as it was at first.
 */
export interface ComplianceHookTypes {
  readonly access_token_request: RequestHook
  readonly access_token_response: AnswerHook
  readonly refresh_token_request: RequestHook
  readonly refresh_token_response: AnswerHook
  /** Called after the token was put on the request. */
  readonly protected_request: ProtectedRequestHook
  readonly revoke_token_request: RequestHook
  readonly introspect_token_request: RequestHook
}

/** The name of a place for hooks. */
export type ComplianceHookType = keyof ComplianceHookTypes

const TYPES: readonly ComplianceHookType[] = [
  'access_token_request',
  'access_token_response',
  'refresh_token_request',
  'refresh_token_response',
  'protected_request',
  'revoke_token_request',
  'introspect_token_request',
]

/** The hooks of one session. Those of one type run in the order they were registered in, each with what the one before returned. */
export class ComplianceHooks {
  readonly #hooks = new Map<string, readonly unknown[]>()
  /** What quirks as data make of a token request, before all hooks, and of its answer, after them. */
  readonly #quirks: TokenHooks

  constructor(quirks: Quirks = {}, environment?: Pick<Environment, 'emit'>) {
    this.#quirks = tokenQuirks(quirks, environment)
  }

  /** @throws {@link UsageError} for a type that does not exist, and for what is no function. */
  register<Type extends ComplianceHookType>(type: Type, hook: ComplianceHookTypes[Type]): void {
    if (!TYPES.includes(type) || typeof hook !== 'function') {
      throw new UsageError(
        explain &&
          (typeof hook === 'function'
            ? `registerComplianceHook: there is no type "${type}". Types: ${TYPES.join(', ')}.`
            : `registerComplianceHook: a function is needed after the type, and there is a ${typeof hook}.`),
      )
    }
    const checked = (value: never) => returned(type, (hook as (value: never) => Maybe<unknown>)(value))
    this.#hooks.set(type, [...this.#of(type), checked])
  }

  /** All request hooks of a type as one; `undefined` when there is none. */
  request(type: 'revoke_token_request' | 'introspect_token_request'): RequestHook | undefined {
    return inTurn(this.#of(type))
  }

  /** All hooks of one kind of token request, as the flows take them. */
  of(kind: 'access_token' | 'refresh_token'): { requestHook: RequestHook | undefined; responseHook: ResponseHook | undefined } {
    const { requestHook, responseHook } = this.#quirks
    return {
      requestHook: inTurn([...asList(requestHook), ...this.#of(`${kind}_request`)]),
      responseHook: inTurn([...this.#of(`${kind}_response`).map(answerHook), ...asList(responseHook)]),
    }
  }

  /** The same for the hooks of protected requests. Synchronous while the hooks are. */
  protectedRequest(): ProtectedRequestHook | undefined {
    return inTurn(this.#of('protected_request'))
  }

  #of<Type extends ComplianceHookType>(type: Type): readonly ComplianceHookTypes[Type][] {
    return (this.#hooks.get(type) ?? []) as readonly ComplianceHookTypes[Type][]
  }
}

/** Which hooks a renewal of a record calls: without a refresh token it asks as it did at first. */
export function renewalKind({ token }: Pick<TokenRecord, 'token'>): 'access_token' | 'refresh_token' {
  return token.refresh_token === undefined ? 'access_token' : 'refresh_token'
}

function asList<T>(hook: T | undefined): readonly T[] {
  return hook === undefined ? [] : [hook]
}

function inTurn<T>(hooks: readonly ((value: T) => Maybe<T>)[]): ((value: T) => Maybe<T>) | undefined {
  if (hooks.length === 0) return undefined
  return (value) => hooks.reduce((before: Maybe<T>, hook) => (before instanceof Promise ? before.then(hook) : hook(before)), value)
}

/** A hook that forgets to return what it has changed, or returns something else, is found at once. */
function returned<T>(type: ComplianceHookType, value: Maybe<T>): Maybe<T> {
  if (value instanceof Promise) return value.then((known) => returned(type, known))
  const { url, headers, status, body, json } = Object(value) as Readonly<Record<string, unknown>>
  const isRequest = type.endsWith('_request')
  const isWhole = isObject(headers) && (isRequest ? typeof url === 'string' : Number.isInteger(status) && ArrayBuffer.isView(body))
  if (isWhole || (!isRequest && isObject(json))) return value
  throw new UsageError(
    explain &&
      `A hook of type "${type}" returned ${isObject(value) ? 'something else' : value === null ? 'null' : typeof value}. It must return ${isRequest ? 'a request' : 'an answer'}: what it was given, or a copy with changes${isRequest ? '' : '; or { json: { … } }'}.`,
  )
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

function answerHook(hook: AnswerHook): ResponseHook {
  return (response) => answerOf(hook(response), response)
}

function answerOf(given: ReturnType<AnswerHook>, response: HttpResponse): Maybe<HttpResponse> {
  if (given instanceof Promise) return given.then((known) => answerOf(known, response))
  if (!('json' in given)) return given
  const { headers } = response
  return { ...response, headers: { ...headers, 'content-type': 'application/json' }, body: utf8Bytes(JSON.stringify(given.json)) }
}
