import type { TokenSet } from '@oauth/core'
import type { HttpClient } from '@oauth/core/adapter'
import { oauth, requireLogin } from '@oauth/express'
import { gotClient, OAuth2Session, type OAuth2SessionOptions } from '@oauth/node-got'
import express from 'express'
import got, { type Got } from 'got'

const options: OAuth2SessionOptions = { issuer: 'https://op.example', clientId: 'web', clientSecret: 'secret', http: got }
export const session = new OAuth2Session(options)
export const http: Got = session.http
export const client: HttpClient<Got> = gotClient(got)

/** What an application's own store of tokens would keep. */
export async function token(): Promise<TokenSet | undefined> {
  return session.token
}

export const app: express.Express = express()
app.use(
  oauth({ baseUrl: 'http://localhost:3000', secret: 'x'.repeat(32), providers: { op: { issuer: 'https://op.example', clientId: 'web' } } }),
)
app.get('/me', requireLogin(), (request, response) => void response.json(request.oauth.user))
