import { type TestEnvironment, testEnvironment } from '../../../test/environment.js'
import type { HttpHeaders } from '../../http/http-response.js'
import type { HttpClient } from '../../session/http-client.js'
import type { TokenLifeCycle } from '../../session/token-life-cycle.js'
import { SessionVisit } from '../session-visit.js'
import { type RoutesPorts, type WebContext, webContext } from '../web-context.js'
import type { ProviderOptions, WebOptions } from '../web-options.js'
import { type WebRoutes, webRoutes } from '../web-routes.js'
import { type AuthorizationServer, authorizationServer, type Consent } from './authorization-server.js'
import { type Answered, type Asked, type TestBrowser, testBrowser } from './browser.js'

export const APP = 'https://app.example'
export const API = 'https://api.example'
export const SECRET = 'the first secret of the application, long enough'
export const LOGIN_COOKIE = '__Host-oauth.login.'
export const SESSION_COOKIE = '__Host-oauth.session.0'

/** The application's HTTP client: sends one GET, again after a 401, and tells the last status. */
export type Call = (url?: string) => Promise<number>

export type Options = Partial<WebOptions<Call>>

/** One application, its authorization server, and a clock that the test moves. */
export interface World {
  readonly clock: TestEnvironment
  readonly server: AuthorizationServer
  readonly routes: WebRoutes<Call>
  /** `Authorization` of the application's own requests, in order. */
  readonly sent: string[]
  /** What the API answers. */
  resource: (authorization: string) => number | Promise<number>
  readonly options: WebOptions<Call>
  /** Another instance of the application: after a restart, or beside the first. */
  instance(options?: Options, ports?: RoutesPorts): WebRoutes<Call>
  browser(): TestBrowser<Call>
  /** What another instance of the application works on. */
  readonly context: WebContext<Call>
  /** The session that a browser has, as that instance sees it. */
  inside(browser: TestBrowser<Call>): Promise<SessionVisit<Call>>
  /** Starts a login; returns the authorization URL. */
  start(browser: TestBrowser<Call>, how?: LoginOptions): Promise<string>
  /** A whole login; returns the answer of the callback. */
  login(browser: TestBrowser<Call>, how?: LoginOptions): Promise<Answered>
}

export interface LoginOptions extends Consent {
  readonly provider?: string
  readonly returnTo?: string
  readonly asked?: Asked
}

/** A registration at the world's server. */
export const registered: ProviderOptions<Call> = {
  issuer: 'https://as.example',
  clientId: 'client',
  clientSecret: 'the-client-secret',
  scope: 'openid offline_access',
}

/** Two registrations there. */
export const TWO_PROVIDERS = { demo: registered, other: { ...registered, clientId: 'client-2' } }

export function world(options: Options = {}, provider: Partial<ProviderOptions<Call>> = {}): World {
  const clock = testEnvironment()
  const server = authorizationServer(clock)
  const sent: string[] = []

  const http: HttpClient<Call> = {
    transport: (request) => self.server.respond(request),
    authorised:
      (authoriser) =>
      async (url = `${API}/items`) => {
        const once = async (attempt: number) => {
          const authorised = await authoriser.authorise({ method: 'GET', url, headers: {}, replayable: true }, attempt)
          const authorization = authorised.headers['authorization'] ?? ''
          sent.push(authorization)
          return { authorised, status: await self.resource(authorization) }
        }
        const first = await once(1)
        const verdict = await authoriser.answered(first.authorised, { status: first.status, headers: {} })
        return verdict === 'again' ? (await once(2)).status : first.status
      },
  }

  const complete: WebOptions<Call> = {
    baseUrl: APP,
    secret: SECRET,
    environment: clock,
    providers: { demo: { ...registered, ...provider } },
    ...options,
  }

  const context = webContext(complete, http)

  const self: World = {
    clock,
    context,
    inside: (browser) => SessionVisit.open(context, browser.request('/'), { writable: () => true }),
    server,
    routes: webRoutes(complete, http),
    sent,
    resource: () => 200,
    options: complete,
    instance: (different = {}, ports = {}) => webRoutes({ ...complete, ...different }, http, ports),
    browser: () => testBrowser(self.routes),
    async start(browser, { provider: name = 'demo', returnTo, asked } = {}) {
      const { location, error } = await browser.go(
        `/auth/${name}/login${returnTo === undefined ? '' : `?${new URLSearchParams({ returnTo })}`}`,
        asked,
      )
      if (error !== undefined) throw error
      return location
    },
    async login(browser, how = {}) {
      const answer = server.authorize(await self.start(browser, how), how)
      return browser.go(`/auth/${how.provider ?? 'demo'}/callback?${answer}`)
    },
  }
  return self
}

/** The life cycle of the world's one provider. */
export function lifeCycleOf(context: WebContext<Call>): TokenLifeCycle {
  const provider = context.providers.get('demo')?.fixed
  if (provider === undefined) throw new Error('there is no provider "demo" that is the same for all requests')
  return provider.lifeCycle
}

/** Headers with which a form posted from the provider's own page arrives. */
export const FORM_POST: HttpHeaders = {
  accept: 'text/html',
  'content-type': 'application/x-www-form-urlencoded',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
  'sec-fetch-site': 'cross-site',
  origin: 'https://as.example',
}
