import type { ClientAuthentication } from '../client-authentication/client.js'
import { defaultEnvironment, type Environment, type Maybe } from '../environment.js'
import { isOAuthError } from '../error/any-oauth-error.js'
import { UsageError } from '../error/usage-error.js'
import { finishAuthorization, startAuthorization } from '../flow/authorization-code.js'
import { coalesce } from '../flow/coalesce.js'
import type { Flow } from '../flow/flow.js'
import { verifyIdToken } from '../flow/id-token.js'
import { revoke } from '../flow/revoke.js'
import { run, type Transport } from '../flow/run.js'
import { tokenGrant } from '../flow/token.js'
import { userinfo } from '../flow/userinfo.js'
import { toForm } from '../http/form.js'
import { randomToken } from '../jose/random-token.js'
import { type AuthorizationRequest, scopeText } from '../message/authorization-request.js'
import { type EndSessionOptions, endSessionUrl } from '../message/end-session.js'
import type { IdTokenClaims } from '../message/id-token.js'
import type { TokenInput, TokenSet } from '../message/token-set.js'
import type { UserInfo } from '../message/userinfo.js'
import { endpointUrl, type ServerMetadata, serverIdentity } from '../metadata/server-metadata.js'
import { type AuthorizationUrlOptions, authorizationUrlRequest } from './authorization-url.js'
import {
  type AuthorizationCodeOptions,
  type FetchTokenOptions,
  fetchTokenTask,
  type RequestOptions,
  responseParameters,
} from './fetch-token.js'
import type { HttpClient } from './http-client.js'
import { type LoginPieces, loginTransaction } from './login-transaction.js'
import { memoryStore } from './memory-store.js'
import { assertMethods, type Registration, registration } from './registration.js'
import { renewToken } from './renew.js'
import { allowedOrigins, type ResourceAuthoriser, resourceAuthoriser } from './resource-authoriser.js'
import { assertSessionOptions, type SessionOptions } from './session-options.js'
import { sharedMemory } from './shared-memory.js'
import { machineKey } from './store-key.js'
import { tokenHash } from './token-hash.js'
import { tokenInput } from './token-input.js'
import { TokenLifeCycle } from './token-life-cycle.js'
import type { TokenPlace } from './token-place.js'
import type { GrantMemory, TokenRecord } from './token-record.js'

/** Options of `verifyIdToken`. */
export interface VerifyIdTokenOptions {
  /** The nonce that was sent with the request; leave it out only when none was. */
  readonly nonce?: string | undefined
  /** Seconds: the `max_age` that was asked for. */
  readonly maxAge?: number | undefined
  /** The access token that came along, to check `at_hash` with. */
  readonly accessToken?: string | undefined
}

/** Options of `revokeToken`. */
export interface RevokeOptions extends RequestOptions {
  /** The session's refresh token, else its access token, unless told. */
  readonly token?: string | undefined
  readonly tokenTypeHint?: 'access_token' | 'refresh_token' | undefined
}

/** Options of `refreshToken`. */
export interface RefreshTokenOptions extends RequestOptions {
  /** Less than what was granted; what was granted stays in force when left out. */
  readonly scope?: string | readonly string[] | undefined
}

/** Where a token came from, as far as that is known. */
interface TokenSource {
  readonly server?: ServerMetadata
  readonly endpoint?: string | undefined
  readonly claims?: IdTokenClaims | undefined
}

/**
 * One client's OAuth 2.0 session at one authorization server, whatever HTTP client carries it.
 *
 * `http` is the application's HTTP client, authorised: each request gets the current token, which is renewed before it expires, once for
 * all who ask at the same time, and stored before it is used. Adapters bind this class to a client; applications use theirs.
 */
export class OAuth2Session<Http> {
  /** The HTTP client, with the session's token on every request. */
  readonly http: Http
  readonly #options: SessionOptions
  readonly #environment: Environment
  readonly #transport: Transport
  readonly #registration: Registration
  readonly #methods = new Map<string, ClientAuthentication>()
  readonly #lifeCycle: TokenLifeCycle<RefreshTokenOptions>
  readonly #store: TokenPlace['store']
  #place: Maybe<TokenPlace> | undefined
  #snapshot: TokenRecord | undefined
  #claims: IdTokenClaims | undefined
  /** A token that was assigned and is on its way into the store. */
  #assigning: Promise<void> | undefined

