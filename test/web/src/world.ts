import { type Browser, login, type Page, type ProviderOptions, startProvider, type TestProvider } from '@oauth-test/provider'
import type { App, AppOptions, Framework, Front, JsonProvider } from './framework.ts'

/** What differs from an application with one provider, `demo`. */
export interface WorldOptions {
  readonly app?: Partial<AppOptions>
  /** Of `demo`. */
  readonly demo?: Partial<JsonProvider>
  readonly provider?: ProviderOptions
  /** Names of further providers, each a client of its own at the same issuer. */
  readonly also?: readonly string[]
}

/** An application in front of a real provider. */
export interface World {
  readonly app: App
  readonly provider: TestProvider
  /** A browser in which this user has logged in. */
  loggedIn(username?: string): Promise<Browser>
  close(): Promise<void>
}

/** Starts a provider and an application that is registered there. */
export async function startWorld(
  framework: Framework,
  { app: different = {}, demo, provider: as, also = [] }: WorldOptions = {},
): Promise<World> {
  const provider = await startProvider({ alwaysIssueRefreshToken: true, ...as })
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
  let app: App
  try {
    app = await framework.start({ providers, ...different })
  } catch (error) {
    await provider.close()
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
    async loggedIn(username = 'alice') {
      const browser = app.browser()
      await logIn(browser, app, { username })
      return browser
    },
    async close() {
      await app.stop()
      await provider.close()
    },
  }
}

/** Logs in by going to a page that wants a login, the guarded one unless told. */
export async function logIn(
  browser: Browser,
  { baseUrl }: Pick<App, 'baseUrl'>,
  { username = 'alice', path = '/guarded' }: { readonly username?: string; readonly path?: string } = {},
): Promise<Page> {
  return login(await browser.goto(`${baseUrl}${path}`), { username })
}

/** What the application's front page says to this browser. */
export async function front(browser: Browser, { baseUrl }: Pick<App, 'baseUrl'>): Promise<Front> {
  const page = await browser.goto(`${baseUrl}/`)
  return JSON.parse(page.body) as Front
}
