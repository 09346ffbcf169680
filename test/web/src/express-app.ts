import type { AddressInfo } from 'node:net'
import { type AuthorisedFetch, isOAuthError, type OAuthOptions, oauth, requireLogin, silentLogin, statusOf } from '@oauth/express'
import express from 'express'
import { appConfig, oauthOptions } from './app-config.ts'
import { hashOf } from './hash-of.ts'

/** An application for Express with the pages that every framework's has; a process of its own. */
const config = appConfig()
const userinfo = new Map(Object.entries(config.providers).map(([name, { issuer }]) => [name, `${issuer}/me`]))

const app = express()
app.use(oauth(oauthOptions(config) as OAuthOptions<AuthorisedFetch>))

app.get('/', (req, res) => {
  const { user, provider, session } = req.oauth
  res.json({ user, provider, logins: Object.keys(config.providers).filter((name) => session(name) !== undefined) })
})

app.get('/guarded', requireLogin(), (req, res) => {
  res.send(`guarded: ${req.oauth.user?.sub}`)
})

app.get('/guarded/items/:id', requireLogin(), (req, res) => {
  res.type('text').send(`item: ${req.params.id}`)
})

app.get('/guarded/api', requireLogin(), (req, res) => {
  res.json({ sub: req.oauth.user?.sub })
})

app.get('/token', async (req, res) => {
  const { token, error } = await tokenOf(req)
  res.json({ accessTokenHash: token && hashOf(token), error })
})

app.get('/rendered', async (req, res) => {
  res.type('text')
  // Who is there is known before the answer begins. Once the headers are sent no cookie can be set.
  res.write(req.oauth.user === undefined ? 'nobody ' : 'rendered ')
  const { token, error } = await tokenOf(req)
  res.end(token === undefined ? `error: ${error}` : `token: ${hashOf(token)}`)
})

app.get('/api', async (req, res) => {
  try {
    const { client, provider = '' } = req.oauth
    res.json(await (await client()(userinfo.get(provider) ?? '')).json())
  } catch (error) {
    res.json({ error: codeOf(error) })
  }
})

app.get('/link', async (req, res) => {
  res.redirect(await req.oauth.login(String(req.query['provider']), { link: true, returnTo: '/' }))
})

app.get('/step-up', requireLogin({ provider: Object.keys(config.providers)[0] }), (_req, res) => {
  res.send('stepped up')
})

app.get('/recent', requireLogin({ maxAge: 300 }), (_req, res) => {
  res.type('text').send('recent enough')
})

app.get('/vault', requireLogin({ acr: 'gold' }), (_req, res) => {
  res.type('text').send('strong enough')
})

app.get('/vault/api', requireLogin({ acr: 'gold' }), (_req, res) => {
  res.json({ strong: true })
})

app.get('/welcome', silentLogin(), (req, res) => {
  res.type('text').send(`welcome: ${req.oauth.user?.sub ?? 'stranger'}`)
})

app.get(
  '/in-front',
  async (req, res, next) => {
    res.locals['inFront'] = await found(req)
    next()
  },
  async (req, res) => {
    res.type('text').send(`${res.locals['inFront']} ${await found(req)}`)
  },
)

app.post('/sign-out', async (req, res) => {
  try {
    res.redirect(303, await req.oauth.logout())
  } catch (error) {
    if (!isOAuthError(error)) throw error
    res.status(statusOf(error)).json({ error: error.code })
  }
})

app.get('/static', (_req, res) => {
  res.type('text').send('static')
})

app.use(requireLogin(), (_req, res) => {
  res.type('text').send('elsewhere')
})

const server = app.listen(0, '127.0.0.1', () => {
  console.log(`listening on ${(server.address() as AddressInfo).port}`)
})

async function tokenOf({ oauth: visit }: express.Request): Promise<{ readonly token?: string; readonly error?: string }> {
  try {
    const token = await visit.session()?.accessToken()
    return token === undefined ? { error: 'OAUTH_MISSING_TOKEN' } : { token }
  } catch (error) {
    return { error: codeOf(error) }
  }
}

/** Who is there, and with which token, as JSON. */
async function found(req: express.Request): Promise<string> {
  const { token, error } = await tokenOf(req)
  return JSON.stringify({ sub: req.oauth.user?.sub, accessTokenHash: token && hashOf(token), error })
}

function codeOf(error: unknown): string {
  return isOAuthError(error) ? error.code : String(error)
}
