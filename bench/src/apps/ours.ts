import { randomBytes } from 'node:crypto'
import { oauth, requireLogin } from '@oauth/express'
import express from 'express'
import { type App, greeting, SCOPE } from './app.ts'

/** As the documentation begins: the session is in a cookie. */
export const app: App = {
  login: '/auth/example/login',
  callback: '/auth/example/callback',
  create({ origin, issuer, clientId, clientSecret }) {
    const app = express()
    app.use(
      oauth({
        baseUrl: origin,
        secret: randomBytes(32).toString('base64url'),
        providers: { example: { issuer, clientId, clientSecret, scope: SCOPE } },
      }),
    )
    app.get('/', requireLogin(), (request, response) => void response.send(greeting(request.oauth.user?.name)))
    return app
  },
}
