import type { AddressInfo } from 'node:net'
import { oauth, requireLogin } from '@oauth/express'
import express from 'express'
import { type Engine, openStore } from './engine.js'

/** What the application is told in its first argument. */
export interface AppOptions {
  readonly engine: Engine
  readonly baseUrl: string
  readonly secret: string
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
}

const { engine, baseUrl, secret, ...registration } = JSON.parse(process.argv[2] ?? '') as AppOptions
const demo = { ...registration, scope: 'openid offline_access', authorizationParameters: { prompt: 'consent' } }

const app = express()
app.use(oauth({ baseUrl, secret, store: await openStore<unknown>(engine), providers: { demo } }))
app.get('/', (req, res) => {
  res.send(req.oauth.user?.sub ?? 'nobody')
})
app.get('/token', requireLogin(), async (req, res) => {
  res.send(await req.oauth.session()?.accessToken())
})

const server = app.listen(0, '127.0.0.1', () => {
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
process.on('disconnect', () => process.exit())
