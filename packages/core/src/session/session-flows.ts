import type { ClientAuthentication } from '../client-authentication/client.js'
import type { Environment } from '../environment.js'
import type { Flow } from '../flow/flow.js'
import { type FrontChannelResult, finishFrontChannel } from '../flow/front-channel.js'
import { type IntrospectionResult, introspect } from '../flow/introspect.js'
import { type RevocationResult, revoke } from '../flow/revoke.js'
import { tokenGrant } from '../flow/token.js'
import { userinfo } from '../flow/userinfo.js'
import { verifyIdToken } from '../flow/verify-id-token.js'
import type { Form } from '../http/form.js'
import { decodeJws } from '../jose/jws.js'
import { scopeText } from '../message/authorization-request.js'
import type { IdTokenClaims } from '../message/id-token.js'
import type { Introspection } from '../message/introspection.js'
import type { Revocation } from '../message/revocation.js'
import type { TokenSet } from '../message/token-set.js'
import type { UserInfo } from '../message/userinfo.js'
import type { AuthorizationTransaction } from '../transaction/authorization-transaction.js'
import { type ComplianceHooks, renewalKind } from './compliance-hooks.js'
import type { AuthorizationCodeOptions } from './fetch-token.js'
import type { RefreshTokenOptions, RequestOptions, VerifyIdTokenOptions } from './method-options.js'
import type { Registration } from './registration.js'
import { renewToken } from './renew.js'
import { renewable } from './renewable.js'
import type { TokenRecord } from './token-record.js'

/** What a session knows and every one of its flows needs. */
export interface SessionFlowPorts {
  readonly environment: Environment
  readonly registration: Registration
  /** Client authentication methods by the names that the application gave them. */
  readonly methods: ReadonlyMap<string, ClientAuthentication>
  readonly hooks: ComplianceHooks
}

/** The flows behind the methods of one session: each with the session's client, keys, methods and hooks, and at its server. */
export class SessionFlows {
  readonly #ports: SessionFlowPorts

  constructor(ports: SessionFlowPorts) {
    this.#ports = ports
  }

  /** A token, by a grant's own parameters. */
  async *grant(form: Form, request: RequestOptions): Flow<TokenSet> {
    const { registration, hooks } = this.#ports
    const server = yield* registration.server()
    return yield* tokenGrant(server, registration.client, { ...this.#request(request), ...hooks.of('access_token'), grant: form })
  }

  /** The end of a login that was begun with this transaction. */
  async *finish(transaction: AuthorizationTransaction, task: AuthorizationCodeOptions): Flow<FrontChannelResult> {
    const { registration, hooks } = this.#ports
    const { client, keyCache, clockTolerance } = registration
    const server = yield* registration.server()
    return yield* finishFrontChannel(server, client, {
      ...this.#request(task),
      ...hooks.of('access_token'),
      response: task.authorizationResponse,
      transaction,
      keyCache,
      clockTolerance,
    })
  }

  /** A new token in the place of a record's. */
  renew(record: TokenRecord, { scope: list, ...request }: RefreshTokenOptions = {}): Flow<TokenSet> {
    const { registration, hooks } = this.#ports
    const scope = scopeText(list)
    const wished = renewable(record, { scope, parameters: request.parameters })
    return renewToken(registration, wished, { ...this.#request(request), ...hooks.of(renewalKind(record)), scope })
  }

  /** Tells the server that a token is no longer needed. */
  async *revoke(revocation: Revocation, request: RequestOptions = {}): Flow<RevocationResult> {
    const { registration, hooks } = this.#ports
    const server = yield* registration.server()
    const requestHook = hooks.request('revoke_token_request')
    return yield* revoke(server, registration.client, { ...this.#request(request), requestHook, ...revocation })
  }

  /** What the server knows of a token. */
  async *introspect(introspection: Introspection, request: RequestOptions): Flow<IntrospectionResult> {
    const { registration, hooks } = this.#ports
    const { client, keyCache } = registration
    const server = yield* registration.server()
    const requestHook = hooks.request('introspect_token_request')
    return yield* introspect(server, client, { ...this.#request(request), requestHook, keyCache, ...introspection })
  }

  /** Who a record's token is about. */
  async *userinfo({ token, subject }: TokenRecord): Flow<UserInfo> {
    const { environment, registration } = this.#ports
    const { client, keyCache } = registration
    const server = yield* registration.server()
    return yield* userinfo(server, client, { environment, keyCache, accessToken: token.access_token, subject, issuer: issuerOf(token) })
  }

  /** The claims of an ID token, once it is verified. */
  async *verify(idToken: string, options: VerifyIdTokenOptions): Flow<IdTokenClaims> {
    const { environment, registration } = this.#ports
    const { client, keyCache, clockTolerance } = registration
    const server = yield* registration.server()
    return yield* verifyIdToken(idToken, server, client, { nonce: undefined, ...options, environment, keyCache, clockTolerance })
  }

  #request({ endpoint, clientAuthentication, headers, parameters }: RequestOptions) {
    const { environment, registration, methods } = this.#ports
    const { allowInsecureHttp } = registration
    return { environment, registeredMethods: methods, allowInsecureHttp, endpoint, clientAuthentication, headers, parameters }
  }
}

/** Of the session's ID token: it was verified when it came, or is the application's own. */
function issuerOf({ id_token }: TokenSet): string | undefined {
  const iss = id_token === undefined ? undefined : decodeJws(id_token)?.payload['iss']
  return typeof iss === 'string' ? iss : undefined
}
