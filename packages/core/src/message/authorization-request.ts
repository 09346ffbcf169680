import { assertClientId, type Client } from '../client-authentication/client.js'
import type { Environment } from '../environment.js'
import { type Explanation, explain } from '../error/explain.js'
import { UsageError } from '../error/usage-error.js'
import { type Form, formGet, type Parameters, toForm } from '../http/form.js'
import { appendQuery, isAbsolute, serialised } from '../http/uri.js'
import { randomTokens } from '../jose/random-token.js'
import { quirkFired } from '../metadata/fired-quirk.js'
import { endpointUrl, type ServerMetadata } from '../metadata/server-metadata.js'
import { codeChallenge } from '../proof/pkce.js'
import type { AuthorizationTransaction } from '../transaction/authorization-transaction.js'
import type { ClaimsRequest } from '../transaction/claims-request.js'
import { assertResponseType, promises, type ResponseMode, type ResponseType } from './response-type.js'
import { delimitedScope } from './scope-delimiter.js'
import { startTransaction, type TransactionOptions } from './start-transaction.js'

/** What an authorization request may say. All of it is the application's choice; nothing here may come from a browser unchecked. */
export interface AuthorizationRequestOptions {
  readonly environment: Environment
  /** Where the server sends the browser back to. */
  readonly redirectUri?: string | undefined
  /** Space-separated, or a list. With `openid` an ID token is asked for and a nonce is made. */
  readonly scope?: string | readonly string[] | undefined
  /** `code` unless told. Answers of the other types are finished by `finishFrontChannel`. */
  readonly responseType?: ResponseType | undefined
  /** The server's default unless told: the query for a code, else the fragment. */
  readonly responseMode?: ResponseMode | undefined
  /** Made when absent: 32 random bytes. */
  readonly state?: string | undefined
  /** Made when absent and an ID token will come: `openid` is asked for, or `id_token` is in the response type. */
  readonly nonce?: string | undefined
  /** Made when absent and a code will come. 43 to 128 characters. */
  readonly codeVerifier?: string | undefined
  /** `S256` unless told, also where the server announces less. `false` leaves PKCE out, for servers that refuse it; `plain` is not offered. */
  readonly codeChallengeMethod?: 'S256' | false | undefined
  /** Single claims that are wanted, kept in the transaction: the ID token has to have the essential ones that name values (OpenID Connect Core §5.5). */
  readonly claims?: ClaimsRequest | undefined
  /** Further parameters, such as `prompt`, `login_hint`, `max_age`, `audience`, or `resource` more than once. */
  readonly parameters?: Parameters | undefined
  /** The provider's name in this application; bound into the transaction. */
  readonly provider?: string | undefined
  /** Where the application wants to go on after the login; bound into the transaction. */
  readonly returnTo?: string | undefined
}

/** Where to send the browser, and what to keep until it comes back. */
export interface AuthorizationRequest {
  readonly url: string
  readonly state: string
  readonly transaction: AuthorizationTransaction
}

/** Parameters that this library sets, or that would make the server read the request from elsewhere (RFC 9101). */
const RESERVED: ReadonlySet<string> = new Set([
  'response_type',
  'response_mode',
  'client_id',
  'client_secret',
  'redirect_uri',
  'scope',
  'state',
  'nonce',
  'claims',
  'code_challenge',
  'code_challenge_method',
  'code_verifier',
  'request',
  'request_uri',
])

/**
 * Builds the URL that starts a login, with PKCE, state and (for `openid`) nonce, and the transaction that finishes it.
 *
 * Order of parameters: those of the endpoint's own query, then the protocol's, then the further ones as given.
 *
 * @throws {@link UsageError} for a protocol parameter among `parameters`, an empty `state`, a response type or mode that is not offered, a
 * code verifier that nothing would be checked against, a redirect URI that is not absolute, or a server that takes pushed requests alone.
 * @see RFC 6749 §4.1.1 https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1
 */
