import type { ClientAuthentication } from '../client-authentication/client.js'
import { defaultEnvironment, type Environment, type Maybe } from '../environment.js'
import { assertionGrant, JWT_BEARER } from '../flow/assertion.js'
import type { Flow } from '../flow/flow.js'
import { run, type Transport } from '../flow/run.js'
import { toForm } from '../http/form.js'
import { type JwtSigner, jwtSigner } from '../jose/sign-jwt.js'
import { scopeText } from '../message/authorization-request.js'
import type { TokenInput, TokenSet } from '../message/token-set.js'
import { type AssertionSessionOptions, assertAssertionOptions } from './assertion-options.js'
import { beforeTokenRequest } from './before-token-request.js'
import { ComplianceHooks, type ComplianceHookType, type ComplianceHookTypes } from './compliance-hooks.js'
import { assertHttpClient, type HttpClient } from './http-client.js'
import { allowedOrigins, type ResourceAuthoriser, resourceAuthoriser } from './resource-authoriser.js'
import { SessionToken } from './session-token.js'
import { tokenInput } from './token-input.js'
import type { GrantMemory, TokenRecord } from './token-record.js'

/** Seconds that an assertion is good for, unless told. */
const LIFETIME = 300

/** No client authentication: the assertion itself says who asks. */
const unauthenticated: ClientAuthentication = (request) => request

/**
 * A session whose tokens are got for assertions that it signs itself: a service account, with nobody to log in.
 *
 * The first request gets a token, and each renewal makes a new assertion. Requests at the same moment share one.
 *
 * @see RFC 7521 §4.1, RFC 7523 §2.1
 */
export class AssertionSession<Http> {
  /** The HTTP client, with the session's token on every request. */
  readonly http: Http
  readonly #options: AssertionSessionOptions
  readonly #environment: Environment
  readonly #transport: Transport
  readonly #sign: JwtSigner
  readonly #hooks: ComplianceHooks
  readonly #token: SessionToken

  /**
   * @param adapter `options` names those that an adapter reads itself.
   * @throws {@link UsageError} for unknown, missing or contradictory options, and for a key that cannot sign.
   */
  constructor(options: AssertionSessionOptions, client: HttpClient<Http>, adapter: { readonly options?: readonly string[] } = {}) {
    assertAssertionOptions(options, adapter.options)
    assertHttpClient(client, 'AssertionSession: the second argument')
    const { key, alg, kid, header, issuer, clientId, tokenEndpoint, scope, store, updateToken, leeway } = options
    this.#options = options
    this.#environment = options.environment ?? defaultEnvironment()
    this.#hooks = new ComplianceHooks(options.quirks, this.#environment)
    this.#transport = client.transport
    // A text that is no PEM may be the name of the key's file, which would sign well as a secret: it is one where an HMAC is asked for.
    const isSecret = typeof key !== 'string' || String(alg ?? header?.['alg']).startsWith('HS')
    this.#sign = jwtSigner('AssertionSession', { key, alg, kid, header }, isSecret ? 'any key' : 'private key')
    this.#token = new SessionToken(
      {
        server: { token_endpoint: tokenEndpoint },
        clientId: clientId ?? issuer,
        grant: grantName(options),
        scope,
        store,
        updateToken,
        leeway,
      },
      { environment: this.#environment, renew: (_record, _how, sending) => this.#granted(sending), revoke: () => Promise.resolve() },
    )
    this.http = client.authorised(this.authoriser(client.baseUrl))
    if (options.token !== undefined) this.token = options.token
  }

