import { printable } from '../error/printable.js'
import { ProtocolError } from '../error/protocol-error.js'
import { ResponseError } from '../error/response-error.js'
import type { JsonObject } from '../http/json.js'
import { parseUrl } from '../http/uri.js'
import { assertEndpoint, assertIssuer, type HttpPolicy } from './issuer.js'

/**
 * What an authorization server publishes of itself, or what the application says of a server that publishes nothing. Members spelt as in
 * the standards; unknown ones are kept.
 *
 * @see RFC 8414 §2 https://www.rfc-editor.org/rfc/rfc8414#section-2
 * @see OpenID Connect Discovery §3 https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata
 */
export interface ServerMetadata {
  /** Absent only for a server configured by hand that has no issuer: then there is no ID token and no `iss` to compare. */
  readonly issuer?: string
  readonly authorization_endpoint?: string
  readonly token_endpoint?: string
  readonly jwks_uri?: string
  readonly userinfo_endpoint?: string
  readonly revocation_endpoint?: string
  readonly introspection_endpoint?: string
  readonly end_session_endpoint?: string
  readonly scopes_supported?: readonly string[]
  readonly response_types_supported?: readonly string[]
  readonly response_modes_supported?: readonly string[]
  readonly code_challenge_methods_supported?: readonly string[]
  readonly token_endpoint_auth_methods_supported?: readonly string[]
  readonly id_token_signing_alg_values_supported?: readonly string[]
  readonly authorization_response_iss_parameter_supported?: boolean
  readonly [member: string]: unknown
}

/** Metadata members that are URLs we may send a request or a browser to. */
const ENDPOINTS = [
  'authorization_endpoint',
  'token_endpoint',
  'jwks_uri',
  'userinfo_endpoint',
  'revocation_endpoint',
  'introspection_endpoint',
  'end_session_endpoint',
  'registration_endpoint',
  'pushed_authorization_request_endpoint',
  'device_authorization_endpoint',
  'backchannel_authentication_endpoint',
] as const

/** Metadata members that are lists of words we read. */
const LISTS = [
  'scopes_supported',
  'response_types_supported',
  'response_modes_supported',
  'code_challenge_methods_supported',
  'token_endpoint_auth_methods_supported',
  'id_token_signing_alg_values_supported',
] as const

/**
 * Checks a metadata document against the issuer it was asked for. The issuer is compared as a plain string, never normalised. Members that
 * are `null` count as absent.
 *
 * @throws {@link ProtocolError} another issuer, or an endpoint that is no https URL.
 * @throws {@link ResponseError} a member of the wrong type.
 * @see RFC 8414 §3.3 https://www.rfc-editor.org/rfc/rfc8414#section-3.3
 */
export function serverMetadata(
  published: JsonObject,
  issuer: string,
  policy: HttpPolicy = {},
): ServerMetadata & { readonly issuer: string } {
  // Servers that write out all they know of write `null` for what they do not have.
  const document: JsonObject = Object.fromEntries(Object.entries(published).filter(([, value]) => value !== null))
  const given = document['issuer']
  if (given !== issuer) {
    throw new ProtocolError(
      'OAUTH_ISSUER_MISMATCH',
      `Server metadata: the "issuer" differs from the one configured. ${difference(given, issuer)}`,
      { reference: 'RFC 8414 §3.3' },
    )
  }
  for (const name of LISTS) {
    const value = document[name]
    if (value !== undefined && !(Array.isArray(value) && value.every((word) => typeof word === 'string'))) {
      throw new ResponseError('OAUTH_RESPONSE_SHAPE', `has a member "${name}" that is not a list of strings.`, {
        endpoint: 'discovery',
        status: 200,
      })
    }
  }
  const iss = document['authorization_response_iss_parameter_supported']
  if (iss !== undefined && typeof iss !== 'boolean') {
    throw new ResponseError(
      'OAUTH_RESPONSE_SHAPE',
      'has a member "authorization_response_iss_parameter_supported" that is not a boolean.',
      { endpoint: 'discovery', status: 200 },
    )
  }
  assertEndpoints(document, policy)
  return { ...document, issuer } as ServerMetadata & { readonly issuer: string }
}

/** Checks metadata that the application wrote by hand: its endpoints, and its issuer when it names one. */
export function assertServerMetadata(server: ServerMetadata, policy: HttpPolicy = {}): void {
  if (server.issuer !== undefined) assertIssuer(server.issuer, policy)
  assertEndpoints(server, policy)
}

/**
 * An endpoint's URL.
 *
 * @throws {@link ProtocolError} when the server has none.
 */
export function endpointUrl(server: ServerMetadata, name: (typeof ENDPOINTS)[number]): string {
  const url = server[name]
  if (typeof url === 'string') return url
  throw new ProtocolError(
    'OAUTH_ENDPOINT_MISSING',
    `Server metadata: there is no "${name}". Give it in the "server" option if the server has one`,
    { reference: 'RFC 8414 §2' },
  )
}

/** What names this server in a transaction or a stored record: its issuer, or its token endpoint when it has no issuer. */
export function serverIdentity(server: ServerMetadata): string {
  return server.issuer ?? endpointUrl(server, 'token_endpoint')
}

function assertEndpoints(server: { readonly [member: string]: unknown }, policy: HttpPolicy): void {
  const issuer = typeof server['issuer'] === 'string' ? parseUrl(server['issuer']) : undefined
  for (const name of ENDPOINTS) {
    if (server[name] !== undefined) assertEndpoint(name, server[name], issuer, policy)
  }
}

/** Both issuers are public names; telling them apart by eye is the hard part. */
function difference(given: unknown, configured: string): string {
  if (typeof given !== 'string') return 'The document has none: it is not the metadata of an authorization server.'
  if (`${given}/` === configured || given === `${configured}/`)
    return `They differ in the trailing slash: configure ${JSON.stringify(given)}.`
  return `Configured: ${JSON.stringify(configured)}; found: ${JSON.stringify(printable(given))}.`
}
