import { defaultEnvironment, type Environment } from '@oauth/core/adapter'
import type { AuthorisedFetch } from '@oauth/core/fetch'
import {
  type Browser,
  createBrowser,
  type HostileServer,
  type Listening,
  listen,
  login,
  type Page,
  startHostileServer,
  startProvider,
  type TestProvider,
} from '@oauth-test/provider'
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express'
import { type OAuthOptions, oauth } from '../src/index.js'

const SECRET = 'the first secret of the application, long enough'

type Options = Partial<OAuthOptions<AuthorisedFetch>>
type ProviderOptions = OAuthOptions<AuthorisedFetch>['providers'][string]

/** Closes what a test has opened, by handle, last things first. */
const opened: { close(): Promise<void> }[] = []

export async function closeAll(): Promise<void> {
  for (const one of opened.splice(0).reverse()) await one.close()
}

export function closing<T extends { close(): Promise<void> }>(one: T): T {
  opened.push(one)
  return one
}

/** A clock that goes with the machine's, so many seconds ahead. */
export interface Clock extends Environment {
  ahead: number
}

export function clock(): Clock {
  const machine = defaultEnvironment()
  const self: Clock = {
    ...machine,
    ahead: 0,
    now: () => machine.now() + self.ahead,
    monotonic: () => machine.monotonic() + self.ahead * 1000,
  }
  return self
}

/** Serves an application that knows its own address. */
export async function serve(create: (url: string) => RequestHandler | Express | Promise<Express>): Promise<Listening> {
  let app: Express | undefined
  const server = closing(await listen((req, res) => app?.(req, res)))
  const made = await create(server.url)
  app = 'handle' in made ? (made as Express) : express().use(made)
  return server
}

export interface World {
  readonly provider: TestProvider
  readonly url: string
  readonly clock: Clock
  readonly browser: Browser
  /** Goes to a page that wants a login, and logs in. */
  login(path?: string): Promise<Page>
}

export interface WorldOptions {
  readonly options?: Options
  readonly provider?: Partial<ProviderOptions>
  /** Path of `baseUrl`. */
  readonly path?: string
  /** Before the middleware. */
  readonly before?: readonly RequestHandler[]
  /** The application's own routes. */
  readonly routes?: (app: Express) => void
  /** The application's error handler. */
  readonly handler?: ErrorRequestHandler
}

/** The middleware of an application at `url`, at a provider that knows it. */
export async function registered(
  provider: TestProvider,
  url: string,
  {
    options,
    provider: different,
    clock: environment,
  }: { options?: Options | undefined; provider?: Partial<ProviderOptions> | undefined; clock: Environment },
): Promise<RequestHandler> {
  const client = await provider.addClient({
    client_id: `app-${url}`,
    redirect_uris: [`${url}/auth/demo/callback`, `${url}/back/demo`],
    post_logout_redirect_uris: [`${url}/`, `${url}/goodbye`],
  })
  return oauth({
    baseUrl: url,
    secret: SECRET,
    environment,
    providers: {
      demo: {
        issuer: provider.issuer,
        clientId: client.client_id,
        clientSecret: client.client_secret,
        scope: 'openid email offline_access',
        authorizationParameters: { prompt: 'consent' },
        ...different,
      },
    },
    ...options,
  })
}

/** An application in front of a real provider. */
export async function world({ options, provider: different, path = '', before = [], routes, handler }: WorldOptions = {}): Promise<World> {
  const provider = closing(await startProvider({ accessTokenTtl: 60, alwaysIssueRefreshToken: false }))
  const time = clock()
  const server = await serve(async (url) => {
    const app = express()
    for (const one of before) app.use(one)
    app.use(await registered(provider, `${url}${path}`, { options, provider: different, clock: time }))
    routes?.(app)
    if (handler !== undefined) app.use(handler)
    return app
  })
  const browser = createBrowser()
  return {
    provider,
    url: server.url,
    clock: time,
    browser,
    login: async (page = '/auth/demo/login') => login(await browser.goto(`${server.url}${page}`), { username: 'alice' }),
  }
}

export interface HostileWorld {
  readonly server: HostileServer
  readonly url: string
  readonly browser: Browser
}

/** An application in front of a provider that does what the test says. Its authorization endpoint consents to everything. */
export async function hostileWorld({ options, provider: different, routes, handler }: WorldOptions = {}): Promise<HostileWorld> {
  const server = closing(await startHostileServer())
  server.answer('discovery', () => ({ body: server.metadata() }))
  server.answer('authorization', ({ url }) => {
    const asked = new URL(url, server.url).searchParams
    const location = `${asked.get('redirect_uri')}?${new URLSearchParams({ code: 'the-code', state: asked.get('state') ?? '', iss: server.url })}`
    return { fault: 'redirect', status: 303, location }
  })
  const app = await serve((url) => {
    const made = express()
    made.use(
      oauth({
        baseUrl: url,
        secret: SECRET,
        providers: { demo: { issuer: server.url, clientId: 'client', clientSecret: 'the-client-secret', ...different } },
        ...options,
      }),
    )
    routes?.(made)
    if (handler !== undefined) made.use(handler)
    return made
  })
  return { server, url: app.url, browser: createBrowser() }
}
