import type { Environment } from '../environment.js'
import { type Form, formDecode, formEncode } from '../http/form.js'
import type { HttpRequest } from '../http/http-request.js'
import type { HttpResponse } from '../http/http-response.js'
import type { Json, JsonObject } from '../http/json.js'
import { isJson } from '../http/media-type.js'
import { maybeJsonObject } from '../http/read-json.js'
import { appendQuery } from '../http/uri.js'
import { utf8Bytes } from '../jose/encoding.js'
import { quirkFired } from '../metadata/fired-quirk.js'
import type { TokenQuirks } from '../metadata/quirks.js'
import { delimitedScope } from './scope-delimiter.js'

/** What goes between a flow and the token endpoint of one server: `requestHook` and `responseHook` of the flow's options. */
export interface TokenHooks {
  readonly requestHook?: (request: HttpRequest) => HttpRequest
  readonly responseHook?: (response: HttpResponse) => HttpResponse
}

/** Told the name of each quirk that has changed something. */
type QuirkListener = (quirk: keyof TokenQuirks) => void

/** Takes the body as it came, and gives it as the standard has it; `undefined` where it is that already. */
type Rule = (body: JsonObject, quirks: TokenQuirks) => JsonObject | undefined

/** What quirks make of the members of a token answer, in the order in which they are applied. */
const RULES: readonly (readonly [quirk: keyof TokenQuirks, rule: Rule])[] = [
  ['camelCaseMembers', (body) => renamed(body, (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`))],
  ['expiresInMember', (body, { expiresInMember }) => renamed(body, (name) => (name === expiresInMember ? 'expires_in' : name))],
  ['expiresInZero', ({ expires_in, ...body }) => (String(expires_in) === '0' ? body : undefined)],
  ['missingTokenType', (body) => (body['token_type'] ? undefined : { ...body, token_type: 'Bearer' })],
  [
    'bearerTokenTypes',
    ({ token_type, ...body }, { bearerTokenTypes = [] }) => {
      const isListed = bearerTokenTypes.some((type) => type.toLowerCase() === String(token_type).toLowerCase())
      return isListed && token_type !== 'Bearer' ? { ...body, token_type: 'Bearer' } : undefined
    },
  ],
  ['scopeList', ({ scope, ...body }) => (isTexts(scope) ? { ...body, scope: scope.join(' ') } : undefined)],
  [
    'scopeDelimiter',
    ({ scope, ...body }, { scopeDelimiter = ' ' }) =>
      typeof scope === 'string' && scope.includes(scopeDelimiter)
        ? { ...body, scope: scope.replaceAll(scopeDelimiter, ' ').replace(/ +/g, ' ').trim() }
        : undefined,
  ],
]

/**
 * Makes hooks for the flows of quirks as data: of a token request what the server wants it to be, and of its answer what the standard has it be.
 * Neither is there where none of the quirks needs it. What is no JSON object stays as it is, to be refused by its reader.
 *
 * @example
 * tokenGrant(server, client, { environment, grant, ...tokenQuirks({ missingTokenType: true }) })
 */
export function tokenQuirks(quirks: TokenQuirks, environment?: Pick<Environment, 'emit'>): TokenHooks {
  const fired: QuirkListener = (quirk) => quirkFired(environment, quirk)
  const { scopeDelimiter, getTokenRequest, formEncodedTokenResponse } = quirks
  return {
    ...((scopeDelimiter !== undefined || getTokenRequest) && { requestHook: requestFix(quirks, fired) }),
    ...((formEncodedTokenResponse || RULES.some(([quirk]) => quirks[quirk])) && { responseHook: responseFix(quirks, fired) }),
  }
}

function requestFix({ scopeDelimiter, getTokenRequest }: TokenQuirks, fired: QuirkListener): (request: HttpRequest) => HttpRequest {
  return (request) => {
    const form = formDecode(request.body ?? '')
    const delimited = delimitedScope(form, scopeDelimiter, fired)
    if (getTokenRequest) return asQuery(request, delimited, fired)
    return delimited === form ? request : { ...request, body: formEncode(delimited) }
  }
}

/** The same request as a GET, whose answer no cache may keep. */
function asQuery({ body: _form, ...request }: HttpRequest, form: Form, fired: QuirkListener): HttpRequest {
  fired('getTokenRequest')
  const { 'content-type': _ofForm, ...headers } = request.headers
  // The fragment of an endpoint can only be an empty one.
  const url = appendQuery(request.url, form).replace('#', '')
  return { ...request, method: 'GET', url, headers: { 'cache-control': 'no-store', ...headers } }
}

function responseFix(quirks: TokenQuirks, fired: QuirkListener): (response: HttpResponse) => HttpResponse {
  return (received) => {
    const response = quirks.formEncodedTokenResponse ? formAsJson(received, fired) : received
    const body = maybeJsonObject(response)
    const standard = body && withoutQuirks(body, quirks, fired)
    return standard === body ? response : { ...response, body: utf8Bytes(JSON.stringify(standard)) }
  }
}

/** The body of a token answer as the standard has it; the very same where nothing had to be changed. */
export function withoutQuirks(body: JsonObject, quirks: TokenQuirks, fired: QuirkListener): JsonObject {
  let standard = body
  for (const [quirk, rule] of RULES) {
    const changed = quirks[quirk] ? rule(standard, quirks) : undefined
    if (changed === undefined) continue
    standard = changed
    fired(quirk)
  }
  return standard
}

/** A form-encoded answer as the JSON it should have been, so that what is refused in JSON is refused here, too: a member that is there twice. */
function formAsJson(response: HttpResponse, fired: QuirkListener): HttpResponse {
  if (isJson(response.headers['content-type'])) return response
  fired('formEncodedTokenResponse')
  const members = formDecode(new TextDecoder().decode(response.body)).map((pair) => pair.map((text) => JSON.stringify(text)).join(':'))
  return { ...response, headers: { ...response.headers, 'content-type': 'application/json' }, body: utf8Bytes(`{${members}}`) }
}

/** Gives members the names that the standard has for them; one that is there by its right name stays, and the other with it. */
function renamed(body: JsonObject, standardName: (name: string) => string): JsonObject | undefined {
  const changed = Object.entries(body).map(([name, value]) => [standardName(name) in body ? name : standardName(name), value] as const)
  return changed.every(([name]) => name in body) ? undefined : Object.fromEntries(changed)
}

function isTexts(value: Json | undefined): value is readonly string[] & Json {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}
