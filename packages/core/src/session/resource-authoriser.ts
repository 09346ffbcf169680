import type { Environment, Maybe } from '../environment.js'
import { explain } from '../error/explain.js'
import { assertKnownOptions } from '../error/known-options.js'
import { UsageError } from '../error/usage-error.js'
import type { HttpHeaders } from '../http/http-response.js'
import { isLoopback, parseUrl } from '../http/uri.js'
import { tokenParameter, withResourceQuirks } from '../message/resource-quirks.js'
import type { Quirks } from '../metadata/quirks.js'
import type { ProtectedRequest, ProtectedRequestHook } from './compliance-hooks.js'
import type { Authorised, ResourceOptions, ResourceRequest } from './resource-request.js'
import { tokenHash } from './token-hash.js'
import { type PlacedToken, placeToken, type TokenPlacement } from './token-placement.js'
import type { TokenRecord } from './token-record.js'

const RESOURCE_OPTIONS: readonly (keyof ResourceOptions)[] = ['withholdToken', 'resource', 'provider']

/**
 * Puts the token on an application's requests. Asked for each attempt, the client's own retries included, so that every attempt carries
 * the token of its moment. Synchronous while the token is fresh.
 */
export interface ResourceAuthoriser {
  /**
   * @throws {@link UsageError} no token, a URL that tokens are not sent to, or an option that does not exist; nothing was sent.
   * @throws {@link RefreshError}
   */
  authorise(request: ResourceRequest, attempt: number): Maybe<Authorised>
  /** Told of each answer. `'again'`: authorise and send once more. An adapter asks for at most one repetition because of a 401. */
  answered(authorised: Authorised, response: { readonly status: number; readonly headers: HttpHeaders }): Maybe<'done' | 'again'>
}

/** What an authoriser is made of. */
export interface AuthoriserPorts {
  readonly environment: Environment
  current(): Maybe<TokenRecord | undefined>
  rejected(tokenHash: string): Promise<boolean>
  /** Origins that get the token; `undefined` for every https origin and loopback. */
  readonly allowedOrigins: ReadonlySet<string> | undefined
  /** Where the token goes: into the header unless told. */
  readonly placement?: TokenPlacement | undefined
  /** What the API's provider needs beside the token, and what it calls it. */
  readonly quirks?: Quirks | undefined
  /** Whether the token would be one of the client itself: there is a store, and no name of a person's token in it. */
  readonly keyless?: boolean | undefined
  /** What changes a request after the token was put on it; asked for each time, as hooks may be registered later. */
  protectedRequestHook?(): ProtectedRequestHook | undefined
}

