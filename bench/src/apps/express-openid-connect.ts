import { randomBytes } from 'node:crypto'
import express from 'express'
import { auth } from 'express-openid-connect'
import { type App, greeting, SCOPE } from './app.ts'

/** express-openid-connect as its documentation configures the code flow. It writes its cookie with each answer, unless told. */
export const app: App = {
  login: '/login',
  callback: '/callback',
  create({ origin, issuer, clientId, clientSecret }) {
    const app = express()
    app.use(
      auth({
        baseURL: origin,
        issuerBaseURL: issuer,
        clientID: clientId,
        clientSecret,
        secret: randomBytes(32).toString('base64url'),
        authorizationParams: { response_type: 'code', scope: SCOPE },
      }),
    )
    app.get('/', (request, response) => void response.send(greeting(request.oidc.user?.['name'])))
    return app
  },
}
