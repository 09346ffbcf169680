import { randomBytes } from 'node:crypto'
import { EventEmitter } from 'node:events'
import type { RequestListener } from 'node:http'
import { Provider } from 'oidc-provider'
import { createClientRegistry, type TestClient, type TestClientInput } from './clients.ts'
import { configuration } from './configuration.ts'
import { interactions } from './interactions.ts'
import { listen } from './listen.ts'
import { createMemoryStore } from './memory-adapter.ts'
import { defaultUsers, type ProviderOptions } from './options.ts'
import { registerPasswordGrant } from './password-grant.ts'
import { type RequestLogEntry, requestLog } from './request-log.ts'
import { generateSigningKeys, providerAlgs } from './signing-keys.ts'

/** `reuse`: a spent refresh token came again. `revoked`: a grant ended with all its tokens, by reuse, revocation or logout. */
export interface ProviderEvents {
  reuse: [{ readonly clientId: string | undefined }]
  revoked: [{ readonly clientId: string | undefined }]
}

export interface TestProvider {
  readonly issuer: string
  readonly port: number
  /** The first client: `web-app` unless `options.clients` says otherwise. */
  readonly client: TestClient
  readonly clients: readonly TestClient[]
  /** Registers a client, or replaces the one with this `client_id`: how a test sets redirect URIs once it knows them. */
  addClient(input?: TestClientInput): Promise<TestClient>
  readonly requests: readonly RequestLogEntry[]
  /** How many token requests came in, of one grant type or of all, whatever the answer was. */
  tokenRequests(grantType?: string): number
  readonly events: EventEmitter<ProviderEvents>
  readonly reuseDetected: number
  readonly grantRevoked: number
  /** Every token that an answer of the token endpoint has carried: what a test looks for where none may be. */
  readonly issued: readonly string[]
  /** Errors inside the provider (answers with 500), which oidc-provider would otherwise print. */
  readonly errors: readonly Error[]
  /** New signing keys; the old ones stay in the JWKS for verification unless `keepOld` is false. */
  rotateKeys(options?: { readonly keepOld?: boolean }): Promise<void>
  /** Ends all opaque access tokens now; refresh tokens stay. A JWT cannot be ended: use a short `accessTokenTtl`. */
  expireAccessTokens(): number
  /** The oidc-provider instance of this moment; `rotateKeys` puts a new one in its place. */
  readonly provider: Provider
  close(): Promise<void>
}

/** A real, certified OpenID provider (oidc-provider) on loopback, with its own pages for login and consent. */
export async function startProvider(options: ProviderOptions = {}): Promise<TestProvider> {
  const store = createMemoryStore()
  const algs = options.idTokenSigningAlgs ?? providerAlgs
  const users = options.users ?? defaultUsers
  const state = { adapter: store.adapter, cookieKeys: [randomBytes(32).toString('base64url')], users, algs }
  const registry = createClientRegistry(store.adapter)
  const requests: RequestLogEntry[] = []
  const errors: Error[] = []
  const events = new EventEmitter<ProviderEvents>()
  let keys = await generateSigningKeys(algs)
  const issued: string[] = []
  let reuseDetected = 0
  let grantRevoked = 0

  const create = (issuer: string): Provider => {
    const provider = new Provider(issuer, configuration(options, state, keys))
    provider.use(requestLog(requests))
    provider.use(interactions(provider, users))
    registerPasswordGrant(provider, users)
    // Koa's own event, which the types of oidc-provider leave out; with a listener Koa prints nothing.
    const koa: EventEmitter = provider
    koa.on('error', (error: Error) => errors.push(error))
    provider.on('server_error', (_ctx, error) => errors.push(error))
    provider.on('grant.error', (ctx, error) => {
      if (error.error_detail !== 'refresh token already used') return
      reuseDetected += 1
      events.emit('reuse', { clientId: ctx.oidc.client?.clientId })
    })
    provider.on('grant.success', (ctx) => {
      const answer = Object(ctx.body) as Readonly<Record<string, unknown>>
      for (const name of ['access_token', 'refresh_token', 'id_token']) if (typeof answer[name] === 'string') issued.push(answer[name])
    })
    provider.on('grant.revoked', (ctx) => {
      grantRevoked += 1
      events.emit('revoked', { clientId: ctx.oidc.client?.clientId })
    })
    return provider
  }

  // The issuer holds the port, so the server comes first; nobody knows the port before this function returns.
  let answer: RequestListener = (_request, response) => response.writeHead(503).end()
  const server = await listen((request, response) => answer(request, response), options.port)
  const issuer = options.host === undefined ? server.url : `http://${options.host}:${server.port}`
  let current: Provider
  let client: TestClient | undefined
  try {
    current = create(issuer)
    answer = current.callback()
    for (const input of options.clients ?? [{ client_id: 'web-app' }]) {
      const added = await registry.add(current, input)
      client ??= added
    }
    client ??= await registry.add(current, { client_id: 'web-app' })
  } catch (error) {
    await server.close()
    throw error
  }
  const firstId = client.client_id

  return {
    issuer,
    port: server.port,
    get client() {
      return registry.get(firstId)
    },
    clients: registry.all,
    addClient: (input) => registry.add(current, input),
    requests,
    tokenRequests: (grantType) =>
      requests.filter((entry) => entry.endpoint === 'token' && (grantType === undefined || entry.grantType === grantType)).length,
    events,
    get reuseDetected() {
      return reuseDetected
    },
    get grantRevoked() {
      return grantRevoked
    },
    issued,
    errors,
    async rotateKeys({ keepOld = true } = {}) {
      // oidc-provider reads its keys once, so a second instance takes over: same store, same cookie keys, same port.
      // It signs with the first key that fits, hence new keys first.
      keys = [...(await generateSigningKeys(algs)), ...(keepOld ? keys : [])]
      current = create(issuer)
      answer = current.callback()
    },
    expireAccessTokens: () => store.forget('AccessToken') + store.forget('ClientCredentials'),
    get provider() {
      return current
    },
    close: () => server.close(),
  }
}
