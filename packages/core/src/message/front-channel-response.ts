import type { AuthorizationResponseProblem } from '../error/error-code.js'
import { type Explanation, explain } from '../error/explain.js'
import { type Form, formGet } from '../http/form.js'
import { PROTOTYPE_NAMES } from '../http/json.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import type { AuthorizationTransaction } from '../transaction/authorization-transaction.js'
import { type AuthorizationCode, answeredCode, assertAnswer, refuseAnswer, refuseDuplicates } from './authorization-response.js'
import { expiresAt, wholeSeconds } from './expiry.js'
import { refuseIdToken } from './refuse-id-token.js'
import { promises } from './response-type.js'
import { isToken } from './token-response.js'
import type { TokenSet } from './token-set.js'

/** What came with the browser: exactly what the response type promises. Nothing in the ID token is verified yet. */
export interface FrontChannelResponse {
  readonly code?: AuthorizationCode
  readonly idToken?: string
  readonly token?: TokenSet
}

/** Parameters of a token that must not be there twice either (RFC 6749 §3.1). */
const SINGLE = ['token_type', 'expires_in', 'scope', 'refresh_token']

/** Parameters that say something of the answer, or that are read by themselves. */
const READ: ReadonlySet<string> = new Set([
  ...['code', 'state', 'iss', 'error', 'error_description', 'error_uri'],
  ...['access_token', 'token_type', 'expires_in', 'expires_at', 'scope', 'id_token'],
])

/**
 * Checks an answer of any response type, in this order: duplicates, `state`, `iss`, `error`, then that what was promised is there, and nothing else.
 *
 * @param context `now` is in seconds since the epoch
 * @throws {@link ProtocolError} the answer does not belong to this login, or is not what was asked for.
 * @throws {@link AuthorizationResponseError} the server answered with an error.
 * @see RFC 6749 §4.2.2 https://www.rfc-editor.org/rfc/rfc6749#section-4.2.2
 * @see OpenID Connect Core §3.3.2.5 https://openid.net/specs/openid-connect-core-1_0.html#HybridAuthResponse
 */
export function frontChannelResponse(
  parameters: Form,
  transaction: AuthorizationTransaction,
  { server, now }: { readonly server: ServerMetadata; readonly now: number },
): FrontChannelResponse {
  assertAnswer(parameters, transaction, withIssuerOf(parameters, transaction, server))
  refuseDuplicates(parameters, SINGLE)
  const { response_type } = transaction
  refuseUnlessPromised(parameters, 'code', promises(response_type, 'code'))
  refuseUnlessPromised(parameters, 'access_token', promises(response_type, 'token'))
  refuseUnlessPromised(parameters, 'id_token', promises(response_type, 'id_token'))
  refuseUnlessPromised(parameters, 'refresh_token', false)
  const idToken = promises(response_type, 'id_token') ? promisedIdToken(parameters) : undefined
  return {
    ...(promises(response_type, 'code') ? { code: answeredCode(parameters) } : {}),
    ...(idToken === undefined ? {} : { idToken }),
    ...(promises(response_type, 'token') ? { token: promisedToken(parameters, transaction.scope, now) } : {}),
  }
}

/**
 * An ID token says who issued it, and is verified before anything else of the answer is used: servers leave `iss` out beside one, also where they
 * announce it. An `iss` that is there is compared all the same.
 *
 * @see RFC 9207 §1 https://www.rfc-editor.org/rfc/rfc9207#section-1
 */
function withIssuerOf(parameters: Form, { response_type }: AuthorizationTransaction, server: ServerMetadata): ServerMetadata {
  const isNamed = promises(response_type, 'id_token') && Boolean(formGet(parameters, 'id_token'))
  return isNamed ? { ...server, authorization_response_iss_parameter_supported: false } : server
}

function refuseUnlessPromised(parameters: Form, name: string, isPromised: boolean): void {
  if (isPromised || formGet(parameters, name) === undefined) return
  refuseAnswer(
    'OAUTH_UNEXPECTED_TOKEN',
    explain && `it carries "${name}", which the response type that was asked for never has. Nothing of it was used`,
    'RFC 9700 §2.1.2',
  )
}

function promisedIdToken(parameters: Form): string {
  const idToken = formGet(parameters, 'id_token')
  if (idToken === undefined || idToken === '') {
    refuseIdToken(
      'MISSING',
      explain && 'is not in the authorization response, though the response type asked for it',
      'OpenID Connect Core §3.3.2.5',
    )
  }
  return idToken
}

/**
 * The access token as the token endpoint would have given it: numbers are numbers, and further members are kept. Quirks of token answers are not
 * applied: they are for the token endpoint, and what comes through the address bar is taken by the letter or not at all.
 */
function promisedToken(parameters: Form, asked: string | undefined, now: number): TokenSet {
  const get = (name: string) => formGet(parameters, name) || undefined
  const access_token = get('access_token')
  const token_type = get('token_type')
  const expires_in = wholeSeconds(get('expires_in'))
  const scope = get('scope') ?? asked
  if (access_token === undefined) refuseToken('OAUTH_NO_TOKEN', explain && 'it has neither an access token nor an error')
  if (!isToken(access_token)) refuseToken('OAUTH_TOKEN_MALFORMED', explain && 'its access token is not visible ASCII text without spaces')
  if (token_type?.toLowerCase() !== 'bearer') {
    const found = token_type === undefined ? 'it has no "token_type"' : 'its "token_type" is not "Bearer", and this client can use no other'
    refuseToken('OAUTH_TOKEN_TYPE', explain && found)
  }
  if (expires_in === undefined && get('expires_in') !== undefined)
    refuseToken('OAUTH_TOKEN_MALFORMED', explain && 'its "expires_in" is not a number of seconds, 0 or more')
  const expires_at = expiresAt({ expires_in }, now)
  return {
    // As from JSON, nothing comes in that would reach into prototypes.
    ...Object.fromEntries(parameters.filter(([name]) => !READ.has(name) && !PROTOTYPE_NAMES.has(name))),
    access_token,
    token_type,
    ...(scope === undefined ? {} : { scope }),
    ...(expires_in === undefined ? {} : { expires_in }),
    ...(expires_at === undefined ? {} : { expires_at }),
  }
}

function refuseToken(code: AuthorizationResponseProblem, found: Explanation): never {
  refuseAnswer(code, found, 'RFC 6749 §4.2.2')
}
