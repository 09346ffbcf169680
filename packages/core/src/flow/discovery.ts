import type { Environment } from '../environment.js'
import { isOAuthError } from '../error/any-oauth-error.js'
import { explain } from '../error/explain.js'
import { ResponseError } from '../error/response-error.js'
import type { HttpResponse } from '../http/http-response.js'
import { isJson } from '../http/media-type.js'
import { maybeJsonObject } from '../http/read-json.js'
import { discoveryRequest, discoveryResponse, discoveryUrl } from '../message/discovery.js'
import type { JsonContext } from '../message/labelled-json.js'
import { quirkFired } from '../metadata/fired-quirk.js'
import { assertIssuer, type HttpPolicy } from '../metadata/issuer.js'
import type { Quirks } from '../metadata/quirks.js'
import { type ServerMetadata, serverMetadata } from '../metadata/server-metadata.js'
import type { Cache } from './cache.js'
import type { Flow } from './flow.js'

/** Metadata that has been fetched and checked, and when (seconds since the epoch). */
export interface CachedServer {
  readonly server: ServerMetadata & { readonly issuer: string }
  readonly fetchedAt: number
}

/** Options of {@link discover}. */
export interface DiscoveryOptions extends HttpPolicy {
  readonly environment: Pick<Environment, 'now' | 'emit'>
  readonly cache?: Cache<CachedServer> | undefined
  readonly quirks?: Quirks | undefined
}

/** Seconds that fetched metadata is used without asking again, and that it is used while the server cannot be reached. */
export const METADATA_TTL = 3600
export const METADATA_MAX_STALE = 86_400

/**
 * Finds an issuer's endpoints: OpenID Connect Discovery, and RFC 8414 where there is none.
 *
 * Metadata that is older than an hour is fetched again; while that fails, it goes on being used for a day. What fails the checks is
 * never used, also when the metadata before it was good.
 *
 * @throws {@link UsageError} the issuer is no https URL.
 * @throws {@link ProtocolError} `OAUTH_ISSUER_MISMATCH`, `OAUTH_ENDPOINT_SCHEME` of an endpoint that a login needs.
 * @see OpenID Connect Discovery §4, RFC 8414 §3
 */
export async function* discover(issuer: string, options: DiscoveryOptions): Flow<ServerMetadata & { readonly issuer: string }> {
  const { environment, cache, quirks } = options
  const url = assertIssuer(issuer, options)
  // What may be used of the same document depends on the policy.
  const cacheKey = `${issuer}${options.allowInsecureHttp ? ' (http)' : ''}${quirks?.templatedIssuer ? ' (template)' : ''}${options.endpointOrigins === undefined ? '' : ` (at ${options.endpointOrigins.join(' ')})`}`
  const cached = cache?.get(cacheKey)
  if (cached !== undefined && environment.now() - cached.fetchedAt < METADATA_TTL) return cached.server
  try {
    const document = yield* metadataDocument(url, options)
    const server = serverMetadata(document, issuer, options)
    if (server.issuer !== issuer) quirkFired(environment, 'templatedIssuer')
    cache?.set(cacheKey, { server, fetchedAt: environment.now() })
    return server
  } catch (error) {
    if (cached !== undefined && isUnavailable(error) && environment.now() - cached.fetchedAt < METADATA_MAX_STALE) return cached.server
    throw error
  }
}

async function* metadataDocument(issuer: URL, context: JsonContext): Flow<ReturnType<typeof discoveryResponse>> {
  const openid = discoveryRequest(discoveryUrl(issuer, 'openid-configuration'))
  const answer = yield openid
  if (!isAbsent(answer)) return discoveryResponse(answer, openid, context)
  const oauth = discoveryRequest(discoveryUrl(issuer, 'oauth-authorization-server'))
  const second = yield oauth
  if (!isAbsent(second)) return discoveryResponse(second, oauth, context)
  // The first place is the better known one: when there is no metadata at all, its answer is what to look at.
  const { status } = answer
  throw new ResponseError(
    status === 200 ? 'OAUTH_RESPONSE_CONTENT_TYPE' : 'OAUTH_RESPONSE_STATUS',
    explain &&
      `is no metadata. There is none at ${openid.url}, nor at ${oauth.url}. Is "issuer" right? A server without metadata is given as "server".`,
    { endpoint: openid.endpoint, status },
  )
}

/**
 * A redirect, an outage or a limit of requests is not absence: the first must be refused, the others say nothing of what is there. A page
 * that is neither called JSON nor is any is absence: web applications answer with their start page whatever the path.
 */
function isAbsent(response: HttpResponse): boolean {
  const { status, headers } = response
  if (status === 200) return !isJson(headers['content-type']) && maybeJsonObject(response) === undefined
  return status >= 400 && status < 500 && status !== 429
}

/** The server cannot be reached or is failing, which says nothing about the metadata we have. */
export function isUnavailable(error: unknown): boolean {
  if (!isOAuthError(error)) return false
  if (error.name === 'TransportError') return error.reason !== 'redirect'
  return (error.name === 'ResponseError' || error.name === 'EndpointError') && (error.status >= 500 || error.status === 429)
}
