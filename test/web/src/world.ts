import { type Browser, type ProviderOptions, startProvider, type TestProvider } from '@oauth-test/provider'
import { afterAll, beforeAll } from 'vitest'
import type { App, AppOptions, Framework, JsonProvider } from './framework.ts'
import { type StoreServer, startStore } from './store-server.ts'
import { logIn } from './visitor.ts'

/** What differs from an application with one provider, `demo`, and sessions in cookies. */
export interface WorldOptions {
  readonly app?: Partial<AppOptions>
  /** Of `demo`. */
  readonly demo?: Partial<JsonProvider>
  readonly provider?: ProviderOptions
  /** Names of further providers, each a client of its own at the same issuer. */
  readonly also?: readonly string[]
  /** Sessions are in a store, that the test can break. */
  readonly stored?: boolean
}

/** An application in front of a real provider. */
export interface World {
  readonly app: App
  readonly provider: TestProvider
  /** @throws TypeError where sessions are in cookies. */
  readonly store: StoreServer
  /** A browser in which this user has logged in. */
  loggedIn(username?: string): Promise<Browser>
  close(): Promise<void>
}

/** Milliseconds that an application may take to start. */
const START_TIMEOUT = 120_000

/** Starts an application before the tests of this suite, and stops it after them. */
export function useWorld(framework: Framework, options: WorldOptions = {}): World {
  let started: World | undefined
  beforeAll(async () => {
    started = await startWorld(framework, options)
  }, START_TIMEOUT)
  afterAll(() => started?.close())
  function world(): World {
    if (started === undefined) throw new TypeError('The application is started before the tests; use it in one.')
    return started
  }
  return {
    get app() {
      return world().app
    },
    get provider() {
      return world().provider
    },
    get store() {
      return world().store
    },
    loggedIn: (username) => world().loggedIn(username),
    close: () => world().close(),
  }
}

/** Starts a provider and an application that is registered there. */
export async function startWorld(framework: Framework, options: WorldOptions = {}): Promise<World> {
  const { app: different = {}, demo, provider: as, also = [] } = options
  const provider = await startProvider(as)
  const store = options.stored === true ? await startStore() : undefined
  const names = ['demo', ...also]
  const clients = await Promise.all(names.map((name) => provider.addClient({ client_id: `client-${name}` })))
  const providers: Record<string, JsonProvider> = Object.fromEntries(
    clients.map(({ client_id, client_secret }, index) => [
      names[index],
      {
        issuer: provider.issuer,
        clientId: client_id,
        clientSecret: client_secret,
        scope: 'openid email',
        ...(index === 0 ? demo : {}),
      },
    ]),
  )
  async function closeServers(): Promise<void> {
    await store?.close()
    await provider.close()
  }
  let app: App
  try {
    app = await framework.start({ providers, ...(store === undefined ? {} : { store: store.url }), ...different })
  } catch (error) {
    await closeServers()
    throw error
  }
  // What a client may be sent back to is known once the application has an address.
  await Promise.all(
    clients.map((client, index) =>
      provider.addClient({
        ...client,
        redirect_uris: [`${app.baseUrl}/auth/${names[index]}/callback`],
        post_logout_redirect_uris: [`${app.baseUrl}/`],
      }),
    ),
  )
  return {
    app,
    provider,
    get store() {
      if (store === undefined) throw new TypeError('Sessions are in cookies: there is no store.')
      return store
    },
    async loggedIn(username = 'alice') {
      const browser = app.browser()
      await logIn(browser, app, { username })
      return browser
    },
    async close() {
      await app.stop()
      await closeServers()
    },
  }
}
