import { randomBytes } from 'node:crypto'
import express from 'express'
import { getIronSession } from 'iron-session'
import { type App, greeting } from './app.ts'
import { type KeptLogin, keptLogin } from './kept-login.ts'

/** iron-session as it comes. */
export const app: App = {
  login: '/login',
  create() {
    const app = express()
    const options = { cookieName: 'session', password: randomBytes(32).toString('base64url'), cookieOptions: { secure: false } }
    app.get('/login', async (request, response) => {
      const session = await getIronSession<{ login?: KeptLogin }>(request, response, options)
      session.login = keptLogin()
      await session.save()
      response.redirect('/')
    })
    app.get('/', async (request, response) => {
      const { login } = await getIronSession<{ login?: KeptLogin }>(request, response, options)
      if (login === undefined) return response.redirect('/login')
      return void response.send(greeting(login.user.name))
    })
    return app
  },
}
