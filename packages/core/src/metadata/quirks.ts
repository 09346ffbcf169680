import { type Explanation, explain } from '../error/explain.js'
import { UsageError } from '../error/usage-error.js'

/**
 * How a server's token endpoint is known to differ from RFC 6749, in what it answers and in how it wants to be asked. Sessions and login routes
 * put it right; flows by `tokenQuirks`. Tokens that come with the browser (§4.2.2) are read as the standard has them,
 * whatever is set here: ask such a server for a code (RFC 9700 §2.1.2).
 */
export interface TokenQuirks {
  /** Values of `token_type`, whatever their case, that mean "Bearer", such as `['User Access Token']`. */
  readonly bearerTokenTypes?: readonly string[]
  /** Reads the members of a token answer, its own too, as if they were not in camelCase: `accessToken` as `access_token`. */
  readonly camelCaseMembers?: boolean
  /** The member of a token answer that says what `expires_in` should, in seconds too, such as `'expires'`. */
  readonly expiresInMember?: string
  /** Reads an `expires_in` of 0 as a token that does not expire. */
  readonly expiresInZero?: boolean
  /** Reads answers of the token endpoint that are not declared as JSON as `application/x-www-form-urlencoded`. */
  readonly formEncodedTokenResponse?: boolean
  /**
   * Sends token requests as GET, with all parameters in the query, the secret of `client_secret_post` included. Servers and proxies write URLs
   * into their logs: only for a server that takes nothing else.
   */
  readonly getTokenRequest?: boolean
  /** Reads a token answer without `token_type` as "Bearer". */
  readonly missingTokenType?: boolean
  /** Reads a `scope` that is a list. */
  readonly scopeList?: boolean
  /** What stands between scopes, when they are sent and when they are read, where it is no space: `','`. */
  readonly scopeDelimiter?: string
}

/**
 * Where one provider is known to depart from the standard, as data. Nothing here applies unless it is set, and it is set per provider. Each
 * time one changes something, `environment.emit` is told its name and reason.
 */
export interface Quirks extends TokenQuirks {
  /** Statuses beyond 200 that the token endpoint answers a success with, such as `[201]`. */
  readonly acceptTokenStatus?: readonly number[]
  /** Takes JSON whatever its `content-type` says. */
  readonly anyContentType?: boolean
  /** Reads `{"error": …}` with status 200 as the error it is, as GitHub's token endpoint sends it, and Slack's as `{"ok": false, "error": …}`. */
  readonly errorWithStatus200?: boolean
  /** Takes an ID token of the token endpoint that has no `nonce`, though one was sent; one that has another is refused as ever. */
  readonly nonceNotReturned?: boolean
  /** Sends client id and secret in HTTP Basic as they are, without the form encoding of RFC 6749 §2.3.1. */
  readonly rawBasicCredentials?: boolean
  /** Headers that every request to the provider's API needs, such as `{ 'client-id': clientId }`. One that the request has by itself stays. */
  readonly resourceHeaders?: Readonly<Record<string, string>>
  /** Query parameters that every request to the provider's API needs, such as `{ v: '5.80' }`. One that the URL has by itself stays. */
  readonly resourceQuery?: Readonly<Record<string, string>>
  /**
   * The metadata's `issuer` is a template with `{tenantid}`: an ID token's `iss` has to be that template, filled with the token's own `tid`. Any
   * tenant may then log people in; name those that may: `{ tenants: ['<tenant id>'] }`.
   */
  readonly templatedIssuer?: boolean | { readonly tenants: readonly string[] }
  /** Name of the query parameter that carries the access token, where the token is placed in the query: `'token'`. */
  readonly tokenParameter?: string
  /**
   * Where the provider's API, as the UserInfo endpoint, has the claims of OpenID Connect: `{ sub: 'id', name: 'profile.display_name' }`, or
   * `'data.0.id'` for the first of a list. Nothing else of its answer is read.
   */
  readonly userinfoMembers?: { readonly sub: string; readonly [claim: string]: string }
}

