import { randomBytes } from 'node:crypto'
import express from 'express'
import session from 'express-session'
import { allowInsecureRequests, discovery } from 'openid-client'
import { Strategy } from 'openid-client/passport'
import passport from 'passport'
import { type App, SCOPE } from './app.ts'
import { greetPassportUser } from './passport-user.ts'

/** The strategy that openid-client brings for passport. It checks no signature of what came from the provider itself, unless told. */
export const app: App = {
  login: '/login',
  callback: '/callback',
  authentication: 'client_secret_post',
  async create({ origin, issuer, clientId, clientSecret }) {
    const config = await discovery(new URL(issuer), clientId, clientSecret, undefined, { execute: [allowInsecureRequests] })
    const authenticator = new passport.Passport()
    authenticator.use(
      'openid',
      new Strategy({ config, scope: SCOPE, callbackURL: `${origin}/callback` }, (tokens, done) => done(null, { ...tokens.claims() })),
    )
    const app = express()
    app.use(session({ secret: randomBytes(32).toString('base64url'), resave: false, saveUninitialized: false }))
    greetPassportUser(app, authenticator, 'openid')
    return app
  },
}
