import { gzipSync } from 'node:zlib'
import type { Express, RequestHandler } from 'express'
import { afterEach, describe, expect, it } from 'vitest'
import { requireLogin } from '../src/index.js'
import { closeAll, world } from './world.js'

afterEach(closeAll)

/** Seconds after which the access token has expired and the ID token has not. */
const EXPIRED = 120
const NO_STORE = 'private, no-store'

/** What an answer says to caches and to the browser's jar. */
async function told(answer: Response) {
  const { headers, status } = answer
  return {
    status,
    cache: headers.get('cache-control'),
    vary: headers.get('vary'),
    cookies: headers.getSetCookie().map((text) => text.split('=', 1)[0]),
    body: await answer.text(),
  }
}

/** A logged-in browser whose token has expired, at an application with one page. */
async function stale(page: RequestHandler) {
  const app = await world({ routes: (made) => made.get('/page', page) })
  await app.login()
  app.clock.ahead = EXPIRED
  const before = app.provider.tokenRequests('refresh_token')
  const answer = await app.browser.fetch(`${app.url}/page`, { redirect: 'manual' })
  return { ...(await told(answer)), refreshes: app.provider.tokenRequests('refresh_token') - before, headers: answer.headers }
}

describe('a token that is renewed while an answer is made', () => {
  const token = (req: Parameters<RequestHandler>[0]) => req.oauth.session()?.accessToken()

  it.each<[string, RequestHandler]>([
    ['res.send', async (req, res) => void res.send(String((await token(req)) !== undefined))],
    ['res.json', async (req, res) => void res.json((await token(req)) !== undefined)],
    [
      'res.redirect',
      async (req, res) => {
        await token(req)
        res.redirect('/auth/user')
      },
    ],
    [
      'res.sendStatus',
      async (req, res) => {
        await token(req)
        res.sendStatus(204)
      },
    ],
    [
      'res.writeHead with explicit headers',
      async (req, res) => {
        await token(req)
        res.writeHead(200, { 'content-type': 'text/plain', 'set-cookie': 'own=1' }).end('true')
      },
    ],
    [
      'res.writeHead with a reason and a list of headers',
      async (req, res) => {
        await token(req)
        res.writeHead(200, 'Fine', ['content-type', 'text/plain']).end('true')
      },
    ],
    [
      'a stream',
      async (req, res) => {
        await token(req)
        res.write('tr')
        res.write('ue')
        res.end()
      },
    ],
    [
      'res.flushHeaders',
      async (req, res) => {
        await token(req)
        res.flushHeaders()
        res.end('true')
      },
    ],
    [
      'res.sendFile',
      async (req, res) => {
        await token(req)
        res.sendFile(import.meta.filename)
      },
    ],
  ])('is set as a cookie by %s', async (_name, page) => {
    const { cookies, cache, refreshes, status } = await stale(page)
    expect([refreshes, status < 400]).toEqual([1, true])
    expect(cookies).toContain('oauth.session.0')
    expect(cache).toBe(NO_STORE)
  })

  it("a cookie of the application's own stays beside it", async () => {
    const { cookies } = await stale(async (req, res) => {
      res.cookie('own', '1')
      await token(req)
      res.writeHead(200, { 'set-cookie': ['second=2', 'third=3'] }).end()
    })
    // What writeHead is given replaces what was set before, as Node does it.
    expect(cookies.toSorted()).toEqual(['oauth.session.0', 'second', 'third'])
  })

  it('while the headers go out is not lost: the next request, long after the grace time, goes on with the new tokens and brings the cookie', async () => {
    const app = await world({
      routes: (express) => {
        express.get('/stream', async (req, res) => {
          const token = req.oauth.session()?.accessToken()
          // In the next turn, while the token is being renewed.
          setImmediate(() => res.write('…'))
          res.end(await token)
        })
        express.get('/page', async (req, res) => {
          res.json(await req.oauth.session()?.accessToken())
        })
      },
    })
    await app.login()
    const cookie = app.browser.cookies.header(app.url)
    app.clock.ahead += EXPIRED
    const streamed = await fetch(`${app.url}/stream`, { headers: { cookie } })
    expect(streamed.headers.getSetCookie()).toEqual([])
    expect(await streamed.text()).toMatch(/^….{10}/)
    app.clock.ahead += EXPIRED
    const page = await fetch(`${app.url}/page`, { headers: { cookie } })
    expect([page.status, page.headers.getSetCookie().length]).toEqual([200, 1])
    expect(app.provider.tokenRequests('refresh_token')).toBe(2)
  })

  it('after the headers were sent is refused with a typed error, before any request', async () => {
    const { body, refreshes, cookies } = await stale(async (req, res) => {
      res.write('begun; ')
      const refused = await req.oauth
        .client()('http://127.0.0.1:1/')
        .then(
          () => 'sent',
          (error: { code: string }) => error.code,
        )
      res.end(refused)
    })
    expect([body, refreshes, cookies]).toEqual(['begun; OAUTH_SESSION_READ_ONLY', 0, []])
  })

  it('is renewed once for twenty requests at the same moment, and each answer carries the cookie', async () => {
    const { provider, url, browser, login, clock } = await world({
      routes: (app) => app.get('/page', requireLogin(), async (req, res) => void res.send(await token(req))),
    })
    await login()
    clock.ahead = EXPIRED
    const cookie = browser.cookies.header(url)
    const answers = await Promise.all(Array.from({ length: 20 }, async () => told(await fetch(`${url}/page`, { headers: { cookie } }))))
    expect(new Set(answers.map(({ body, status }) => `${status} ${body}`)).size).toBe(1)
    expect(answers[0]?.status).toBe(200)
    expect(answers.every(({ cookies }) => cookies.includes('oauth.session.0'))).toBe(true)
    expect([provider.tokenRequests('refresh_token'), provider.reuseDetected]).toEqual([1, 0])
  })
})

