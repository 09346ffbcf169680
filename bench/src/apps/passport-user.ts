import type { Express } from 'express'
import type { Authenticator } from 'passport'
import { greeting } from './app.ts'

/** The routes of an application with passport, as its documentation has them. */
export function greetPassportUser(app: Express, authenticator: Authenticator, strategy: string): void {
  authenticator.serializeUser((user, done) => done(null, user))
  authenticator.deserializeUser((user, done) => done(null, user))
  app.use(authenticator.session())
  app.get('/login', authenticator.authenticate(strategy))
  app.get('/callback', authenticator.authenticate(strategy, { successRedirect: '/', failureMessage: true }))
  app.get('/', (request, response) => {
    const { user } = request as { user?: { readonly name?: unknown } }
    if (user === undefined) return response.redirect('/login')
    return void response.send(greeting(user.name))
  })
}