/** Makes the authoriser of one token. */
export function resourceAuthoriser(ports: AuthoriserPorts): ResourceAuthoriser {
  const { environment, current, rejected, allowedOrigins, placement = 'header', quirks } = ports
  /** The origin that was allowed last. */
  let allowed: string | undefined
  /** What the record that was asked for last puts on each request, where no request has a say in it. */
  let known: { readonly record: TokenRecord; readonly placed: Authorised } | undefined

  function withToken(request: ResourceRequest, record: TokenRecord | undefined): Maybe<Authorised> {
    if (record === undefined) {
      const hint =
        explain && ports.keyless ? ' A person\'s token in a "store" is found by the option "key", and this session has none.' : ''
      throw new UsageError(
        explain && `There is no token for this request. Call fetchToken or log in first, or pass withholdToken.${hint}`,
        { code: 'OAUTH_MISSING_TOKEN' },
      )
    }
    if (known?.record === record) return hooked(request, { ...known.placed, url: request.url })
    const named = (hash: string) => {
      const placed: Authorised = { ...withQuirks(record.token.access_token, request), tokenHash: hash }
      if (placement === 'header' && quirks === undefined) known = { record, placed }
      return hooked(request, placed)
    }
    const hash = tokenHash(environment, record)
    return hash instanceof Promise ? hash.then(named) : named(hash)
  }

  function withQuirks(token: string, request: ResourceRequest): PlacedToken {
    if (quirks === undefined) return placeToken(token, request, { placement })
    // Member by member: those of a request that an adapter describes may be of its class.
    const needed = withResourceQuirks({ url: request.url, headers: request.headers }, quirks, environment)
    const parameter = placement === 'header' ? undefined : tokenParameter(quirks, environment)
    const placed = placeToken(token, request, { placement, parameter, url: needed.url })
    return { ...placed, headers: { ...onTopOf(request.headers, needed.headers), ...placed.headers } }
  }

  function hooked(request: ResourceRequest, placed: Authorised): Maybe<Authorised> {
    const hook = ports.protectedRequestHook?.()
    if (hook === undefined) return placed
    const { method, headers, form } = request
    const shown = { method, form, ...placed, headers: { ...headers, ...placed.headers } }

    function authorised(changed: ProtectedRequest): Authorised {
      const { url } = changed
      if (url !== shown.url) assertAllowed(url, allowedOrigins)
      const { tokenHash } = placed
      // A form that the hook leaves alone stays as it is spelt; the client may have counted its length already.
      return { url, headers: onTopOf(headers, changed.headers), form: changed.form === shown.form ? placed.form : changed.form, tokenHash }
    }

    const changed = hook(shown)
    return changed instanceof Promise ? changed.then(authorised) : authorised(changed)
  }

  return {
    authorise(request) {
      const { url, options } = request
      if (options !== undefined) assertKnownOptions(options, RESOURCE_OPTIONS, explain && 'Options of one call ("oauth")')
      if (options?.withholdToken || (request.isAuthorised ?? request.headers['authorization'] !== undefined))
        return { url, headers: {}, tokenHash: '' }
      // Behind the slash nothing changes the origin, so what has begun in the same way before need not be parsed.
      if (allowed === undefined || !url.startsWith(allowed)) allowed = prefixOf(assertAllowed(url, allowedOrigins))
      const record = current()
      return record instanceof Promise ? record.then((renewed) => withToken(request, renewed)) : withToken(request, record)
    },
    answered({ tokenHash: used }, { status }) {
      if (status !== 401 || used === '') return 'done'
      return rejected(used).then((again) => (again ? 'again' : 'done'))
    },
  }
}

/** The origins that get the token: those given, else that of the client's base URL, else any (RFC 9700 §4.9.1). */
export function allowedOrigins(given: readonly string[] | undefined, baseUrl: string | undefined): ReadonlySet<string> | undefined {
  if (given !== undefined) {
    if (!Array.isArray(given))
      throw new UsageError(
        explain && `Option "allowedOrigins" must be a list, such as ['https://api.example'], and is of type ${typeof given}.`,
      )
    return new Set(given.map(originOf))
  }
  return baseUrl === undefined || baseUrl === '' ? undefined : new Set([originOf(baseUrl)])
}

/** Those of all headers that a request does not have by itself, in lower case. */
function onTopOf(own: HttpHeaders, all: HttpHeaders): HttpHeaders {
  const lowerCase = Object.entries(all).map(([name, value]) => [name.toLowerCase(), value] as const)
  return Object.fromEntries(lowerCase.filter(([name, value]) => own[name] !== value))
}

function originOf(text: string): string {
  const url = parseUrl(text)
  if (url === undefined)
    throw new UsageError(explain && `Option "allowedOrigins": ${JSON.stringify(text)} is not a URL, such as https://api.example.`)
  return url.origin
}

/** What all URLs of an origin begin with; `undefined` where it is opaque. */
function prefixOf({ origin }: URL): string | undefined {
  return origin === 'null' ? undefined : `${origin}/`
}

function assertAllowed(text: string, allowed: ReadonlySet<string> | undefined): URL {
  const url = parseUrl(text)
  if (url !== undefined && (allowed === undefined ? url.protocol === 'https:' || isLoopback(url) : allowed.has(url.origin))) return url
  const where = allowed === undefined ? 'https and loopback addresses' : [...allowed].join(', ')
  throw new UsageError(
    explain &&
      `The request goes to ${url === undefined ? 'no absolute URL' : url.origin}, where this token is not sent. It is sent to ${where}; option "allowedOrigins" decides.`,
    { code: 'OAUTH_ORIGIN_NOT_ALLOWED' },
  )
}
