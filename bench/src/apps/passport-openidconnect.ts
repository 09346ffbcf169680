import { randomBytes } from 'node:crypto'
import express from 'express'
import session from 'express-session'
import passport from 'passport'
import OpenIDConnectStrategy from 'passport-openidconnect'
import { type App, SCOPE } from './app.ts'
import { greetPassportUser } from './passport-user.ts'

/** passport-openidconnect, which knows neither discovery nor PKCE, and checks no signature. */
export const app: App = {
  login: '/login',
  callback: '/callback',
  authentication: 'client_secret_post',
  async create({ origin, issuer, clientId, clientSecret }) {
    const server = (await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()) as Record<string, string>
    const authenticator = new passport.Passport()
    authenticator.use(
      new OpenIDConnectStrategy(
        {
          issuer,
          authorizationURL: server['authorization_endpoint'],
          tokenURL: server['token_endpoint'],
          userInfoURL: server['userinfo_endpoint'],
          clientID: clientId,
          clientSecret,
          callbackURL: `${origin}/callback`,
          scope: SCOPE,
        },
        (_issuer, profile, done) => done(null, { name: profile.displayName }),
      ),
    )
    const app = express()
    app.use(session({ secret: randomBytes(32).toString('base64url'), resave: false, saveUninitialized: false }))
    greetPassportUser(app, authenticator, 'openidconnect')
    return app
  },
}
