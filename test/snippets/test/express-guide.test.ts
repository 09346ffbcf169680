import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { defaultEnvironment } from '@oauth/core/adapter'
import { oauth, requireLogin } from '@oauth/express'
import { type Browser, createBrowser, type HostileServer, type Listening, listen, startHostileServer } from '@oauth-test/provider'
import express, { type ErrorRequestHandler, type Express } from 'express'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { importSnippet } from '../src/import-snippet.ts'
import { snippets } from '../src/snippet.ts'

/** The error handler of the guide, in an application whose provider and API do what the test says. */
describe('docs/express.md: errors in your own routes', () => {
  let server: HostileServer
  let app: Listening
  let browser: Browser
  let ahead = 0

  beforeEach(async () => {
    ahead = 0
    server = await startHostileServer()
    server.answer('authorization', ({ url }) => {
      const asked = new URL(url, server.url).searchParams
      return {
        fault: 'redirect',
        status: 303,
        location: `${asked.get('redirect_uri')}?${new URLSearchParams({ code: 'code', state: asked.get('state') ?? '' })}`,
      }
    })
    issue({ refresh_token: 'refresh-1' })
    server.answer('/orders', { body: { orders: [] } })
    let made: Express | undefined
    app = await listen((req, res) => made?.(req, res))
    made = await application(app.url)
    browser = createBrowser()
  })
  afterEach(async () => {
    vi.restoreAllMocks()
    await app.close()
    await server.close()
  })

  function issue(different: object): void {
    server.answer('token', { body: { access_token: 'access-1', token_type: 'Bearer', expires_in: 60, ...different } })
  }

  async function application(baseUrl: string): Promise<Express> {
    const code = (await snippets('docs/express.md')).find(({ run }) => run === 'errors')?.code ?? ''
    const { errors } = (await importSnippet('express-errors', code)) as { errors: ErrorRequestHandler }
    const clock = defaultEnvironment()
    const made = express()
    made.use(
      oauth({
        baseUrl,
        secret: 'the secret of the application, long enough for a key',
        environment: { ...clock, now: () => clock.now() + ahead },
        providers: {
          demo: {
            server: { authorization_endpoint: `${server.url}/authorize`, token_endpoint: `${server.url}/token` },
            clientId: 'client',
            clientSecret: 'the-client-secret',
          },
        },
      }),
    )
    made.get('/orders', requireLogin(), async (req, res) => {
      res.json(await (await req.oauth.client()(`${server.url}/orders`)).json())
    })
    made.get('/open', async (req, res) => {
      res.json(await (await req.oauth.client()(`${server.url}/orders`)).json())
    })
    made.get('/late', requireLogin(), async (req, res) => {
      res.write('begun')
      await req.oauth.client()(`${server.url}/orders`)
    })
    return made.use(errors)
  }

  /** A person who has logged in, whose token has expired since. */
  async function expired(): Promise<void> {
    expect((await browser.goto(`${app.url}/orders`)).body).toBe('{"orders":[]}')
    ahead = 120
  }

  /** What a person gets who goes to a page, and what a script gets. */
  async function visit(path = '/orders') {
    // `fetch` would say that it is no navigation, whatever it is told.
    const headers = { accept: 'text/html', 'sec-fetch-mode': 'navigate', cookie: browser.cookies.header(app.url) }
    const [page] = (await once(get(`${app.url}${path}`, { headers, agent: false }), 'response')) as [IncomingMessage]
    const answer = [page.statusCode, page.headers.location ?? (await text(page))]
    browser.cookies.store(page.headers['set-cookie'] ?? [], app.url)
    const { status: script } = await browser.fetch(`${app.url}${path}`)
    return { page: answer, script }
  }

  it('a refresh that the provider refuses sends the person to the login and back, and answers a script with 401', async () => {
    await expired()
    server.answer('token', { status: 400, body: { error: 'invalid_grant' } })
    expect(await visit()).toEqual({ page: [303, '/auth/demo/login?returnTo=%2Forders'], script: 401 })
    issue({ access_token: 'access-2', refresh_token: 'refresh-2' })
    const back = await browser.goto(`${app.url}/orders`)
    expect([back.url, back.body]).toEqual([`${app.url}/orders`, '{"orders":[]}'])
  })

  it('so does a token that is expired and came without a refresh token', async () => {
    issue({})
    await expired()
    expect(await visit()).toEqual({ page: [303, '/auth/demo/login?returnTo=%2Forders'], script: 401 })
  })

  it('so does a call where nobody is logged in', async () => {
    expect(await visit('/open')).toEqual({ page: [303, '/auth/demo/login?returnTo=%2Fopen'], script: 401 })
  })

  it.each([
    ['is down', { status: 503, body: 'down' }, 503, 'OAUTH_REFRESH_TRANSIENT'],
    // The error's own status is 401, the token endpoint's: it would say that the person is to blame.
    ['refuses the application', { status: 401, body: { error: 'invalid_client' } }, 502, 'OAUTH_ENDPOINT_ERROR'],
  ])(
    'a provider that %s costs nobody the session: it is printed and answered with a status of its own',
    async (_name, answer, status, code) => {
      const print = vi.spyOn(console, 'error').mockImplementation(() => undefined)
      await expired()
      server.answer('token', answer)
      expect(await visit()).toEqual({ page: [status, `This did not work (${code}).`], script: status })
      expect(print).toHaveBeenCalledTimes(2)
      issue({ access_token: 'access-2' })
      expect((await browser.goto(`${app.url}/orders`)).body).toBe('{"orders":[]}')
    },
  )

  it('a login that the person cancels comes to the handler, too', async () => {
    server.answer('authorization', ({ url }) => {
      const asked = new URL(url, server.url).searchParams
      const denied = new URLSearchParams({ error: 'access_denied', state: asked.get('state') ?? '' })
      return { fault: 'redirect', status: 303, location: `${asked.get('redirect_uri')}?${denied}` }
    })
    const page = await browser.goto(`${app.url}/orders`)
    expect([page.status, page.body]).toEqual([400, 'This did not work (OAUTH_AUTHORIZATION_RESPONSE).'])
  })

  it('after the headers are sent Express ends the answer', async () => {
    await expired()
    await expect(browser.fetch(`${app.url}/late`).then((answer) => answer.text())).rejects.toThrow()
  })
})
