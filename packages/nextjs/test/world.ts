import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { defaultEnvironment, type Environment } from '@oauth/core/adapter'
import type { AuthorisedFetch } from '@oauth/core/fetch'
import { type Browser, createBrowser, listen, login, type Page, startProvider, type TestProvider } from '@oauth-test/provider'
import { type OAuth, type OAuthOptions, oauth } from '../src/index.js'

type Options = Partial<OAuthOptions<AuthorisedFetch, 'op'>>

/** A clock that goes with the machine's, so many seconds ahead. */
export interface Clock extends Environment {
  ahead: number
}

export interface World {
  readonly provider: TestProvider
  readonly baseUrl: string
  readonly auth: OAuth<AuthorisedFetch, 'op'>
  readonly browser: Browser
  readonly clock: Clock
  /** Logs the browser in, and gives the page where it ends. */
  signIn(path?: string): Promise<Page>
  /** The `Cookie` header that the browser sends. */
  cookie(): string
}

const opened: { close(): Promise<void> }[] = []

/** Closes what a test has opened, by handle, last things first. */
export async function closeAll(): Promise<void> {
  for (const one of opened.splice(0).reverse()) await one.close()
}

/** A provider, and an application whose handlers answer each request without Next: the catch-all route, and nothing else. */
export async function world({
  scope = 'openid email offline_access',
  ...options
}: Options & { readonly scope?: string } = {}): Promise<World> {
  const provider = closing(await startProvider())
  const clock = clockOf(defaultEnvironment())
  let auth: OAuth<AuthorisedFetch, 'op'> | undefined
  const server = closing(
    await listen(async (req, res) => {
      const { handlers } = auth ?? {}
      const response = await (req.method === 'POST' ? handlers?.POST : handlers?.GET)?.(await requestOf(req))
      res.writeHead(response?.status ?? 500, [...(response?.headers ?? [])].flat())
      res.end(await response?.text())
    }),
  )
  const baseUrl = server.url
  await provider.addClient({
    ...provider.client,
    redirect_uris: [`${baseUrl}/auth/op/callback`],
    post_logout_redirect_uris: [`${baseUrl}/`],
  })
  const { client_id: clientId, client_secret: clientSecret } = provider.client
  const op = { issuer: provider.issuer, clientId, clientSecret, scope }
  auth = oauth({ baseUrl, secret: randomBytes(32).toString('hex'), providers: { op }, environment: clock, ...options })
  const browser = createBrowser()
  return {
    provider,
    baseUrl,
    auth,
    browser,
    clock,
    signIn: async (path = '/auth/op/login') => login(await browser.goto(`${baseUrl}${path}`), { username: 'alice' }),
    cookie: () => browser.cookies.header(baseUrl),
  }
}

function closing<T extends { close(): Promise<void> }>(one: T): T {
  opened.push(one)
  return one
}

function clockOf(machine: Environment): Clock {
  const self: Clock = {
    ...machine,
    ahead: 0,
    now: () => machine.now() + self.ahead,
    monotonic: () => machine.monotonic() + self.ahead * 1000,
  }
  return self
}

async function requestOf(req: IncomingMessage): Promise<Request> {
  const { method = 'GET', url = '', headers } = req
  const chunks: Buffer[] = []
  for await (const chunk of req as AsyncIterable<Buffer>) chunks.push(chunk)
  // Neither host nor scheme are the application's: it has to know them.
  return new Request(`http://next.internal${url}`, {
    method,
    headers: Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]),
    body: method === 'POST' ? Buffer.concat(chunks) : null,
  })
}
