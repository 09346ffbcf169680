import { assertClient, type ClientAuthentication } from '../client-authentication/client.js'
import type { Environment } from '../environment.js'
import { explain } from '../error/explain.js'
import { assertKnownOptions } from '../error/known-options.js'
import { UsageError } from '../error/usage-error.js'
import type { Parameters } from '../http/form.js'
import type { HttpHeaders } from '../http/http-response.js'
import type { SigningKey } from '../jose/sign-jwt.js'
import { scopeText } from '../message/authorization-request.js'
import type { TokenInput } from '../message/token-set.js'
import { assertGivenMetadata } from '../metadata/given-metadata.js'
import type { Quirks } from '../metadata/quirks.js'
import { assertTokenOptions } from './session-options.js'
import type { TokenPlacement } from './token-placement.js'
import type { TokenStore } from './token-record.js'
import type { UpdateToken } from './update-token.js'

/** Options of an assertion session. */
export interface AssertionSessionOptions {
  readonly tokenEndpoint: string
  /** Who vouches: the service account, or the client (`iss`). */
  readonly issuer: string
  /** Whom the token is for (`sub`): the account itself, or a person it may act for. Left out when absent. */
  readonly subject?: string | undefined
  /** Whom the assertion is meant for (`aud`): the token endpoint unless told. */
  readonly audience?: string | readonly string[] | undefined
  /** `urn:ietf:params:oauth:grant-type:jwt-bearer` unless told. */
  readonly grantType?: string | undefined
  /** Further claims of each assertion. Those that have the name of one made here take its place. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined
  /** Further members of the assertion's header. */
  readonly header?: Readonly<Record<string, unknown>> | undefined
  /** What signs: a private key as PEM (PKCS#8), JWK, CryptoKey or KeyObject, or a secret. A secret that is text needs an `alg` such as `HS256`. */
  readonly key: SigningKey
  /** Names the key to the server. */
  readonly kid?: string | undefined
  /** Chosen by the key when absent: `RS256` for RSA, by the curve for others. */
  readonly alg?: string | undefined
  /** Seconds that each assertion is good for: 300 unless told. */
  readonly lifetime?: number | undefined
  /** Space-separated, or a list. */
  readonly scope?: string | readonly string[] | undefined
  /** Where the scope goes: a parameter of the request unless told, or a claim of the assertion, as Google wants it. */
  readonly scopePlacement?: 'parameter' | 'claims' | undefined
  /** Sent as `client_id` beside the assertion, where the server asks for it. With a secret the client is authenticated too. */
  readonly clientId?: string | undefined
  readonly clientSecret?: string | undefined
  readonly tokenEndpointAuthMethod?: string | ClientAuthentication | undefined
  /** Further parameters and headers of each token request. */
  readonly parameters?: Parameters | undefined
  readonly headers?: HttpHeaders | undefined
  /** A token from an earlier session. */
  readonly token?: TokenInput | undefined
  readonly tokenPlacement?: TokenPlacement | undefined
  readonly updateToken?: UpdateToken | undefined
  /** Seconds before its expiry that the token is renewed. 60 unless told. */
  readonly leeway?: number | undefined
  /** Where the token lives, under a key made of endpoint, client, scope, parameters and all that the assertion says. This session's memory unless told. */
  readonly store?: TokenStore | undefined
  /** Origins that the token is sent to. */
  readonly allowedOrigins?: readonly string[] | undefined
  /** Lets plain http through for the token endpoint, beyond loopback. */
  readonly allowInsecureHttp?: boolean | undefined
  /** Where the server departs from the standards. */
  readonly quirks?: Quirks | undefined
  readonly environment?: Environment | undefined
}

const OPTIONS: Readonly<Record<keyof AssertionSessionOptions, true>> = {
  tokenEndpoint: true,
  issuer: true,
  subject: true,
  audience: true,
  grantType: true,
  claims: true,
  header: true,
  key: true,
  kid: true,
  alg: true,
  lifetime: true,
  scope: true,
  scopePlacement: true,
  clientId: true,
  clientSecret: true,
  tokenEndpointAuthMethod: true,
  parameters: true,
  headers: true,
  token: true,
  tokenPlacement: true,
  updateToken: true,
  leeway: true,
  store: true,
  allowedOrigins: true,
  allowInsecureHttp: true,
  quirks: true,
  environment: true,
}

/** @throws {@link UsageError} for unknown, missing, unusable or contradictory options. */
export function assertAssertionOptions(options: AssertionSessionOptions, own: readonly string[] = []): void {
  assertKnownOptions(options, [...Object.keys(OPTIONS), ...own], 'AssertionSession')
  const { tokenEndpoint, issuer, clientId, clientSecret, lifetime = 1, allowInsecureHttp } = options
  if (tokenEndpoint === undefined)
    throw new UsageError(explain && 'Option "tokenEndpoint" is missing: the address that assertions are sent to.')
  assertGivenMetadata({ token_endpoint: tokenEndpoint }, { allowInsecureHttp })
  if (typeof issuer !== 'string' || issuer === '')
    throw new UsageError(explain && 'Option "issuer" is missing: who vouches with the assertion, such as the name of the service account.')
  if (!(Number.isFinite(lifetime) && lifetime > 0))
    throw new UsageError(explain && 'Option "lifetime" must be a number of seconds, more than 0.')
  scopeText(options.scope)
  const { scopePlacement = 'parameter' } = options
  if (scopePlacement !== 'parameter' && scopePlacement !== 'claims')
    throw new UsageError(explain && 'Option "scopePlacement" must be "parameter" or "claims".')
  if (clientId === undefined && (clientSecret !== undefined || options.tokenEndpointAuthMethod !== undefined)) {
    throw new UsageError(explain && 'Option "clientId" is missing: client authentication needs to know which client it is.')
  }
  if (clientId !== undefined) {
    const { tokenEndpointAuthMethod: token_endpoint_auth_method, quirks } = options
    assertClient({ client_id: clientId, client_secret: clientSecret, token_endpoint_auth_method, quirks })
  }
  assertTokenOptions(options)
}
