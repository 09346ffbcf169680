import { fileURLToPath } from 'node:url'
import { oauth, requireLogin } from '@oauth/express'
import { gotClient, type HttpClient } from '@oauth/node-got'
import express, { type Express } from 'express'
import got, { type Got } from 'got'
import { readEnvironment } from './environment.ts'
import { failed, notFound } from './failed.ts'
import { fromOwnPage } from './from-own-page.ts'
import { account } from './pages/account.ts'
import { home } from './pages/home.ts'
import { type Items, items, itemsElsewhere } from './pages/items.ts'
import { isProvider } from './providers.ts'

declare module '@oauth/express' {
  interface Register {
    http: Got
  }
}

/** Options of {@link createApp}. */
export interface AppOptions {
  /** The variables that `environment.ts` names. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** How requests are sent; got, unless somebody wants to watch. */
  readonly http?: HttpClient<Got>
}

/** Two providers to sign in with, pages that call an API as whoever signed in, and the way out. */
export function createApp({ env, http }: AppOptions): Express {
  const { baseUrl, secret, api, responseMode, lifetime } = readEnvironment(env)
  const app = express()
  app.disable('x-powered-by')

  // Before the sessions: it is everybody's, and may be cached.
  app.get('/style.css', (_req, res) => res.sendFile(fileURLToPath(new URL('style.css', import.meta.url)), { maxAge: '1h' }))

  app.use(
    oauth({
      baseUrl,
      secret,
      env,
      http: http ?? apiClient(api),
      session: { lifetime },
      providers: {
        example: {
          scope: 'openid profile email offline_access',
          authorizationParameters: { prompt: 'consent' },
          responseMode,
        },
        // Says who somebody is. No API takes its tokens.
        forge: { scope: 'openid profile email', allowedOrigins: [] },
      },
    }),
  )
  app.locals['base'] = new URL(`${baseUrl}/`).pathname

  app.get('/', (req, res) => {
    res.send(home(req))
  })

  app.get('/items', requireLogin(), (req, res, next) => {
    if (req.oauth.session('example') === undefined) res.send(itemsElsewhere(req))
    else next()
  })
  app.get('/items', requireLogin({ provider: 'example', token: true }), async (req, res) => {
    res.send(items(req, await pageOfItems(req.oauth.client('example'), req.query['page'])))
  })

  app.get('/api/items', requireLogin({ provider: 'example', token: true }), async (req, res) => {
    res.json(await pageOfItems(req.oauth.client('example'), req.query['page']))
  })

  app.get('/account', requireLogin(), (req, res) => {
    res.send(account(req))
  })

  app.post('/account/link/:provider', requireLogin(), fromOwnPage(baseUrl), async (req, res, next) => {
    const { provider } = req.params
    if (!isProvider(provider)) return next()
    res.redirect(303, await req.oauth.login(provider, { link: true, returnTo: `${app.locals['base']}account` }))
  })

  app.use(notFound)
  app.use(failed)
  return app
}

/** got, with the API as its base: tokens are sent there and nowhere else. */
export function apiClient(api: string): HttpClient<Got> {
  return gotClient(got.extend({ prefixUrl: api }))
}

async function pageOfItems(http: Got, page: unknown): Promise<Items> {
  return await http.get('items', { searchParams: { page: Math.max(1, Number(page) || 1) } }).json()
}
