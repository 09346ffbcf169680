import { explain } from '../error/explain.js'
import { printable } from '../error/printable.js'
import { ProtocolError } from '../error/protocol-error.js'
import { ResponseError } from '../error/response-error.js'
import type { JsonObject } from '../http/json.js'
import { parseUrl } from '../http/uri.js'
import type { Jwk } from '../jose/key-input.js'
import { assertEndpoint, type HttpPolicy, isEndpoint, refuseEndpoint } from './issuer.js'
import { isTemplateOf } from './issuer-template.js'
import { type EndpointName, FURTHER_ENDPOINTS, LOGIN_ENDPOINTS, misshapenMember } from './metadata-members.js'
import type { Quirks } from './quirks.js'

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
  /** The server's keys themselves (RFC 7517 §5), for a server without `jwks_uri`: nothing is fetched then. */
  readonly jwks?: { readonly keys: readonly Jwk[] }
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
  readonly require_pushed_authorization_requests?: boolean
  /** Endpoints that the published document names and that may not be used; not a member of the document. */
  readonly refusedEndpoints?: readonly string[]
  readonly [member: string]: unknown
}

/** What is tolerated of a metadata document. */
export interface MetadataPolicy extends HttpPolicy {
  readonly quirks?: Quirks | undefined
}

/**
 * Checks a metadata document against the issuer it was asked for. The issuer is compared as a plain string, never normalised; with
 * `quirks.templatedIssuer` it may be a template for it, and is the issuer from then on. Members that are `null` or empty count as absent.
 *
 * An endpoint beside the login's own (revocation, logout, …) that cannot be trusted is left out and named in `refusedEndpoints`: using it
 * is an error that says so, and all else goes on working.
 *
 * @throws {@link ProtocolError} another issuer, or an endpoint of the login that is no https URL.
 * @throws {@link ResponseError} a member of the wrong type.
 * @see RFC 8414 §3.3 https://www.rfc-editor.org/rfc/rfc8414#section-3.3
 */
export function serverMetadata(
  published: JsonObject,
  issuer: string,
  policy: MetadataPolicy = {},
): ServerMetadata & { readonly issuer: string } {
  const given = published['issuer']
  const isTemplate = Boolean(policy.quirks?.templatedIssuer) && isTemplateOf(given, issuer)
  if (given !== issuer && !isTemplate) {
    throw new ProtocolError(
      'OAUTH_ISSUER_MISMATCH',
      explain && `Server metadata: the "issuer" differs from the one configured. ${difference?.(given, issuer)}`,
      { reference: 'RFC 8414 §3.3' },
    )
  }
  const url = parseUrl(issuer)
  const document = presentMembers(published)
  for (const name of LOGIN_ENDPOINTS) if (document[name] !== undefined) assertEndpoint(name, document[name], url, policy)
  const misshapen = misshapenMember(document)
  if (misshapen !== undefined) {
    throw new ResponseError('OAUTH_RESPONSE_SHAPE', explain && `has a member "${misshapen.name}" that is not ${misshapen.type}.`, {
      endpoint: 'discovery',
      status: 200,
    })
  }
  const refusedEndpoints = FURTHER_ENDPOINTS.filter((name) => document[name] !== undefined && !isEndpoint(document[name], url, policy))
  for (const name of refusedEndpoints) delete document[name]
  return { ...document, issuer: isTemplate ? given : issuer, ...(refusedEndpoints.length === 0 ? {} : { refusedEndpoints }) }
}

/**
 * An endpoint's URL.
 *
 * @throws {@link ProtocolError} when the server has none, or one that cannot be trusted.
 */
export function endpointUrl(server: ServerMetadata, name: EndpointName): string {
  const url = server[name]
  if (typeof url === 'string' && url !== '') return url
  if (server.refusedEndpoints?.includes(name)) refuseEndpoint(name)
  throw new ProtocolError(
    'OAUTH_ENDPOINT_MISSING',
    explain && `Server metadata: there is no "${name}". Give it in the "server" option if the server has one`,
    { reference: 'RFC 8414 §2' },
  )
}

/** What names this server in a transaction or a stored record: its issuer, or its token endpoint when it has no issuer. */
export function serverIdentity(server: ServerMetadata): string {
  return server.issuer ?? endpointUrl(server, 'token_endpoint')
}

/** Servers that write out all they know of write `null` or nothing for what they do not have. `refusedEndpoints` is ours alone to say. */
function presentMembers(published: JsonObject): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(published).filter(([name, value]) => value !== null && value !== '' && name !== 'refusedEndpoints'),
  )
}

/** Both issuers are public names; telling them apart by eye is the hard part. */
const difference = explain
  ? (given: unknown, configured: string): string => {
      if (typeof given !== 'string' || given === '') return 'The document has none: it is not the metadata of an authorization server.'
      if (given.includes('{tenantid}')) return 'It is a template for the issuers of many tenants: set quirks.templatedIssuer.'
      if (`${given}/` === configured || given === `${configured}/`)
        return `They differ in the trailing slash: configure ${JSON.stringify(given)}.`
      return `Configured: ${JSON.stringify(configured)}; found: ${JSON.stringify(printable(given))}.`
    }
  : undefined