  /** @throws {@link UsageError} for unknown, missing or contradictory options. */
  constructor(options: SessionOptions, client: HttpClient<Http>) {
    assertSessionOptions(options)
    this.#options = options
    this.#environment = options.environment ?? defaultEnvironment()
    this.#registration = registration(options, this.#environment)
    if (typeof options.tokenEndpointAuthMethod !== 'string') assertMethods(this.#registration)
    this.#transport = coalesce(client.transport)
    this.#store = options.store ?? memoryStore(this.#environment)
    this.#lifeCycle = new TokenLifeCycle({
      environment: this.#environment,
      renew: (record, how) => this.#run(this.#renew(record, how)),
      revoke: (token) => this.#run(this.#revoke({ token: token.refresh_token ?? token.access_token })),
      updateToken: options.updateToken,
      leeway: options.leeway,
      memory: sharedMemory(this.#store, this.#environment),
      // The session's own memory goes with the session, not before.
      ...(options.store === undefined ? { ttl: Number.POSITIVE_INFINITY } : {}),
    })
    this.http = client.authorised(this.authoriser(client.baseUrl))
    if (options.token !== undefined) this.token = options.token
  }

  /** What puts this session's token on the requests of an HTTP client whose base URL is given. For adapters. */
  authoriser(baseUrl?: string): ResourceAuthoriser {
    return resourceAuthoriser({
      environment: this.#environment,
      current: () => this.#current(),
      rejected: async (hash) => this.#lifeCycle.rejected(await this.#placeOf(), hash),
      allowedOrigins: allowedOrigins(this.#options.allowedOrigins, baseUrl),
    })
  }

  /** The token as this session last saw it. Assigning stores it; `setToken` does the same and can be awaited. */
  get token(): TokenSet | undefined {
    return this.#snapshot?.token
  }

  set token(token: TokenInput) {
    const assigning = this.#put(tokenInput(token, this.#environment.now()), { type: 'unknown' })
    this.#assigning = assigning
    // The failure belongs to the next use, which awaits it.
    assigning.catch(() => undefined)
  }

  /** Stores a token that was kept elsewhere. @throws {@link UsageError} when it has no access token. @throws {@link PersistError} */
  async setToken(token: TokenInput): Promise<void> {
    await this.#put(tokenInput(token, this.#environment.now()), { type: 'unknown' })
  }

  /** The verified claims of the ID token that the last `fetchToken` brought. */
  get claims(): IdTokenClaims | undefined {
    return this.#claims
  }

  /** The server's metadata, discovered if need be. */
  server(): Promise<ServerMetadata> {
    return this.#run(this.#registration.server())
  }

  /**
   * Where to send the browser to log in, and the transaction to keep until it comes back.
   *
   * State, PKCE verifier and (with `openid`) nonce are made unless given. Nothing is stored here.
   *
   * @see RFC 6749 §4.1.1 https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1
   */
  async createAuthorizationUrl(options: AuthorizationUrlOptions = {}): Promise<AuthorizationRequest> {
    const session = this.#options
    const own = authorizationUrlRequest(options, session.authorizationParameters)
    const server = await this.server()
    const start = startAuthorization(server, this.#registration.client, {
      ...own,
      environment: this.#environment,
      redirectUri: own.redirectUri ?? session.redirectUri,
      scope: own.scope ?? session.scope,
      state: own.state ?? session.state,
      codeChallengeMethod: session.codeChallengeMethod,
    })
    return this.#run(start)
  }

