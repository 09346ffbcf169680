import type { ClientAuthentication } from '../client-authentication/client.js'
import { defaultEnvironment, type Environment } from '../environment.js'
import { isOAuthError } from '../error/any-oauth-error.js'
import { explain } from '../error/explain.js'
import { assertKnownOptions } from '../error/known-options.js'
import { UsageError } from '../error/usage-error.js'
import { startAuthorization } from '../flow/authorization-code.js'
import { coalesce } from '../flow/coalesce.js'
import type { Flow } from '../flow/flow.js'
import type { FrontChannelResult } from '../flow/front-channel.js'
import type { IntrospectionResult } from '../flow/introspect.js'
import type { RevocationResult } from '../flow/revoke.js'
import { run, type Transport } from '../flow/run.js'
import { formGet, toForm } from '../http/form.js'
import { randomToken } from '../jose/random-token.js'
import { type AuthorizationRequest, scopeText } from '../message/authorization-request.js'
import { type EndSessionOptions, endSessionUrl } from '../message/end-session.js'
import type { IdTokenClaims } from '../message/id-token.js'
import { promises } from '../message/response-type.js'
import type { Revocation } from '../message/revocation.js'
import type { TokenInput, TokenSet } from '../message/token-set.js'
import type { UserInfo } from '../message/userinfo.js'
import type { ServerMetadata } from '../metadata/server-metadata.js'
import { type AuthorizationUrlOptions, authorizationUrlRequest } from './authorization-url.js'
import { beforeTokenRequest } from './before-token-request.js'
import { ComplianceHooks, type ComplianceHookType, type ComplianceHookTypes } from './compliance-hooks.js'
import { type AuthorizationCodeOptions, type FetchTokenOptions, fetchTokenTask } from './fetch-token.js'
import { assertHttpClient, type HttpClient } from './http-client.js'
import { type LoginPieces, loginTransaction } from './login-transaction.js'
import {
  type IntrospectTokenOptions,
  METHOD_OPTIONS,
  type RefreshTokenOptions,
  type RevokeOptions,
  type VerifyIdTokenOptions,
} from './method-options.js'
import { ownToken, revokeOwn } from './own-revocation.js'
import { assertMethods, type Registration, registration } from './registration.js'
import { repeatedGet } from './repeated-get.js'
import { allowedOrigins, type ResourceAuthoriser, resourceAuthoriser } from './resource-authoriser.js'
import { SessionFlows } from './session-flows.js'
import { assertSessionOptions, resourceList, type SessionOptions } from './session-options.js'
import { SessionToken } from './session-token.js'
import { tokenInput } from './token-input.js'

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
  readonly #hooks: ComplianceHooks
  readonly #flows: SessionFlows
  readonly #token: SessionToken

  /**
   * @param adapter `options` names those that an adapter reads itself, so that they are known, and listed in the message about an unknown one.
   * @throws {@link UsageError} for unknown, missing or contradictory options.
   */
  constructor(options: SessionOptions, client: HttpClient<Http>, adapter: { readonly options?: readonly string[] } = {}) {
    assertSessionOptions(options, adapter.options)
    assertHttpClient(client, explain && 'OAuth2Session: the second argument')
    this.#options = options
    this.#environment = options.environment ?? defaultEnvironment()
    this.#hooks = new ComplianceHooks(options.quirks, this.#environment)
    this.#registration = registration(options, this.#environment)
    if (typeof options.tokenEndpointAuthMethod !== 'string') assertMethods(this.#registration)
    this.#transport = coalesce(repeatedGet(client.transport, this.#environment))
    this.#flows = new SessionFlows({
      environment: this.#environment,
      registration: this.#registration,
      methods: this.#methods,
      hooks: this.#hooks,
    })
    this.#token = new SessionToken(options, {
      environment: this.#environment,
      renew: (record, how, sending) => this.#run(beforeTokenRequest(this.#flows.renew(record, how), sending)),
      revoke: async (token) => void (await this.#run(this.#flows.revoke({ token: token.refresh_token ?? token.access_token }))),
    })
    this.http = client.authorised(this.authoriser(client.baseUrl))
    if (options.token !== undefined) this.token = options.token
  }

  /** What puts this session's token on the requests of an HTTP client whose base URL is given. For adapters. */
  authoriser(baseUrl?: string): ResourceAuthoriser {
    return resourceAuthoriser({
      environment: this.#environment,
      current: () => this.#token.current(),
      rejected: (hash) => this.#token.rejected(hash),
      allowedOrigins: allowedOrigins(this.#options.allowedOrigins, baseUrl),
      placement: this.#options.tokenPlacement,
      quirks: this.#options.quirks,
      keyless: this.#options.store !== undefined && this.#options.key === undefined,
      protectedRequestHook: () => this.#hooks.protectedRequest(),
    })
  }

  /** The token as this session last saw it. Assigning stores it; `setToken` does the same and can be awaited. */
  get token(): TokenSet | undefined {
    return this.#token.snapshot
  }

  set token(token: TokenInput) {
    this.#token.assign(tokenInput(token, this.#environment.now()))
  }

  /**
   * Stores a token that was kept elsewhere. Its ID token, where it has one, was verified when it came; `claims` stay unset.
   *
   * @throws {@link UsageError} when it has no access token, or a member that is not what its name says. @throws {@link PersistError}
   */
  async setToken(token: TokenInput): Promise<void> {
    await this.#token.put(tokenInput(token, this.#environment.now()), { type: 'unknown' })
  }

  /** The verified claims of the ID token that the last `fetchToken` brought. */
  get claims(): IdTokenClaims | undefined {
    return this.#token.claims
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
   * @throws {@link UsageError} for options that do not exist, and where the session has a `store` and no `key`: a person's token could not be
   * kept after the login.
   * @see RFC 6749 §4.1.1 https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1
   */
  async createAuthorizationUrl(options: AuthorizationUrlOptions = {}): Promise<AuthorizationRequest> {
    const session = this.#options
    const own = authorizationUrlRequest(options, [...toForm({ resource: session.resource }), ...toForm(session.authorizationParameters)])
    this.#token.assertKey({ type: 'authorization_code' })
    const server = await this.server()
    const start = startAuthorization(server, this.#registration.client, {
      ...own,
      environment: this.#environment,
      redirectUri: own.redirectUri ?? session.redirectUri,
      scope: own.scope ?? session.scope,
      state: own.state ?? session.state,
      responseType: own.responseType ?? session.responseType,
      responseMode: own.responseMode ?? session.responseMode,
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
  async fetchToken<Grant extends string = string>(options: FetchTokenOptions<Grant> = {}): Promise<TokenSet> {
    const task = fetchTokenTask(options, scopeText(this.#options.scope))
    this.#token.assertKey({ type: task.kind === 'code' ? 'authorization_code' : task.type })
    if (task.kind === 'code') return this.#redeem(task)
    const { type, form, scope, parameters } = task
    this.#token.assertOwnKey(task)
    const server = await this.server()
    // A call's own replaces the session's.
    const resource = formGet(toForm(parameters), 'resource') === undefined ? resourceList(this.#options) : []
    const token = await this.#run(this.#flows.grant([...form, ...toForm({ resource })], task))
    // Only a repeated client credentials grant needs them; others may be secrets that have done their work.
    const repeated = type === 'client_credentials' ? { parameters: toForm(parameters) } : {}
    const grant = { type, ...(scope === undefined ? {} : { scope }), ...(resource.length === 0 ? {} : { resource }), ...repeated }
    await this.#token.put(token, grant, { server, endpoint: task.endpoint })
    return token
  }

  /**
   * Finishes a login of any response type and tells all that it brought: the token, which becomes the session's, and the verified claims of the
   * ID token. `id_token` alone brings no token, and leaves the session's as it is.
   *
   * @throws as `fetchToken`.
   */
  async finishLogin(options: AuthorizationCodeOptions): Promise<FrontChannelResult> {
    const task = fetchTokenTask({ ...options, grantType: 'authorization_code' }, undefined)
    if (task.kind !== 'code') throw new UsageError(explain && 'finishLogin finishes logins; fetchToken takes other grants.')
    this.#token.assertKey({ type: 'authorization_code' })
    return this.#finish(task)
  }

  /**
   * Renews the token now. Callers at the same moment share one request; `updateToken` is called as with an automatic renewal. A `scope`
   * holds for the token that this call brings: the next renewal asks again for what was granted (RFC 6749 §6).
   *
   * @throws {@link RefreshError} @throws {@link PersistError}
   */
  async refreshToken(options: RefreshTokenOptions = {}): Promise<TokenSet> {
    assertKnownOptions(options, METHOD_OPTIONS.refreshToken, explain && 'refreshToken')
    return this.#token.renew(options)
  }

  /** Renews the token if it is about to expire. Tells whether there is a token that can be used. */
  async ensureActiveToken(): Promise<boolean> {
    const record = this.#token.current()
    // Where the token is fresh there is nothing to wait for.
    return (record instanceof Promise ? await record : record) !== undefined
  }

  /**
   * Forgets the session's token, here and in the store, and its claims. It is not revoked: at the server, and for whoever has a copy, it
   * stays good until it expires. `revokeToken` ends it there too.
   *
   * @throws {@link StoreError} when the store cannot delete it.
   */
  async deleteToken(): Promise<void> {
    await this.#token.delete()
  }

  /**
   * Revokes the session's refresh token, else its access token, and then forgets it all, as `deleteToken` does: what was revoked is not
   * sent again. With `tokenTypeHint: 'access_token'` the refresh token stays, and the next use renews. With a `token` that one is revoked;
   * the session's own is forgotten only when it is its refresh token, or an access token without one.
   *
   * When the server does not revoke, the token stays. Its answer as it came is in `response`, which is not enumerable.
   *
   * @throws {@link UsageError} when there is no such token, or the server has no revocation endpoint. @throws {@link EndpointError}
   * @see RFC 7009 §2 https://www.rfc-editor.org/rfc/rfc7009#section-2
   */
  async revokeToken(options: RevokeOptions = {}): Promise<RevocationResult> {
    assertKnownOptions(options, METHOD_OPTIONS.revokeToken, explain && 'revokeToken')
    const { token, tokenTypeHint, ...request } = options
    if (token !== undefined && (typeof token !== 'string' || token === '')) {
      throw new UsageError(explain && 'revokeToken: "token" must be the text of one token.')
    }
    const send = (revocation: Revocation) => this.#run(this.#flows.revoke(revocation, request))
    if (token !== undefined) {
      const result = await send({ token, token_type_hint: tokenTypeHint })
      await this.#token.revoked(token)
      return result
    }
    for (;;) {
      const revoked = await revokeOwn(tokenTypeHint, { stored: () => this.#token.stored(), send })
      // All is left where a renewal has just put other tokens in their place: those are the session's own now.
      if ((await this.#token.revoked(revoked.token)) !== 'all') return revoked.result
    }
  }

  /**
   * Asks the server what a token is worth: the session's refresh token, else its access token, unless told. The claims of a token that is not
   * `active` mean nothing. The answer as it came is in `response`, which is not enumerable.
   *
   * @throws {@link UsageError} when there is no such token, or the server has no introspection endpoint. @throws {@link EndpointError}
   * @see RFC 7662 §2 https://www.rfc-editor.org/rfc/rfc7662#section-2, and RFC 9701 for signed answers
   */
  async introspectToken(options: IntrospectTokenOptions = {}): Promise<IntrospectionResult> {
    assertKnownOptions(options, METHOD_OPTIONS.introspectToken, explain && 'introspectToken')
    const { token, tokenTypeHint, ...request } = options
    const asked = token === undefined ? ownToken(await this.#token.stored(), tokenTypeHint) : { token, token_type_hint: tokenTypeHint }
    if (asked === undefined) {
      throw new UsageError(explain && `introspectToken: there is no ${tokenTypeHint ?? 'token'} to ask about.`, {
        code: 'OAUTH_MISSING_TOKEN',
      })
    }
    return this.#run(this.#flows.introspect(asked, request))
  }

  /** Who the token is about. The answer has to be about the subject of the ID token, where there was one. A 401 renews the token once. */
  async userinfo(): Promise<UserInfo> {
    const record = await this.#token.current()
    if (record === undefined)
      throw new UsageError(explain && 'There is no token to ask for user info with.', { code: 'OAUTH_MISSING_TOKEN' })
    try {
      return await this.#run(this.#flows.userinfo(record))
    } catch (error) {
      const refused = isOAuthError(error) && 'status' in error && error.status === 401
      if (!refused || !(await this.#token.rejected(record))) throw error
      return this.#run(this.#flows.userinfo((await this.#token.current()) ?? record))
    }
  }

  /** Verifies an ID token: algorithm, signature and every claim, in one step. @see OpenID Connect Core §3.1.3.7 */
  async verifyIdToken(idToken: string, options: VerifyIdTokenOptions = {}): Promise<IdTokenClaims> {
    assertKnownOptions(options, METHOD_OPTIONS.verifyIdToken, explain && 'verifyIdToken')
    if (typeof idToken !== 'string') throw new UsageError(explain && 'verifyIdToken: the first argument must be the ID token, a text.')
    return this.#run(this.#flows.verify(idToken, options))
  }

  /**
   * Where to send the browser to log out at the provider too, with the session's ID token as a hint: so before the token is deleted or
   * revoked. With `postLogoutRedirectUri` a state is made unless given, which comes back with the browser.
   *
   * @throws {@link UsageError} when the server has no end session endpoint.
   * @see OpenID Connect RP-Initiated Logout §2 https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout
   */
  async createLogoutUrl(options: EndSessionOptions = {}): Promise<{ url: string; state?: string }> {
    assertKnownOptions(options, METHOD_OPTIONS.createLogoutUrl, explain && 'createLogoutUrl')
    const token = await this.#token.stored()
    const state = options.postLogoutRedirectUri === undefined ? undefined : (options.state ?? randomToken(this.#environment))
    const url = endSessionUrl(await this.server(), {
      idTokenHint: token?.id_token,
      clientId: this.#registration.client.client_id,
      ...options,
      state,
    })
    return { url, ...(state === undefined ? {} : { state }) }
  }

  /** Makes a client authentication method known under a name; it may shadow a built-in one. @throws {@link UsageError} for what is no function. */
  registerClientAuthMethod(name: string, method: ClientAuthentication): void {
    if (typeof method !== 'function') {
      throw new UsageError(explain && 'registerClientAuthMethod takes a name and a function, not a pair of them.')
    }
    this.#methods.set(name, method)
  }

  /**
   * Puts right what a server does otherwise than the standards say: the hook gets the request before client authentication is added to it, or
   * the answer before it is read, and returns the one to go on with. Hooks of one type run in the order of their registration; any may be
   * asynchronous. What is common is a quirk instead, and data (option `quirks`).
   *
   * @throws {@link UsageError} for a type that does not exist.
   */
  registerComplianceHook<Type extends ComplianceHookType>(type: Type, hook: ComplianceHookTypes[Type]): void {
    this.#hooks.register(type, hook)
  }

  async #redeem(task: AuthorizationCodeOptions): Promise<TokenSet> {
    const { token } = await this.#finish(task)
    if (token !== undefined) return token
    throw new UsageError(explain && 'fetchToken: the response type "id_token" brings no access token. finishLogin tells who logged in.')
  }

  async #finish(task: AuthorizationCodeOptions): Promise<FrontChannelResult> {
    const { authorizationResponse: _answer, transaction, ...pieces } = task
    const server = await this.server()
    const kept = transaction ?? loginTransaction(server, this.#registration.client, this.#pieces(pieces))
    const result = await this.#run(this.#flows.finish(kept, task))
    if (result.token === undefined) return result
    const { scope, resource } = kept
    const type = promises(kept.response_type, 'code') ? 'authorization_code' : 'implicit'
    const grant = { type, ...(scope === undefined ? {} : { scope }), ...(resource === undefined ? {} : { resource }) }
    await this.#token.put(result.token, grant, { server, endpoint: task.endpoint, claims: result.claims })
    return result
  }

  #pieces({ state, codeVerifier, nonce, redirectUri }: Omit<AuthorizationCodeOptions, 'authorizationResponse'>): LoginPieces {
    const { scope, redirectUri: own, state: kept, responseType, responseMode } = this.#options
    return {
      state: state ?? kept,
      codeVerifier,
      nonce,
      redirectUri: redirectUri ?? own,
      scope: scopeText(scope),
      responseType,
      responseMode,
      now: this.#environment.now(),
    }
  }

  #run<T>(flow: Flow<T>): Promise<T> {
    return run(flow, this.#transport)
  }
}