describe('SS20: caches', () => {
  const pages: Record<string, RequestHandler> = {
    '/idle': (_req, res) => void res.set('cache-control', 'public, max-age=60').send('idle'),
    '/public': (req, res) => void res.set('cache-control', 'public, max-age=60').send(String(req.oauth.user?.sub)),
    '/private': (req, res) => void res.set('cache-control', 'private, max-age=60').send(String(req.oauth.user?.sub)),
    '/never': (req, res) => void res.set('cache-control', 'no-store').send(String(req.oauth.user?.sub)),
    '/never-ever': (req, res) => void res.set('cache-control', 'No-Store, max-age=0').send(String(req.oauth.user?.sub)),
    '/silent': (req, res) => void res.send(String(req.oauth.user?.sub)),
    '/varies': (req, res) =>
      void res
        .set('vary', 'Accept-Encoding')
        .type('text')
        .send(gzipSync(String(req.oauth.user?.sub)).toString('hex')),
    '/explicit': (req, res) =>
      void res.writeHead(req.oauth.user === undefined ? 401 : 200, { 'cache-control': 'public, max-age=60' }).end(),
  }

  const routes = (app: Express) => {
    for (const [at, page] of Object.entries(pages)) app.get(at, page)
  }

  it.each([
    ['/idle', 'public, max-age=60', null],
    ['/public', NO_STORE, 'Cookie'],
    // CVE-2025-48947 kind: a page of one person's session, kept by the browser or a cache that does not heed `private`.
    ['/private', NO_STORE, 'Cookie'],
    ['/never', 'no-store', 'Cookie'],
    ['/never-ever', 'No-Store, max-age=0', 'Cookie'],
    ['/silent', NO_STORE, 'Cookie'],
    ['/varies', NO_STORE, 'Accept-Encoding, Cookie'],
    ['/explicit', NO_STORE, 'Cookie'],
  ])('%s says %j, varying by %j', async (path, cache, vary) => {
    const { url, browser, login } = await world({ routes })
    expect(await told(await browser.fetch(`${url}${path}`))).toMatchObject({ cache, vary, cookies: [] })
    await login()
    expect(await told(await browser.fetch(`${url}${path}`))).toMatchObject({ status: 200, cache, vary, cookies: [] })
  })

  it('a static page that only clears a session that is over is not cached either', async () => {
    const { url, browser, login, clock } = await world({
      routes: (app) => app.get('/idle', (_req, res) => void res.set('cache-control', 'public, max-age=60').send('idle')),
    })
    await login()
    clock.ahead = 8 * 86_400
    const { status, headers, body } = await browser.goto(`${url}/idle`)
    expect(await told(new Response(body, { status, headers }))).toMatchObject({
      cache: NO_STORE,
      vary: 'Cookie',
      cookies: ['oauth.session.0'],
    })
    expect(browser.cookies.get('oauth.session.0', url)).toBeUndefined()
  })

  it('a page that sets cookies is not kept either, whatever it says of itself', async () => {
    const { headers, cookies } = await stale(async (req, res) => {
      await req.oauth.session()?.accessToken()
      res.set('cache-control', 'private, max-age=60').send('page')
    })
    expect([headers.get('cache-control'), cookies]).toEqual([NO_STORE, ['oauth.session.0']])
  })

  it('what others wrote into Vary stays, on the answers of the routes and guards too', async () => {
    const { url } = await world({
      before: [
        (_req, res, next) => {
          res.vary('Origin')
          next()
        },
      ],
      routes: (app) => app.get('/items', requireLogin()),
    })
    for (const path of ['/auth/user', '/auth/demo/login', '/items'])
      expect((await fetch(`${url}${path}`)).headers.get('vary')).toBe('Origin, Cookie')
  })
})
