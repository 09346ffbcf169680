import { AUTHORIZATION_ERROR_WORDS, AuthorizationResponseError } from '../error/authorization-response-error.js'
import type { AuthorizationResponseProblem } from '../error/error-code.js'
import { type Explanation, explain } from '../error/explain.js'
import type { OAuthError } from '../error/oauth-error.js'
import { ProtocolError } from '../error/protocol-error.js'
import { type Form, formGet } from '../http/form.js'
import { constantTimeEqual } from '../jose/constant-time.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import type { AuthorizationTransaction } from '../transaction/authorization-transaction.js'
import { redactor } from './confidential.js'

declare const checked: unique symbol

/** A code that came with the right state from the right issuer. Only readers of answers make one, so no other can be redeemed. */
export interface AuthorizationCode {
  readonly code: string
  readonly [checked]: true
}

/** Parameters whose repetition would let two readers see two different answers. */
const SINGLE = ['code', 'state', 'iss', 'error', 'error_description', 'error_uri', 'response', 'access_token', 'id_token', 'session_state']

/** Parameters that an error has no use for, and that no error text may show. */
const SECRETS = ['code', 'access_token', 'id_token', 'response'] as const

/**
 * Checks what the browser brought back, in this order: duplicates, `state`, `iss`, `error`, then `code`. So an error text is only read when
 * it is the answer to this request, from the server it was sent to.
 *
 * @throws {@link ProtocolError} the answer does not belong to this login, or is malformed.
 * @throws {@link AuthorizationResponseError} the server answered with an error.
 * @see RFC 6749 §4.1.2 https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2
 * @see RFC 9207 §2.4 https://www.rfc-editor.org/rfc/rfc9207#section-2.4
 */
export function authorizationResponse(
  parameters: Form,
  transaction: Pick<AuthorizationTransaction, 'state' | 'nonce'>,
  server: Pick<ServerMetadata, 'issuer' | 'authorization_response_iss_parameter_supported'>,
): AuthorizationCode {
  assertAnswer(parameters, transaction, server)
  if (formGet(parameters, 'access_token') !== undefined || formGet(parameters, 'id_token') !== undefined) {
    refuseAnswer(
      'OAUTH_UNEXPECTED_TOKEN',
      explain && 'it carries a token, which response type "code" never has. The token was not used',
      'RFC 9700 §2.1.2',
    )
  }
  return answeredCode(parameters)
}

/** Checks that an answer is the one to this request, and that it is no error: duplicates, `state`, `iss`, `error`. */
export function assertAnswer(
  parameters: Form,
  transaction: Pick<AuthorizationTransaction, 'state' | 'nonce'>,
  server: Pick<ServerMetadata, 'issuer' | 'authorization_response_iss_parameter_supported'>,
): void {
  refuseDuplicates(parameters)
  checkState(formGet(parameters, 'state'), transaction.state)
  checkIssuer(formGet(parameters, 'iss'), server)
  if (formGet(parameters, 'error') !== undefined) throw errorResponse(parameters, transaction)
}

/** The code of an answer that has passed {@link assertAnswer}. */
export function answeredCode(parameters: Form): AuthorizationCode {
  const code = formGet(parameters, 'code')
  if (code === undefined || code === '') refuseAnswer('OAUTH_NO_CODE', explain && 'it has neither a code nor an error', 'RFC 6749 §4.1.2')
  return { code } as AuthorizationCode
}

/** The server's error. What else the answer holds, and what the request sent in confidence, is cut out of its texts. */
function errorResponse(parameters: Form, { state, nonce = '' }: Pick<AuthorizationTransaction, 'state' | 'nonce'>): OAuthError {
  const secrets = SECRETS.flatMap((name) => formGet(parameters, name) ?? [])
  const redacted = redactor({ secrets, values: [state, nonce] })
  const text = (name: string) => {
    const value = formGet(parameters, name)
    return value === undefined || (AUTHORIZATION_ERROR_WORDS as readonly string[]).includes(value) ? value : redacted(value)
  }
  return new AuthorizationResponseError({
    error: text('error') ?? '',
    error_description: text('error_description'),
    error_uri: text('error_uri'),
  })
}

/** Refuses a parameter given twice: two readers could take different ones for the answer. */
export function refuseDuplicates(parameters: Form, names: readonly string[] = SINGLE): void {
  for (const name of names) {
    if (parameters.filter((pair) => pair[0] === name).length > 1) {
      refuseAnswer('OAUTH_DUPLICATE_PARAM', explain && `the parameter "${name}" is there more than once`, 'RFC 6749 §3.1')
    }
  }
}

function checkState(state: string | undefined, expected: string): void {
  if (state === undefined || state === '') {
    refuseAnswer(
      'OAUTH_STATE_MISSING',
      explain && 'it has no "state" though one was sent. The server dropped it, or the link was made by somebody else',
      'RFC 6749 §4.1.2',
    )
  }
  if (!constantTimeEqual(state, expected)) {
    refuseAnswer(
      'OAUTH_STATE_MISMATCH',
      explain &&
        'its "state" is not that of this login. It answers another attempt (a second tab, an old bookmark), or was made by somebody else. Start the login again',
      'RFC 6749 §10.12',
    )
  }
}

function checkIssuer(
  iss: string | undefined,
  server: Pick<ServerMetadata, 'issuer' | 'authorization_response_iss_parameter_supported'>,
): void {
  // A server configured by hand without an issuer has nothing to compare with; its answers are bound by state and PKCE alone.
  if (server.issuer === undefined) return
  if (iss === undefined) {
    if (server.authorization_response_iss_parameter_supported !== true) return
    refuseAnswer('OAUTH_ISS_MISSING', explain && 'it has no "iss", though the server announces that it sends one', 'RFC 9207 §2.4')
  }
  if (iss !== server.issuer) {
    refuseAnswer(
      'OAUTH_ISS_MISMATCH',
      explain && 'its "iss" is not the issuer that the login was started at. The code was sent nowhere',
      'RFC 9207 §2.4',
    )
  }
}

/** Refuses an answer; `found` goes on where "Authorization response refused:" left off. @throws {@link ProtocolError} */
export function refuseAnswer(code: AuthorizationResponseProblem, found: Explanation, reference: string): never {
  throw new ProtocolError(code, explain && `Authorization response refused: ${found}`, { reference })
}
