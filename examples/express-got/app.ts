import { oauth, requireLogin } from '@oauth/express'
import { gotClient, type HttpClient } from '@oauth/node-got'
import express, { type Express } from 'express'
import got, { type Got } from 'got'
import { page } from './page.ts'

declare module '@oauth/express' {
  interface Register {
    http: Got
  }
}

/** What the application has to know of the world around it; `server.ts` reads it from the environment. */
export interface AppOptions {
  readonly baseUrl: string
  readonly secret: string
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** The API that is called with the user's token. */
  readonly api: string
  /** How requests are sent; got, unless somebody wants to watch. */
  readonly http?: HttpClient<Got>
}

/** An Express application as anybody would write it: one middleware, one guard, one API call. */
export function createApp({ baseUrl, secret, issuer, clientId, clientSecret, api, http = apiClient(api) }: AppOptions): Express {
  const app = express()

  app.use(
    oauth({
      baseUrl,
      secret,
      http,
      providers: {
        demo: {
          issuer,
          clientId,
          clientSecret,
          scope: 'openid profile email offline_access',
          authorizationParameters: { prompt: 'consent' },
        },
      },
    }),
  )

  app.get('/', (req, res) => {
    res.send(page({ user: req.oauth.user }))
  })

  app.get('/me', requireLogin({ token: true }), async (req, res) => {
    const answer = await req.oauth.client().get('me').json()
    res.send(page({ user: req.oauth.user, answer }))
  })

  app.get('/api/me', requireLogin({ token: true }), async (req, res) => {
    res.json(await req.oauth.client().get('me').json())
  })

  return app
}

/** got, with the API as its base: tokens are sent there and nowhere else. */
export function apiClient(api: string): HttpClient<Got> {
  return gotClient(got.extend({ prefixUrl: api }))
}
