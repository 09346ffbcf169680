import express from 'express'
import { type App, greeting } from './app.ts'

/** Express as it comes, for a page that greets anybody. */
export const app: App = {
  create() {
    const app = express()
    app.get('/', (_request, response) => void response.send(greeting('Alice Example')))
    return app
  },
}
