import { request } from 'node:http'
import { createBrowser, type Listening, listen, login, startProvider } from '@oauth-test/provider'
import express, { type ErrorRequestHandler } from 'express'
import { afterEach, describe, expect, it } from 'vitest'
import { requireLogin } from '../src/index.js'
import { NAVIGATION, raw } from './raw.js'
import { clock, closeAll, closing, registered, serve } from './world.js'

afterEach(closeAll)

/** A reverse proxy that gives everything below `/shop` to another server, with or without that prefix. */
async function proxy(target: () => string, { strip }: { readonly strip: boolean }): Promise<Listening> {
  return closing(
    await listen((incoming, answer) => {
      const { hostname, port } = new URL(target())
      const path = strip ? (incoming.url ?? '').replace(/^\/shop/, '') || '/' : incoming.url
      const headers = {
        ...incoming.headers,
        'x-forwarded-host': 'evil.example',
        'x-forwarded-proto': 'https',
        'x-forwarded-prefix': '/evil',
      }
      const outgoing = request({ hostname, port, path, method: incoming.method, headers, agent: false }, (response) => {
        answer.writeHead(response.statusCode ?? 502, response.rawHeaders)
        response.pipe(answer)
      })
      incoming.pipe(outgoing)
    }),
  )
}

async function behind({ strip, mount }: { readonly strip: boolean; readonly mount: string }) {
  const provider = closing(await startProvider())
  let backend = ''
  const front = await proxy(() => backend, { strip })
  const server = await serve(async (url) => {
    backend = url
    const app = express()
    app.use(mount, await registered(provider, `${front.url}/shop`, { clock: clock() }))
    app.get(`${mount === '/' ? '' : mount}/items`, requireLogin(), (req, res) => void res.send(`Hello ${req.oauth.user?.email}`))
    return app
  })
  return { front, server, provider }
}

describe('behind a proxy with a path of its own', () => {
  it.each([
    ['that strips the prefix', { strip: true, mount: '/' }],
    ['that keeps the prefix, the middleware at the root', { strip: false, mount: '/' }],
    ['that keeps the prefix, the middleware below it', { strip: false, mount: '/shop' }],
  ])('%s: login, the page behind it, logout', async (_name, how) => {
    const { front, provider } = await behind(how)
    const browser = createBrowser()
    const items = how.strip || how.mount === '/shop' ? '/shop/items' : '/shop/auth/demo/login'
    const page = await login(await browser.goto(`${front.url}${items}`), { username: 'alice' })
    if (items === '/shop/items') expect([page.url, page.text]).toEqual([`${front.url}/shop/items`, 'Hello alice@example.com'])
    else expect(page.url).toBe(`${front.url}/shop/`)
    expect((await browser.fetch(`${front.url}/shop/auth/user`)).status).toBe(200)
    const out = await browser.goto(`${front.url}/shop/auth/logout`, { from: front.url })
    expect(new URL(out.url).searchParams.get('post_logout_redirect_uri')).toBe(`${front.url}/shop/`)
    expect(out.url.startsWith(provider.issuer)).toBe(true)
    expect((await browser.fetch(`${front.url}/shop/auth/user`)).status).toBe(401)
  })

  it('RD07: Host and X-Forwarded-* that an attacker chose decide nothing', async () => {
    const { front, server } = await behind({ strip: true, mount: '/' })
    const { headers } = await raw(server.url, '/auth/demo/login', {
      headers: { ...NAVIGATION, host: 'evil.example', forwarded: 'host=evil.example' },
    })
    expect(new URL(headers.location ?? '').searchParams.get('redirect_uri')).toBe(`${front.url}/shop/auth/demo/callback`)
  })
})

describe('mounted below a path', () => {
  it.each(['app.use', 'a router', 'an application'])('by %s: login and logout', async (how) => {
    const provider = closing(await startProvider())
    const { url } = await serve(async (origin) => {
      const oauth = await registered(provider, `${origin}/sub`, { clock: clock() })
      const inner = how === 'a router' ? express.Router() : express()
      inner.use(oauth)
      inner.get('/items', requireLogin(), (req, res) => void res.send(`Hello ${req.oauth.user?.email}`))
      const outer = express()
      if (how === 'app.use')
        return outer.use('/sub', oauth).get('/sub/items', requireLogin(), (req, res) => void res.send(`Hello ${req.oauth.user?.email}`))
      return outer.use('/sub', inner)
    })
    const browser = createBrowser()
    const page = await login(await browser.goto(`${url}/sub/items`), { username: 'alice' })
    expect([page.url, page.text]).toEqual([`${url}/sub/items`, 'Hello alice@example.com'])
    await browser.fetch(`${url}/sub/auth/logout`, { method: 'POST', redirect: 'manual' })
    expect((await browser.fetch(`${url}/sub/auth/user`)).status).toBe(401)
    expect((await browser.fetch(`${url}/auth/user`)).status).toBe(404)
  })

  it('which baseUrl lacks: the login route says so, other paths are not found', async () => {
    const provider = closing(await startProvider())
    const { url } = await serve(async (origin) => {
      const handler: ErrorRequestHandler = (error, _req, res, _next) => void res.status(500).send(`${error.name} ${error.message}`)
      return express()
        .use('/sub', await registered(provider, origin, { clock: clock() }))
        .use(handler)
    })
    const { status, body } = await raw(url, '/sub/auth/demo/login', { headers: NAVIGATION })
    expect([status, body]).toEqual([500, expect.stringMatching(/^UsageError .*"baseUrl"/)])
    expect(body.endsWith(`"baseUrl" has to be ${url}/sub`)).toBe(true)
    expect((await raw(url, '/sub/auth/x', { headers: NAVIGATION })).status).toBe(404)
  })

  it.each([
    '/SUB/auth/demo/login',
    '//sub/auth/logout',
    '/sub//auth/logout',
    '/sub/Auth/logout',
    '/sub/auth/logout;x',
    '/sub/auth/logout/',
    '/sub/%61uth/logout',
    '/sub/x/../auth/logout',
  ])('SS25: %s is not the route', async (path) => {
    const provider = closing(await startProvider())
    const { url } = await serve(async (origin) => express().use('/sub', await registered(provider, `${origin}/sub`, { clock: clock() })))
    expect((await raw(url, path, { method: 'POST', headers: NAVIGATION })).status).toBe(404)
  })
})