  /**
   * Gets a token by any grant and keeps it as the session's token. `updateToken` is not called: the caller has the token.
   *
   * @throws {@link ProtocolError} the authorization response or the ID token does not belong to this login.
   * @throws {@link AuthorizationResponseError} the server, or the person, said no.
   * @throws {@link EndpointError} the token endpoint said no.
   * @throws {@link UsageError} the options do not make a grant.
   */
  async fetchToken(options: FetchTokenOptions = {}): Promise<TokenSet> {
    const task = fetchTokenTask(options, scopeText(this.#options.scope))
    this.#assertKey(task.kind === 'code' ? 'authorization_code' : task.type)
    if (task.kind === 'code') return this.#redeem(task)
    const server = await this.server()
    const { type, form, scope, parameters } = task
    const token = await this.#run(tokenGrant(server, this.#registration.client, { ...this.#requestOptions(task), grant: form }))
    // Only a repeated client credentials grant needs them; others may be secrets that have done their work.
    const repeated = type === 'client_credentials' ? { parameters: toForm(parameters) } : {}
    const grant = { type, ...(scope === undefined ? {} : { scope }), ...repeated }
    await this.#put(token, grant, { server, endpoint: task.endpoint })
    return token
  }

  /**
   * Renews the token now. Callers at the same moment share one request; `updateToken` is called as with an automatic renewal.
   *
   * @throws {@link RefreshError} @throws {@link PersistError}
   */
  async refreshToken(options: RefreshTokenOptions = {}): Promise<TokenSet> {
    await this.#assigned()
    return this.#seen(await this.#lifeCycle.renew(await this.#placeOf(), options)).token
  }

  /** Renews the token if it is about to expire. Tells whether there is a token that can be used. */
  async ensureActiveToken(): Promise<boolean> {
    return (await this.#current()) !== undefined
  }

  /** Revokes a token: the one given, else the session's refresh token, else its access token. @see RFC 7009 */
  async revokeToken({ token, tokenTypeHint, ...options }: RevokeOptions = {}): Promise<void> {
    const own = token === undefined ? await this.#stored() : undefined
    const value = token ?? own?.refresh_token ?? own?.access_token
    if (value === undefined) throw new UsageError('There is no token to revoke.', { code: 'OAUTH_MISSING_TOKEN' })
    const hint = tokenTypeHint ?? (token === undefined && own?.refresh_token !== undefined ? 'refresh_token' : undefined)
    await this.#run(this.#revoke({ token: value, token_type_hint: hint }, options))
  }

  /** Who the token is about. The answer has to be about the subject of the ID token, where there was one. A 401 renews the token once. */
  async userinfo(): Promise<UserInfo> {
    const record = await this.#current()
    if (record === undefined) throw new UsageError('There is no token to ask for user info with.', { code: 'OAUTH_MISSING_TOKEN' })
    try {
      return await this.#run(this.#userinfo(record))
    } catch (error) {
      const refused = isOAuthError(error) && 'status' in error && error.status === 401
      if (!refused || !(await this.#lifeCycle.rejected(await this.#placeOf(), await tokenHash(this.#environment, record)))) throw error
      return this.#run(this.#userinfo((await this.#current()) ?? record))
    }
  }

  /** Verifies an ID token: algorithm, signature and every claim, in one step. @see OpenID Connect Core §3.1.3.7 */
  async verifyIdToken(idToken: string, { nonce, maxAge, accessToken }: VerifyIdTokenOptions = {}): Promise<IdTokenClaims> {
    const { client, keyCache, clockTolerance } = this.#registration
    const server = await this.server()
    return this.#run(
      verifyIdToken(idToken, server, client, { environment: this.#environment, keyCache, clockTolerance, nonce, maxAge, accessToken }),
    )
  }

  /** Where to send the browser to log out at the provider too. @see OpenID Connect RP-Initiated Logout §2 */
  async createLogoutUrl(options: EndSessionOptions = {}): Promise<{ url: string; state?: string }> {
    const token = await this.#stored()
    const state = options.postLogoutRedirectUri === undefined ? undefined : (options.state ?? randomToken(this.#environment))
    const url = endSessionUrl(await this.server(), {
      idTokenHint: token?.id_token,
      clientId: this.#registration.client.client_id,
      ...options,
      state,
    })
    return { url, ...(state === undefined ? {} : { state }) }
  }

  /** Makes a client authentication method known under a name; it may shadow a built-in one. */
  registerClientAuthMethod(name: string, method: ClientAuthentication): void {
    this.#methods.set(name, method)
  }

  async #redeem(task: AuthorizationCodeOptions): Promise<TokenSet> {
    const { authorizationResponse, transaction, ...pieces } = task
    const server = await this.server()
    const kept = transaction ?? loginTransaction(server, this.#registration.client, this.#pieces(pieces))
    const { client, keyCache, clockTolerance } = this.#registration
    const finish = finishAuthorization(server, client, {
      ...this.#requestOptions(task),
      response: responseParameters(authorizationResponse),
      transaction: kept,
      keyCache,
      clockTolerance,
    })
    const { token, claims } = await this.#run(finish)
    const { scope, resource } = kept
    const grant = { type: 'authorization_code', ...(scope === undefined ? {} : { scope }), ...(resource === undefined ? {} : { resource }) }
    await this.#put(token, grant, { server, endpoint: task.endpoint, claims })
    return token
  }

  #pieces({ state, codeVerifier, nonce, redirectUri }: Omit<AuthorizationCodeOptions, 'authorizationResponse'>): LoginPieces {
    const { scope, redirectUri: own, state: kept } = this.#options
    return {
      state: state ?? kept,
      codeVerifier,
      nonce,
      redirectUri: redirectUri ?? own,
      scope: scopeText(scope),
      now: this.#environment.now(),
    }
  }

  #requestOptions({ endpoint, clientAuthentication, headers, parameters }: RequestOptions) {
    const { allowInsecureHttp } = this.#registration
    return {
      environment: this.#environment,
      registeredMethods: this.#methods,
      allowInsecureHttp,
      endpoint,
      clientAuthentication,
      headers,
      parameters,
    }
  }

  #renew(record: TokenRecord, { scope, ...request }: RefreshTokenOptions = {}): Flow<TokenSet> {
    return renewToken(this.#registration, record, { ...this.#requestOptions(request), scope: scopeText(scope) })
  }

  async *#revoke(revocation: { token: string; token_type_hint?: string | undefined }, options: RequestOptions = {}): Flow<void> {
    const server = yield* this.#registration.server()
    yield* revoke(server, this.#registration.client, { ...this.#requestOptions(options), ...revocation })
  }

  async *#userinfo({ token, subject }: TokenRecord): Flow<UserInfo> {
    const server = yield* this.#registration.server()
    return yield* userinfo(server, this.#registration.client, { accessToken: token.access_token, subject })
  }

  #run<T>(flow: Flow<T>): Promise<T> {
    return run(flow, this.#transport)
  }

  /** The record to use now. Synchronous while the token is fresh and the store is. */
  #current(): Maybe<TokenRecord | undefined> {
    if (this.#assigning !== undefined) return this.#assigned().then(() => this.#current())
    const place = this.#placeOf()
    if (place instanceof Promise) return place.then((known) => this.#currentAt(known))
    return this.#currentAt(place)
  }

  #currentAt(place: TokenPlace): Maybe<TokenRecord | undefined> {
    const record = this.#lifeCycle.current(place)
    return record instanceof Promise ? record.then((renewed) => this.#seen(renewed)) : this.#seen(record)
  }

  async #assigned(): Promise<void> {
    const assigning = this.#assigning
    try {
      await assigning
    } finally {
      // Not before: whoever asks meanwhile has to wait too.
      if (this.#assigning === assigning) this.#assigning = undefined
    }
  }

  async #stored(): Promise<TokenSet | undefined> {
    await this.#assigned()
    return (await this.#lifeCycle.peek(await this.#placeOf()))?.token
  }

  #seen<T extends TokenRecord | undefined>(record: T): T {
    this.#snapshot = record
    return record
  }

  async #put(token: TokenSet, grant: GrantMemory, source: TokenSource = {}): Promise<void> {
    this.#assertKey(grant.type)
    const { issuer, server = {}, clientId } = this.#options
    const { claims } = source
    const record: TokenRecord = {
      v: 1,
      // A server without issuer and token endpoint renews nothing; its tokens can be used all the same.
      issuer: issuer ?? (source.server ?? server).issuer ?? (source.server ?? server).token_endpoint ?? '',
      // A token that was handed in did not say where it came from; it is renewed at the server's present endpoint.
      token_endpoint: source.endpoint ?? (source.server === undefined ? '' : endpointUrl(source.server, 'token_endpoint')),
      client_id: clientId,
      token,
      generation: 0,
      grant,
      ...(claims === undefined ? {} : { subject: claims.sub }),
      ...(claims?.sid === undefined ? {} : { sid: claims.sid }),
    }
    this.#snapshot = record
    this.#claims = claims
    // What was assigned before is stored before; whether that failed is nobody's business any more.
    const earlier = this.#assigning
    this.#assigning = undefined
    await earlier?.catch(() => undefined)
    await this.#lifeCycle.put(await this.#placeOf(), record)
    this.#snapshot = record
  }

  /** Asked before a token is fetched too: a code, say, can be redeemed only once. */
  #assertKey(grantType: string): void {
    const { store, key } = this.#options
    if (store !== undefined && key === undefined && grantType !== 'client_credentials') {
      throw new UsageError('Option "key" is missing: a "store" holds the tokens of many users, and "key" says which one this is.')
    }
  }

  #placeOf(): Maybe<TokenPlace> {
    this.#place ??= this.#makePlace()
    return this.#place
  }

  #makePlace(): Maybe<TokenPlace> {
    const { store, key, issuer, server, clientId, scope } = this.#options
    if (store === undefined || key !== undefined) return { store: this.#store, key: key ?? 'token' }
    const name = machineKey(this.#environment, { issuer: issuer ?? serverIdentity(server ?? {}), clientId, scope: scopeText(scope) })
    return name instanceof Promise ? name.then((known) => ({ store, key: known })) : { store, key: name }
  }
}