/** The quirks that flows apply by themselves. Of `scopeDelimiter` that is what authorization requests need. */
export type ClientQuirks = Omit<Quirks, Exclude<keyof TokenQuirks, 'scopeDelimiter'>>

/** What a quirk's value has to be. */
interface ValueType {
  readonly text: Explanation
  holds(value: unknown): boolean
}

const FLAG: ValueType = { text: explain && 'true or false', holds: (value) => typeof value === 'boolean' }
const NAME: ValueType = { text: explain && 'a text that is not empty', holds: isName }
const NAMES: ValueType = { text: explain && 'a list of texts', holds: areNames }
const STATUSES: ValueType = {
  text: explain && 'a list of HTTP statuses, such as [201]',
  holds: (value) => Array.isArray(value) && value.every((status) => Number.isInteger(status)),
}
const TENANTS: ValueType = {
  text: explain && 'true or false, or { tenants } with a list of tenant ids',
  holds: (value) => typeof value === 'boolean' || (isPlain(value) && Object.keys(value).join() === 'tenants' && areNames(value['tenants'])),
}

/** Parameters and headers by their names; those that carry credentials are set by nothing but the session. */
const QUERY: ValueType = {
  text: explain && 'an object of texts, and without "access_token"',
  holds: (value) => areTexts(value, 'access_token'),
}
const HEADERS: ValueType = {
  text: explain && 'an object of texts, and without "authorization"',
  holds: (value) => areTexts(value, 'authorization'),
}
const MEMBERS: ValueType = {
  text: explain && 'an object that says for claims, "sub" among them, where they are, such as { sub: "id" }',
  holds: (value) => isPlain(value) && Object.hasOwn(value, 'sub') && Object.values(value).every(isName),
}

/** Every quirk there is, and what its value has to be. */
const QUIRKS: Readonly<Record<keyof Quirks, ValueType>> = {
  acceptTokenStatus: STATUSES,
  anyContentType: FLAG,
  bearerTokenTypes: NAMES,
  camelCaseMembers: FLAG,
  errorWithStatus200: FLAG,
  expiresInMember: NAME,
  expiresInZero: FLAG,
  formEncodedTokenResponse: FLAG,
  getTokenRequest: FLAG,
  missingTokenType: FLAG,
  nonceNotReturned: FLAG,
  rawBasicCredentials: FLAG,
  resourceHeaders: HEADERS,
  resourceQuery: QUERY,
  scopeDelimiter: NAME,
  scopeList: FLAG,
  templatedIssuer: TENANTS,
  tokenParameter: NAME,
  userinfoMembers: MEMBERS,
}

/**
 * Refuses quirks that nothing reads, whose meaning would silently be lost, and values that would be read as something else.
 *
 * @throws {@link UsageError} listing those that are known.
 */
export function assertQuirks(quirks: Quirks | undefined): void {
  if (quirks === undefined) return
  const known = explain && `Known quirks: ${Object.keys(QUIRKS).join(', ')}.`
  if (!isPlain(quirks)) throw new UsageError(explain && `Option "quirks" must be an object, such as { anyContentType: true }. ${known}`)
  for (const [name, value] of Object.entries(quirks)) {
    if (!isQuirk(name)) throw new UsageError(explain && `Option "quirks": there is no quirk "${name}". ${known}`)
    if (value !== undefined && !QUIRKS[name].holds(value)) {
      throw new UsageError(explain && `Option "quirks": "${name}" must be ${QUIRKS[name].text}. ${known}`)
    }
  }
}

function isQuirk(name: string): name is keyof Quirks {
  return Object.hasOwn(QUIRKS, name)
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function areNames(value: unknown): boolean {
  return Array.isArray(value) && value.every(isName)
}

function areTexts(value: unknown, reserved: string): boolean {
  return isPlain(value) && Object.entries(value).every(([name, text]) => name.toLowerCase() !== reserved && typeof text === 'string')
}