export async function authorizationRequest(
  server: ServerMetadata,
  client: Client,
  options: AuthorizationRequestOptions,
): Promise<AuthorizationRequest> {
  const { environment, responseType = 'code', responseMode, codeChallengeMethod = 'S256', claims, provider, returnTo } = options
  assertClientId(client)
  if (server.require_pushed_authorization_requests === true) {
    throw new UsageError(
      explain &&
        'Authorization request: this server takes pushed requests alone (require_pushed_authorization_requests, RFC 9126 §5), and pushing is not offered yet. Have the requirement lifted at the server, for this client or for all.',
    )
  }
  const further = furtherParameters(options.parameters)
  const { max_age, acr_values, resource } = furtherMembers(further)
  assertResponseType(responseType, responseMode)
  const method = promises(responseType, 'code') && codeChallengeMethod
  assertPkce(codeChallengeMethod, method, options)
  const scope = scopeText(options.scope)
  const redirect_uri = options.redirectUri || undefined
  assertRedirectUri(redirect_uri, explain && 'Authorization request: "redirectUri"')
  const hasIdToken = hasScope(scope, 'openid') || promises(responseType, 'id_token')
  const randomToken = randomTokens(environment, hasIdToken ? 3 : 2)
  const state = given(explain && 'state', options.state) ?? randomToken()
  const nonce = given(explain && 'nonce', options.nonce) ?? (hasIdToken ? randomToken() : undefined)
  const code_verifier = method === false ? undefined : (options.codeVerifier ?? randomToken())
  const hashed = code_verifier === undefined ? undefined : codeChallenge(environment, code_verifier)
  const challenge = hashed instanceof Promise ? await hashed : hashed

  const protocol = toForm({
    response_type: responseType,
    client_id: client.client_id,
    redirect_uri,
    scope,
    state,
    response_mode: responseMode,
    nonce,
    claims: claims === undefined ? undefined : JSON.stringify(claims),
    code_challenge: challenge,
    code_challenge_method: challenge === undefined ? undefined : 'S256',
  })
  const transaction = startTransaction(server, client, {
    state,
    now: environment.now(),
    provider,
    redirect_uri,
    response_type: responseType,
    response_mode: responseMode,
    nonce,
    code_verifier,
    scope,
    claims,
    returnTo,
    max_age,
    acr_values,
    resource,
  })
  // RFC 6749 §3.1: no parameter more than once, so what the endpoint's own query says of the same is taken out.
  const isReplaced = (name: string) => RESERVED.has(name) || further.some(([other]) => other === name)
  const sent = [...delimitedScope(protocol, client.quirks?.scopeDelimiter, (quirk) => quirkFired(environment, quirk)), ...further]
  return { url: appendQuery(serialised(endpointUrl(server, 'authorization_endpoint')), sent, isReplaced), state, transaction }
}

/**
 * @param where what the error calls it
 * @throws {@link UsageError} for a redirect URI that is no absolute one (RFC 6749 §3.1.2). An empty one counts as none.
 */
export function assertRedirectUri(uri: string | undefined, where: Explanation): void {
  if (uri !== undefined && uri !== '' && !isAbsolute(uri)) {
    throw new UsageError(
      explain && `${where} is not an absolute URI. Give the whole address, as registered at the server: https://app.example/callback.`,
    )
  }
}

/**
 * Joins a list of scopes with spaces (RFC 6749 §3.3); nothing stays nothing.
 *
 * @throws {@link UsageError} for what is neither text nor a list of texts.
 */
export function scopeText(scope: string | readonly string[] | undefined): string | undefined {
  const list: unknown = typeof scope === 'string' ? [scope] : (scope ?? [])
  if (Array.isArray(list) && list.every((one) => typeof one === 'string')) return list.join(' ') || undefined
  throw new UsageError(explain && 'Option "scope" must be a text, such as "openid email", or a list of texts.')
}

/** Tells whether a space-separated scope contains one. */
export function hasScope(scope: string | undefined, name: string): boolean {
  return scope?.split(' ').includes(name) ?? false
}

function furtherParameters(parameters: Parameters | undefined): Form {
  const form = toForm(parameters)
  const reserved = form.find(([name]) => RESERVED.has(name))
  if (reserved !== undefined) {
    throw new UsageError(
      explain &&
        `Authorization request: "${reserved[0]}" cannot be among the further parameters. The option "${camelCase?.(reserved[0])}" sets it, if it can be set.`,
    )
  }
  return form
}

const camelCase = explain ? (name: string): string => name.replace(/_(.)/g, (_all, letter: string) => letter.toUpperCase()) : undefined

/** PKCE protects a code; a verifier for which there is no challenge would be dropped without a word. */
function assertPkce(given: string | false, method: string | false, { codeVerifier }: AuthorizationRequestOptions): void {
  if (given !== false && given !== 'S256') {
    throw new UsageError(explain && 'Authorization request: the code challenge method is "S256", or false to leave PKCE out.')
  }
  if (method === false && codeVerifier !== undefined) {
    throw new UsageError(
      explain &&
        'Authorization request: a code verifier is given, but there is no PKCE: it is switched off by codeChallengeMethod: false, or the response type has no code.',
    )
  }
}

function given(name: Explanation, value: string | undefined): string | undefined {
  if (value === '')
    throw new UsageError(explain && `Authorization request: "${name}" is empty. Leave it out to have one made, or give an unguessable one.`)
  return value
}

/** The further parameters that the answer will be checked against. */
function furtherMembers(form: Form): Pick<TransactionOptions, 'max_age' | 'acr_values' | 'resource'> {
  const maxAge = formGet(form, 'max_age')
  const resource = form.filter(([name]) => name === 'resource').map(([, value]) => value)
  if (maxAge !== undefined && !/^\d{1,10}$/.test(maxAge)) {
    throw new UsageError(
      explain && 'Authorization request: "max_age" must be a whole number of seconds, 0 or more (OpenID Connect Core §3.1.2.1).',
    )
  }
  return {
    max_age: maxAge === undefined ? undefined : Number(maxAge),
    acr_values: formGet(form, 'acr_values'),
    resource: resource.length === 0 ? undefined : resource,
  }
}