  /** What puts this session's token on the requests of an HTTP client whose base URL is given. For adapters. */
  authoriser(baseUrl?: string): ResourceAuthoriser {
    return resourceAuthoriser({
      environment: this.#environment,
      current: () => this.#current(),
      rejected: (hash) => this.#token.rejected(hash),
      allowedOrigins: allowedOrigins(this.#options.allowedOrigins, baseUrl),
      placement: this.#options.tokenPlacement,
      quirks: this.#options.quirks,
      protectedRequestHook: () => this.#hooks.protectedRequest(),
    })
  }

  /** The token as this session last saw it. Assigning stores it; `setToken` does the same and can be awaited. */
  get token(): TokenSet | undefined {
    return this.#token.snapshot
  }

  set token(token: TokenInput) {
    this.#token.assign(withoutRefreshToken(tokenInput(token, this.#environment.now())), this.#memory())
  }

  /** Stores a token that was kept elsewhere, to go on with. @throws {@link UsageError} @throws {@link PersistError} */
  async setToken(token: TokenInput): Promise<void> {
    await this.#token.put(withoutRefreshToken(tokenInput(token, this.#environment.now())), this.#memory())
  }

  /** Gets a token now, for a new assertion, and keeps it. `updateToken` is not called: the caller has the token. */
  async fetchToken(): Promise<TokenSet> {
    const token = await this.#granted()
    await this.#keep(token)
    return token
  }

  /** Renews the token now, or gets the first one. Callers at the same moment share one request. @throws {@link RefreshError} */
  async refreshToken(): Promise<TokenSet> {
    return (await this.#token.stored()) === undefined ? this.#first() : this.#token.renew({})
  }

  /** Sees to it that there is a token, and that it is not about to expire. */
  async ensureActiveToken(): Promise<boolean> {
    return (await this.#current()) !== undefined
  }

  /** Forgets the token, here and in the store. The next request gets another one. @throws {@link StoreError} */
  async deleteToken(): Promise<void> {
    await this.#token.delete()
  }

  /** As that of `OAuth2Session`. Every token of this session is an access token got anew, so the hooks of refreshes are never called. */
  registerComplianceHook<Type extends ComplianceHookType>(type: Type, hook: ComplianceHookTypes[Type]): void {
    this.#hooks.register(type, hook)
  }

  #current(): Maybe<TokenRecord | undefined> {
    const record = this.#token.current()
    if (record instanceof Promise) return record.then((known) => known ?? this.#afterFirst())
    return record ?? this.#afterFirst()
  }

  async #afterFirst(): Promise<TokenRecord | undefined> {
    await this.#first()
    const record = await this.#token.current()
    if (record !== undefined) return record
    // Deleted meanwhile: this request needs one all the same.
    await this.#first()
    return this.#token.current()
  }

  #first(): Promise<TokenSet> {
    return this.#token.first(() => this.#fetchFirst())
  }

  async #fetchFirst(): Promise<TokenSet> {
    const { changes } = this.#token
    const token = await this.#granted()
    // What the application put or deleted meanwhile is what it wants.
    if (this.#token.changes === changes) await this.#keep(token)
    return token
  }

  async #keep(token: TokenSet): Promise<void> {
    await this.#token.put(token, this.#memory(), { server: { token_endpoint: this.#options.tokenEndpoint } })
  }

  #memory(): GrantMemory {
    const { grantType = JWT_BEARER, scope } = this.#options
    const text = scopeText(scope)
    return { type: grantType, repeatable: true, ...(text === undefined ? {} : { scope: text }) }
  }

  async #granted(sending: () => void = () => undefined): Promise<TokenSet> {
    return withoutRefreshToken(await run(beforeTokenRequest(this.#grant(), sending), this.#transport))
  }

  #grant(): Flow<TokenSet> {
    const { tokenEndpoint, issuer, clientId, clientSecret, tokenEndpointAuthMethod, scopePlacement, claims, quirks, ...rest } =
      this.#options
    const scope = scopeText(rest.scope)
    const inClaims = scopePlacement === 'claims'
    const client = {
      client_id: clientId ?? issuer,
      client_secret: clientSecret,
      token_endpoint_auth_method: tokenEndpointAuthMethod,
      quirks,
    }
    return assertionGrant({ token_endpoint: tokenEndpoint }, client, {
      ...this.#hooks.of('access_token'),
      environment: this.#environment,
      sign: this.#sign,
      issuer,
      subject: rest.subject,
      audience: rest.audience,
      claims: inClaims ? { scope, ...claims } : claims,
      lifetime: rest.lifetime ?? LIFETIME,
      grantType: rest.grantType,
      scope: inClaims ? undefined : scope,
      parameters: rest.parameters,
      headers: rest.headers,
      allowInsecureHttp: rest.allowInsecureHttp,
      ...(clientId === undefined ? { clientAuthentication: unauthenticated } : {}),
    })
  }
}

/** A refresh token that a server sends all the same (RFC 7521 §4.1 wants none) has no use: a new assertion does its work. */
function withoutRefreshToken({ refresh_token: _unused, ...token }: TokenSet): TokenSet {
  return token as TokenSet
}

/** All that decides whose token it is and what it may do, beside endpoint, client and scope: sessions that differ in it share no token in a store. */
function grantName({ issuer, subject, audience, grantType = JWT_BEARER, claims, parameters }: AssertionSessionOptions): unknown {
  return { grantType, issuer, subject, audience, claims, parameters: toForm(parameters) }
}
