import { explain } from '../error/explain.js'
import { UsageError } from '../error/usage-error.js'
import { type Form, formGet, type Parameters, toForm } from '../http/form.js'

/** What client authentication sets. Among the parameters there would be two methods, or two clients, in one request. */
const CLIENT_AUTHENTICATION: ReadonlySet<string> = new Set(['client_id', 'client_secret', 'client_assertion', 'client_assertion_type'])

/** What may be there more than once (RFC 8707 §2, RFC 8693 §2.1). */
const REPEATABLE: ReadonlySet<string> = new Set(['resource', 'audience'])

/** Who sets a parameter, where its name does not say so. */
const SET_BY: Readonly<Record<string, string>> | undefined = explain
  ? {
      grant_type: '"grantType"',
      code: '"authorizationResponse"',
      redirect_uri: '"redirectUri"',
      code_verifier: '"codeVerifier"',
      refresh_token: "the session's token, which setToken replaces; it is not an option",
      token_type_hint: '"tokenTypeHint"',
    }
  : undefined

/**
 * The further parameters of a request, after those it has by itself.
 *
 * @throws {@link UsageError} for one that the request or client authentication sets: no parameter may be there twice.
 * @see RFC 6749 §3.2 https://www.rfc-editor.org/rfc/rfc6749#section-3.2
 */
export function furtherParameters(label: string, own: Form, parameters: Parameters | undefined): Form {
  const further = toForm(parameters)
  const credential = [...own, ...further].find(([name]) => CLIENT_AUTHENTICATION.has(name))
  if (credential !== undefined) {
    throw new UsageError(
      explain &&
        `Request to the ${label} endpoint: "${credential[0]}" cannot be a parameter. Client credentials are set by clientId, clientSecret and tokenEndpointAuthMethod.`,
    )
  }
  const double = further.find(([name]) => formGet(own, name) !== undefined && !REPEATABLE.has(name))?.[0]
  if (double !== undefined) {
    throw new UsageError(
      explain &&
        `Request to the ${label} endpoint: "${double}" cannot be among the further parameters, because the request has one. It is set by ${SET_BY?.[double] ?? `"${double}"`}.`,
    )
  }
  return further
}
