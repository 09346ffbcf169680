import type { Client } from '../client-authentication/client.js'
import { toForm } from '../http/form.js'
import { randomToken } from '../jose/random-token.js'
import type { JwtSigner } from '../jose/sign-jwt.js'
import type { TokenSet } from '../message/token-set.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import type { Flow } from './flow.js'
import { type GrantOptions, tokenGrant } from './token.js'

/** The `grant_type` of a JWT as an authorization grant (RFC 7523 §2.1). */
export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/** What an assertion says, and how it is asked to be taken. */
export interface AssertionOptions extends GrantOptions {
  readonly sign: JwtSigner
  /** Who vouches (`iss`). */
  readonly issuer: string
  /** Whom the token is for (`sub`); left out when absent. */
  readonly subject?: string | undefined
  /** Whom the assertion is meant for (`aud`). The token endpoint unless told. */
  readonly audience?: string | readonly string[] | undefined
  /** Further claims, or others in place of those above. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined
  /** Seconds that the assertion is good for. */
  readonly lifetime: number
  /** {@link JWT_BEARER} unless told. */
  readonly grantType?: string | undefined
  /** A parameter of the request. */
  readonly scope?: string | undefined
}

/**
 * Gets a token for an assertion that is made and signed for this request alone, with a `jti` of its own.
 *
 * @throws {@link EndpointError} `invalid_grant` when the server does not take it.
 * @see RFC 7523 §2.1 https://www.rfc-editor.org/rfc/rfc7523#section-2.1
 */
export async function* assertionGrant(server: ServerMetadata, client: Client, options: AssertionOptions): Flow<TokenSet> {
  const { environment, sign, issuer, subject, claims, lifetime, grantType = JWT_BEARER, scope } = options
  const now = Math.floor(environment.now())
  const assertion = await sign({
    iss: issuer,
    aud: options.audience ?? options.endpoint ?? server.token_endpoint,
    ...(subject === undefined ? {} : { sub: subject }),
    iat: now,
    exp: now + lifetime,
    jti: randomToken(environment),
    ...claims,
  })
  return yield* tokenGrant(server, client, { ...options, grant: toForm({ grant_type: grantType, assertion, scope }) })
}
