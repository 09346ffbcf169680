import { randomBytes } from 'node:crypto'
import express from 'express'
import session from 'express-session'
import { type App, greeting } from './app.ts'
import { type KeptLogin, keptLogin } from './kept-login.ts'

declare module 'express-session' {
  interface SessionData {
    login: KeptLogin
  }
}

/** express-session with its memory store, which serves one process. Nothing is written unless the session changes, as it recommends. */
export const app: App = {
  login: '/login',
  create() {
    const app = express()
    app.use(session({ secret: randomBytes(32).toString('base64url'), resave: false, saveUninitialized: false }))
    app.get('/login', (request, response) => {
      request.session.login = keptLogin()
      response.redirect('/')
    })
    app.get('/', ({ session: { login } }, response) => {
      if (login === undefined) return response.redirect('/login')
      return void response.send(greeting(login.user.name))
    })
    return app
  },
}
