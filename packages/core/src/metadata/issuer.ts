import { explain } from '../error/explain.js'
import { ProtocolError } from '../error/protocol-error.js'
import { UsageError } from '../error/usage-error.js'
import { isLoopback, parseUrl } from '../http/uri.js'

/** Where plain http is tolerated. */
export interface HttpPolicy {
  /** Takes `http:` for this server beyond loopback. Tokens and codes then travel in clear text: for test networks only. */
  readonly allowInsecureHttp?: boolean | undefined
  /** Origins that endpoints may have beside the issuer's own. Any unless told: servers spread over several hosts. */
  readonly endpointOrigins?: readonly string[] | undefined
}

const WELL_KNOWN = /\/\.well-known\/(openid-configuration|oauth-authorization-server)/

/**
 * Checks an issuer identifier that the application configured: an https URL (or http on loopback) without query or fragment.
 *
 * @param option what the error calls it.
 * @throws {@link UsageError} saying what to write instead.
 * @see RFC 8414 §2 https://www.rfc-editor.org/rfc/rfc8414#section-2
 */
export function assertIssuer(issuer: string, policy: HttpPolicy = {}, option = 'Option "issuer"'): URL {
  const url = typeof issuer === 'string' ? parseUrl(issuer) : undefined
  if (url === undefined)
    throw new UsageError(explain && `${option} is not a URL. Use the "issuer" value of the server's metadata, such as https://as.example.`)
  if (WELL_KNOWN.test(url.pathname)) {
    throw new UsageError(
      explain &&
        `${option} is the address of the metadata. Use the issuer itself: ${JSON.stringify(issuer.replace(/\/\.well-known\/.*$/, ''))}.`,
    )
  }
  if (url.search !== '' || url.hash !== '' || url.username !== '') {
    throw new UsageError(explain && `${option} has a query, a fragment or a user name. An issuer has none (RFC 8414 §2).`)
  }
  if (!isSecure(url, policy, url)) {
    throw new UsageError(
      explain && `${option} uses ${url.protocol}//: an issuer is an https URL (http only on loopback, or with allowInsecureHttp).`,
    )
  }
  return url
}

/**
 * Checks an endpoint named by metadata or configuration: https, or http where the issuer is itself on loopback or the policy allows it.
 *
 * @throws {@link ProtocolError}
 */
export function assertEndpoint(name: string, endpoint: unknown, issuer: URL | undefined, policy: HttpPolicy = {}): void {
  if (!isEndpoint(endpoint, issuer, policy)) refuseEndpoint(name)
}

/** Tells whether a value is the URL of an endpoint that may be used, as {@link assertEndpoint} has it. */
export function isEndpoint(endpoint: unknown, issuer: URL | undefined, policy: HttpPolicy = {}): boolean {
  const url = typeof endpoint === 'string' ? parseUrl(endpoint) : undefined
  return url !== undefined && url.username === '' && url.hash === '' && isSecure(url, policy, issuer) && isAllowed(url, policy, issuer)
}

/** @throws {@link ProtocolError} that does not repeat the endpoint: it may hold a password. */
export function refuseEndpoint(name: string): never {
  throw new ProtocolError(
    'OAUTH_ENDPOINT_SCHEME',
    explain &&
      `Server metadata: "${name}" is not an absolute https URL without fragment (http is taken on loopback alone, for a server on loopback, or with allowInsecureHttp), or not at the issuer's origin or one of "endpointOrigins", where that option is set`,
    { reference: 'RFC 8414 §2' },
  )
}

function isAllowed({ origin }: URL, { endpointOrigins }: HttpPolicy, issuer: URL | undefined): boolean {
  return endpointOrigins === undefined || origin === issuer?.origin || endpointOrigins.includes(origin)
}

function isSecure(url: URL, { allowInsecureHttp = false }: HttpPolicy, issuer: URL | undefined): boolean {
  if (url.protocol === 'https:') return true
  if (url.protocol !== 'http:') return false
  return allowInsecureHttp || (isLoopback(url) && (issuer === undefined || (issuer.protocol === 'http:' && isLoopback(issuer))))
}
