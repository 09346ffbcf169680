import { randomUUID } from 'node:crypto'
import { type Browser, createSigner, type HostileScript, type HostileServer, type Signer, startHostileServer } from '@oauth-test/provider'
import { afterAll, beforeAll } from 'vitest'
import type { App, AppOptions, Framework, JsonProvider } from './framework.ts'
import { type StoreServer, startStore } from './store-server.ts'

/** Milliseconds that an application may take to start. */
const START_TIMEOUT = 120_000

const LOGOUT_EVENT = { 'http://schemas.openid.net/event/backchannel-logout': {} }

type Claims = Readonly<Record<string, unknown>>

/** What differs from an application with one provider, `demo`, and sessions in cookies. */
export interface ScriptedWorldOptions {
  readonly app?: Partial<AppOptions>
  /** Of `demo`. */
  readonly demo?: Partial<JsonProvider>
  /** Members of the provider's metadata that differ. */
  readonly metadata?: Readonly<Record<string, unknown>>
  /** Sessions are in a store, that the test can break. */
  readonly stored?: boolean
}

/** A provider that does what the test says, and an application in front of it. Unless told otherwise it consents to everything at once. */
export interface ScriptedWorld {
  readonly app: App
  readonly server: HostileServer
  readonly signer: Signer
  /** @throws TypeError where sessions are in cookies. */
  readonly store: StoreServer
  /** Claims of the ID tokens from now on, beside those that each has to have. */
  claims: Claims
  /** What the token endpoint says when nothing is wrong. */
  readonly tokens: HostileScript
  /** A logout token with further claims, or other ones: `undefined` takes one away. */
  logoutToken(claims?: Claims, header?: Claims): string
  /** A browser in which the person of these claims has logged in. */
  loggedIn(claims?: Claims): Promise<Browser>
}

/** Starts a scripted provider and an application before the tests of this suite, and stops them after them. */
export function useScriptedWorld(framework: Framework, options: ScriptedWorldOptions = {}): ScriptedWorld {
  let started: (ScriptedWorld & { close(): Promise<void> }) | undefined
  beforeAll(async () => {
    started = await startScriptedWorld(framework, options)
  }, START_TIMEOUT)
  afterAll(() => started?.close())
  function world(): ScriptedWorld {
    if (started === undefined) throw new TypeError('The application is started before the tests; use it in one.')
    return started
  }
  return {
    get app() {
      return world().app
    },
    get server() {
      return world().server
    },
    get signer() {
      return world().signer
    },
    get store() {
      return world().store
    },
    get claims() {
      return world().claims
    },
    set claims(claims) {
      world().claims = claims
    },
    get tokens() {
      return world().tokens
    },
    logoutToken: (claims, header) => world().logoutToken(claims, header),
    loggedIn: (claims) => world().loggedIn(claims),
  }
}

/** Starts a scripted provider and an application. */
async function startScriptedWorld(
  framework: Framework,
  { app: different = {}, demo, metadata, stored = false }: ScriptedWorldOptions = {},
): Promise<ScriptedWorld & { close(): Promise<void> }> {
  const server = await startHostileServer()
  const store = stored ? await startStore() : undefined
  const signer = createSigner({ alg: 'ES256' })
  const now = () => Math.floor(Date.now() / 1000)
  // The nonce comes back in the code, so that any number of logins can be under way.
  const tokens: HostileScript = ({ body }) => {
    const nonce = new URLSearchParams(body).get('code')?.replace('code-', '')
    const common = { iss: server.url, sub: 'alice', aud: 'client', iat: now(), exp: now() + 300, nonce }
    const id_token = signer.sign({ ...common, ...world.claims })
    return { body: { access_token: 'access', refresh_token: 'refresh', token_type: 'Bearer', expires_in: 3600, id_token } }
  }
  server.answer('discovery', { body: server.metadata(metadata) })
  server.answer('jwks', { body: { keys: [signer.jwk] } })
  server.answer('token', tokens)
  server.answer('revocation', { status: 200 })
  server.answer('authorization', ({ url }) => {
    const asked = new URL(url, server.url).searchParams
    const answer = { code: `code-${asked.get('nonce')}`, state: asked.get('state') ?? '', iss: server.url }
    return { fault: 'redirect', status: 303, location: `${asked.get('redirect_uri')}?${new URLSearchParams(answer)}` }
  })

  async function close(): Promise<void> {
    await store?.close()
    await server.close()
  }
  let app: App
  try {
    const provider: JsonProvider = { issuer: server.url, clientId: 'client', clientSecret: 'the-client-secret', scope: 'openid', ...demo }
    app = await framework.start({ providers: { demo: provider }, ...(store === undefined ? {} : { store: store.url }), ...different })
  } catch (error) {
    await close()
    throw error
  }
  const world: ScriptedWorld & { close(): Promise<void> } = {
    app,
    server,
    signer,
    get store() {
      if (store === undefined) throw new TypeError('Sessions are in cookies: there is no store.')
      return store
    },
    claims: {},
    tokens,
    logoutToken: (claims, header) =>
      signer.sign(
        {
          iss: server.url,
          aud: 'client',
          sub: 'alice',
          sid: 'S1',
          iat: now(),
          exp: now() + 120,
          jti: randomUUID(),
          events: LOGOUT_EVENT,
          ...claims,
        },
        { typ: 'logout+jwt', ...header },
      ),
    async loggedIn(claims = {}) {
      world.claims = claims
      const browser = app.browser()
      const page = await browser.goto(`${app.baseUrl}/auth/demo/login?returnTo=${new URL(app.baseUrl).pathname.replace(/\/$/, '')}/static`)
      if (page.status !== 200) throw new Error(`The login ended at ${page.url} with ${page.status}: ${page.text}`)
      return browser
    },
    async close() {
      await app.stop()
      await close()
    },
  }
  return world
}
