import { explain } from '../error/explain.js'
import { assertKnownOptions } from '../error/known-options.js'
import { UsageError } from '../error/usage-error.js'
import { addToForm, type HttpRequest } from '../http/http-request.js'
import { randomToken } from '../jose/random-token.js'
import type { JwtSigner } from '../jose/sign-jwt.js'
import { isTemplate } from '../metadata/issuer-template.js'
import type { ClientAuthenticationContext } from './client.js'

/** What an assertion says beside who the client is. */
export interface ClientAssertionOptions {
  /**
   * Whom the assertion is for. The server's issuer unless told, which no other server takes; for a server without one, or with a
   * template in its place (`quirks.templatedIssuer`), its token endpoint.
   * Servers that were built on RFC 7523 may want `token_endpoint`, the token endpoint's URL at every endpoint, or `endpoint`, the URL of the
   * endpoint that is called; or give the very text. Where the endpoint's URL is what counts, a forged metadata document that names another
   * server's endpoint can have an assertion made for that server.
   */
  readonly audience?: 'issuer' | 'token_endpoint' | 'endpoint' | (string & {}) | readonly string[] | undefined
  /** Seconds an assertion is good for: 60 unless told, 60 at most. */
  readonly lifetime?: number | undefined
  /** Further claims, or another `iss` or `sub` than the client id. `aud`, `iat`, `exp` and `jti` are not among them. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined
}

/** Longest lifetime of an assertion, in seconds: who gets hold of one can use it no longer. */
const MAX_LIFETIME = 60

/** Claims that are made anew for each assertion, and what sets them instead. */
const OWN_CLAIMS: Readonly<Record<string, string>> = {
  aud: 'option "audience" sets it',
  iat: 'it is the time of the request',
  exp: 'option "lifetime" sets it',
  jti: 'it is made anew for each request, or the server would take the second one for a replay',
}

const OPTIONS = ['audience', 'lifetime', 'claims', 'alg', 'kid', 'header'] as const

/**
 * @param further names of options beside those that each assertion has.
 * @throws {@link UsageError} for unknown options, and for those that no assertion can be made of.
 */
export function assertAssertionOptions(options: ClientAssertionOptions, where: string, further: readonly string[] = []): void {
  assertKnownOptions(options, [...OPTIONS, ...further], where)
  const { lifetime = MAX_LIFETIME, claims = {} } = options
  if (!(Number.isInteger(lifetime) && lifetime > 0 && lifetime <= MAX_LIFETIME)) {
    throw new UsageError(
      explain &&
        `${where}: option "lifetime" must be 1 to ${MAX_LIFETIME} whole seconds. If the server takes no assertion, compare its clock with this machine's.`,
    )
  }
  const own = Object.keys(claims).find((name) => Object.hasOwn(OWN_CLAIMS, name))
  if (own !== undefined) throw new UsageError(explain && `${where}: option "claims" cannot have "${own}": ${OWN_CLAIMS[own]}.`)
}

/**
 * Adds a signed assertion of who the client is, with an identifier of its own, to a request.
 *
 * The client id goes along: RFC 7521 §4.2 makes it optional beside an assertion, and there are servers that look the client's key up by it
 * before they read the assertion.
 *
 * @see RFC 7523 §2.2, §3 https://www.rfc-editor.org/rfc/rfc7523#section-2.2
 */
export async function withAssertion(
  request: HttpRequest,
  context: ClientAuthenticationContext,
  { sign, audience, lifetime = MAX_LIFETIME, claims }: ClientAssertionOptions & { readonly sign: JwtSigner },
): Promise<HttpRequest> {
  const { client, environment } = context
  const iat = Math.floor(environment.now())
  const assertion = await sign({
    iss: client.client_id,
    sub: client.client_id,
    ...claims,
    aud: audienceOf(audience, request, context),
    iat,
    exp: iat + lifetime,
    jti: randomToken(environment),
  })
  return addToForm(request, [
    ['client_id', client.client_id],
    ['client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'],
    ['client_assertion', assertion],
  ])
}

function audienceOf(
  audience: ClientAssertionOptions['audience'] = 'issuer',
  { url, endpoint }: HttpRequest,
  { server, client }: ClientAuthenticationContext,
): string | readonly string[] {
  const here = url.replace(/\?.*$/, '')
  const tokenEndpoint = server.token_endpoint ?? (endpoint === 'token' ? here : undefined)
  // A template is the name of no server.
  const isTemplated = Boolean(client.quirks?.templatedIssuer) && server.issuer !== undefined && isTemplate(server.issuer)
  const issuer = isTemplated ? tokenEndpoint : (server.issuer ?? tokenEndpoint)
  const named = { issuer, token_endpoint: tokenEndpoint, endpoint: here }
  if (typeof audience !== 'string' || !Object.hasOwn(named, audience)) return audience
  const found = named[audience as keyof typeof named]
  if (found !== undefined) return found
  throw new UsageError(
    explain &&
      `Client assertion: nothing says whom it is for: the server's metadata has no "${audience === 'issuer' ? 'issuer' : 'token_endpoint'}". Give it in the option "server", or in the option "audience".`,
  )
}
