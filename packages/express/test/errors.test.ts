import { connect } from 'node:net'
import { format } from 'node:util'
import { login as logIn } from '@oauth-test/provider'
import express, { type ErrorRequestHandler, type RequestHandler } from 'express'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { isOAuthError, oauth, requireLogin, silentLogin } from '../src/index.js'
import { NAVIGATION, raw } from './raw.js'
import { closeAll, type HostileWorld, hostileWorld, serve, type WorldOptions, world } from './world.js'

afterEach(closeAll)

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const CALLBACK = '/auth/demo/callback'

/** The attempt that a browser has under way: the state, and the cookie. */
async function attempt(url: string): Promise<{ state: string; cookie: string }> {
  const { headers } = await raw(url, '/auth/demo/login', { headers: NAVIGATION })
  const state = new URL(headers.location ?? '').searchParams.get('state') ?? ''
  return { state, cookie: (headers['set-cookie'] ?? []).map((text) => text.split(';', 1)[0]).join('; ') }
}

describe.each([undefined, null])('B1: oauth(%j)', (options) => {
  it('is a usage error that says what is needed', () => {
    expect(() => oauth(options as never)).toThrow(
      expect.objectContaining({
        name: 'UsageError',
        message: expect.stringMatching(/^Option "secret"|^oauth: an options object is needed/),
      }),
    )
  })
})

describe('B1: options of this adapter', () => {
  const options = {
    baseUrl: 'https://app.example',
    secret: 'x'.repeat(32),
    providers: { demo: { issuer: 'https://as.example', clientId: 'client' } },
  }

  it('are among the known ones that a misspelt one is answered with', () => {
    expect(() => oauth({ ...options, errorPages: true } as never)).toThrow(/no option "errorPages".*Known options: .*errorPage, http, /)
  })

  it.each(['error', null, {}])('errorPage: %j is refused', (errorPage) => {
    expect(() => oauth({ ...options, errorPage: errorPage as never })).toThrow(
      expect.objectContaining({ name: 'UsageError', message: expect.stringContaining('"errorPage" must be true or false') }),
    )
  })
})

describe('errors of the routes', () => {
  it("reach the application's own error handler, with their status", async () => {
    const seen: unknown[] = []
    const handler: ErrorRequestHandler = (error, _req, res, _next) => {
      seen.push(error)
      res.send(`own page ${res.statusCode} ${isOAuthError(error) ? error.code : 'other'}`)
    }
    const { url } = await world({ handler })
    const answer = await fetch(`${url}${CALLBACK}?code=a&state=b`)
    expect([answer.status, await answer.text()]).toEqual([400, 'own page 400 OAUTH_NO_TRANSACTION'])
    expect(seen).toHaveLength(1)
    expect(answer.headers.get('cache-control')).toBe('private, no-store')
  })

  it('reach the error handler of the application that this one is mounted in', async () => {
    const { url } = await serve(async () => {
      const inner = await world()
      const outer = express()
      outer.use(express().use(await oauthOf(inner.url)))
      const handler: ErrorRequestHandler = (_error, _req, res, _next) => void res.status(418).send('outer')
      return outer.use(handler)
    })
    expect((await fetch(`${url}${CALLBACK}?code=a&state=b`)).status).toBe(418)
  })

  async function oauthOf(baseUrl: string) {
    const { oauth } = await import('../src/index.js')
    return oauth({
      baseUrl,
      secret: 'x'.repeat(32),
      providers: { demo: { issuer: 'https://as.example', clientId: 'client', clientSecret: 'secret' } },
    })
  }

  it('errorPage: true keeps them from it; errorPage: false never shows the page', async () => {
    const handler: ErrorRequestHandler = (_error, _req, res, _next) => void res.send('own page')
    const page = await world({ handler, options: { errorPage: true } })
    expect(await (await fetch(`${page.url}${CALLBACK}?code=a&state=b`)).text()).toContain('<code>OAUTH_NO_TRANSACTION</code>')
    const own = await world({ handler, options: { errorPage: false } })
    expect(await (await fetch(`${own.url}${CALLBACK}?code=a&state=b`)).text()).toBe('own page')
  })

  it("errorPage: true leaves to it what the application's own profile throws", async () => {
    const failure = new Error('the API is down')
    const handler: ErrorRequestHandler = (error, _req, res, _next) => void res.send(error === failure ? 'own page' : 'other')
    const { url, server, browser } = await hostileWorld({
      handler,
      options: { errorPage: true },
      provider: { profile: () => Promise.reject(failure), scope: 'read' },
    })
    server.answer('token', () => ({ body: { access_token: 'a', token_type: 'Bearer' } }))
    expect((await browser.goto(`${url}/auth/demo/login`)).text).toBe('own page')
  })

  it('with no error handler end in the plain page: 400 for the answer, 502 for the provider, 500 for the set-up', async () => {
    const { url, server } = await hostileWorld({ provider: { scope: 'openid' } })
    expect((await fetch(`${url}${CALLBACK}?code=a&state=b`)).status).toBe(400)
    server.answer('discovery', { fault: 'reset' })
    const down = await raw(url, '/auth/demo/login', { headers: NAVIGATION })
    expect([down.status, down.body]).toEqual([502, expect.stringContaining('OAUTH_RESET')])
    const wrong = await hostileWorld({ provider: { authorizationParameters: { redirect_uri: 'x' } } })
    const setUp = await raw(wrong.url, '/auth/demo/login', { headers: NAVIGATION })
    expect([setUp.status, setUp.body]).toEqual([500, expect.stringContaining('OAUTH_USAGE')])
    for (const { body } of [down, setUp]) expect(body).not.toMatch(/redirect_uri|127\.0\.0\.1|Error:| at /)
  })

  it('on the plain page can be followed by a new login, at the provider of the route', async () => {
    const { url } = await hostileWorld({
      options: {
        providers: {
          first: { issuer: 'https://as.example', clientId: 'client' },
          demo: { issuer: 'https://as.example', clientId: 'client' },
        },
      },
    })
    const { body, headers } = await raw(url, `${CALLBACK}?code=a&state=b&returnTo=/canary`, { headers: NAVIGATION })
    expect(body).toContain('<a href="/auth/demo/login">Log in again</a>')
    expect(body).not.toContain('canary')
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; .*frame-ancestors 'none'$/)
  })

  describe('that end in the plain page', () => {
    /** What is printed while a route fails as the set-up makes it. */
    async function printed(env: string, setUp: (app: HostileWorld) => string, options: WorldOptions = {}) {
      const print = vi.spyOn(console, 'error').mockImplementation(() => undefined)
      try {
        const app = await hostileWorld({ ...options, routes: (made) => made.set('env', env) })
        const { body } = await raw(app.url, setUp(app), { headers: NAVIGATION })
        return { lines: print.mock.calls.map((line) => format(...line)), body }
      } finally {
        print.mockRestore()
      }
    }
    const down = ({ server }: HostileWorld) => {
      server.answer('discovery', { fault: 'reset' })
      return '/auth/demo/login'
    }
    const wrong = { provider: { authorizationParameters: { redirect_uri: 'x' } } }

    it('are printed for the operator, as Express prints those of its own page: a provider that is down, a wrong set-up', async () => {
      const { lines, body } = await printed('production', down)
      expect(lines).toEqual([expect.stringMatching(/^TransportError: .*\n {4}at /s)])
      expect(body).toContain('OAUTH_RESET')
      expect((await printed('development', () => '/auth/demo/login', wrong)).lines).toEqual([
        expect.stringMatching(/^UsageError: .*redirect_uri/),
      ])
      const handler: ErrorRequestHandler = (_error, _req, res, _next) => void res.end()
      expect((await printed('production', down, { handler, options: { errorPage: true } })).lines).toHaveLength(1)
    })

    it("are not printed in tests, nor where the application's own handler has them, nor when they are a person's doing", async () => {
      const handler: ErrorRequestHandler = (_error, _req, res, _next) => void res.end()
      expect((await printed('test', down)).lines).toEqual([])
      expect((await printed('production', down, { handler })).lines).toEqual([])
      expect((await printed('production', () => `${CALLBACK}?code=a&state=b`)).lines).toEqual([])
    })

    it('LG01: are printed without the secrets of the client, the answer and the browser', async () => {
      const secret = 'canary-client-secret'
      const print = vi.spyOn(console, 'error').mockImplementation(() => undefined)
      const app = await hostileWorld({ provider: { clientSecret: secret }, routes: (made) => made.set('env', 'production') })
      app.server.answer('token', { status: 400, body: { error: 'invalid_client', error_description: `${secret} the-code` } })
      const { state, cookie } = await attempt(app.url)
      await raw(app.url, `${CALLBACK}?${new URLSearchParams({ state, code: 'the-code', iss: app.server.url })}`, {
        headers: { ...NAVIGATION, cookie },
      })
      const text = print.mock.calls.map((line) => format(...line)).join('\n')
      print.mockRestore()
      expect(text).toContain('EndpointError')
      for (const hidden of [secret, 'the-code', state, cookie.split('=')[1] ?? state]) expect(text).not.toContain(hidden)
    })

    /** What is printed when a login comes back and the store refuses a record of one kind, with the error that `refusal` makes of its key and value. */
    async function printedByStore(kind: string, refusal: (key: string, value: unknown) => Error): Promise<string> {
      const print = vi.spyOn(console, 'error').mockImplementation(() => undefined)
      const compareAndSet = (key: string, _expected: unknown, value: unknown) => {
        if (key.startsWith(`${kind}:`)) throw refusal(key, value)
        return { version: '1', now: 0 }
      }
      const app = await hostileWorld({
        options: { store: { get: () => undefined, compareAndSet, delete: () => false } },
        provider: { scope: 'read' },
        routes: (made) => made.set('env', 'production'),
      })
      const token = { access_token: 'canary-access-token', refresh_token: 'canary-refresh-token' }
      app.server.answer('token', () => ({ body: { ...token, token_type: 'Bearer' } }))
      const page = await app.browser.goto(`${app.url}/auth/demo/login`)
      const text = print.mock.calls.map((line) => format(...line)).join('\n')
      print.mockRestore()
      expect(page.status).toBe(503)
      expect(page.text).not.toContain('There is no table')
      return text
    }

    it('are printed with their cause: what the store said is what the operator has to know', async () => {
      const text = await printedByStore('tx', () => new Error('There is no table "oauth_store". Run the migration.'))
      expect(text).toMatch(/^StoreError: .*There is no table "oauth_store"\. Run the migration\./s)
    })

    it.each(['tx', 't', 's'])(
      'LG01: the cause is printed without what a record %s: was to keep, though a driver quotes it and hangs it on its error',
      async (kind) => {
        let id = ''
        const text = await printedByStore(kind, (key, value) => {
          id = key.split(':')[1] ?? ''
          const command = `SET ${key} ${JSON.stringify(value)}`
          return Object.assign(new Error(`There is no table. ${command}`), { command, parameters: [key, value] })
        })
        expect(id).toMatch(/^[\w-]{16,}$/)
        expect(text).toContain('There is no table')
        for (const hidden of ['canary', id]) expect(text).not.toContain(hidden)
      },
    )
  })

  it('AR21: <script> in error and "><img in error_description are not in the page', async () => {
    const { url, server } = await hostileWorld()
    const { state, cookie } = await attempt(url)
    const parameters = { state, iss: server.url, error: '<script>alert(1)</script>', error_description: '"><img src=x onerror=alert(1)>' }
    const { status, headers, body } = await raw(url, `${CALLBACK}?${new URLSearchParams(parameters)}`, {
      headers: { ...NAVIGATION, cookie },
    })
    expect(status).toBe(400)
    expect(body).not.toMatch(/script|img|alert|onerror/)
    expect(headers).toMatchObject({
      'content-security-policy': expect.stringContaining("default-src 'none'"),
      'cache-control': 'private, no-store',
      'content-type': 'text/html; charset=utf-8',
    })
    expect(headers['set-cookie']).toEqual([expect.stringMatching(/^oauth\.login\.[\w-]+=; Max-Age=0;/)])
  })

  it('AR22: %0d%0aSet-Cookie in error, iss and state makes no header', async () => {
    const { url } = await hostileWorld()
    for (const name of ['error', 'iss', 'state']) {
      const { state, cookie } = await attempt(url)
      const { headers } = await raw(url, `${CALLBACK}?${new URLSearchParams({ state })}&${name}=%0d%0aSet-Cookie:%20evil=1`, {
        headers: { ...NAVIGATION, cookie },
      })
      expect(JSON.stringify(headers)).not.toContain('evil')
    }
  })
})

describe('a request that the application has answered meanwhile, as its timeouts do', () => {
  /** Goes to a page, after the answer to it was sent; gives that, and what the error handler gets. */
  async function late(path: string) {
    let seen: (error: unknown) => void = () => undefined
    const error = new Promise((resolve) => {
      seen = resolve
    })
    const handler: ErrorRequestHandler = (thrown, _req, _res, _next) => seen(thrown)
    const { url } = await serve((baseUrl) => {
      const app = express()
      const providers = { demo: { issuer: 'https://as.example', clientId: 'client' } }
      app.use((_req, res, next) => {
        res.status(503).end('too late')
        next()
      })
      app.use(oauth({ baseUrl, secret: 'x'.repeat(32), providers }))
      app.get('/guarded', requireLogin())
      app.get('/silent', silentLogin())
      return app.use(handler)
    })
    const { status, body } = await raw(url, path, { headers: NAVIGATION })
    return { answer: [status, body], error: await error }
  }

  it.each(['/guarded', '/silent'])('SS19: %s ends in the error handler, not in an unhandled rejection', async (path) => {
    expect(await late(path)).toEqual({ answer: [503, 'too late'], error: expect.objectContaining({ code: 'ERR_HTTP_HEADERS_SENT' }) })
  })

  it('SS19: what has failed is the error that is told, not that the answer was sent', async () => {
    const { answer, error } = await late(`${CALLBACK}?state=a&code=b`)
    expect([answer, error]).toEqual([[503, 'too late'], expect.objectContaining({ code: 'OAUTH_NO_TRANSACTION' })])
  })
})

describe('AR07: instances with secrets of their own', () => {
  it('AR07: warn of it once, however many logins come back to the wrong one; a cookie that is missing is no reason', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    try {
      const [one, two] = [
        await hostileWorld(),
        await hostileWorld({ options: { secret: 'the second secret of the application, long enough' } }),
      ]
      expect((await raw(two.url, `${CALLBACK}?code=a&state=b`, { headers: NAVIGATION })).status).toBe(400)
      expect(warned.mock.calls).toEqual([])
      for (let login = 0; login < 2; login++) {
        const { state, cookie } = await attempt(one.url)
        const { status, body } = await raw(
          two.url,
          `${CALLBACK}?${new URLSearchParams({ state, code: 'the-code', iss: two.server.url })}`,
          {
            headers: { ...NAVIGATION, cookie },
          },
        )
        expect([status, body]).toEqual([400, expect.stringContaining('OAUTH_NO_TRANSACTION')])
      }
      expect(warned.mock.calls).toEqual([
        [expect.stringContaining('Give all instances the same secret'), { type: 'OAuthWarning', code: 'OAUTH_OTHER_SECRET' }],
      ])
    } finally {
      warned.mockRestore()
    }
  })
})

describe('AR20: the provider says no by form_post', () => {
  it('AR20, C21: login_required is 400 and that error; nothing is redeemed, nobody is logged in, and it cannot be posted again', async () => {
    const seen: unknown[] = []
    const handler: ErrorRequestHandler = (error, _req, res, _next) => {
      seen.push(error)
      res.send('own page')
    }
    const { url, server } = await hostileWorld({
      provider: { responseMode: 'form_post', authorizationParameters: { prompt: 'none', max_age: 0 } },
      handler,
    })
    const { state, cookie } = await attempt(url)
    const body = new URLSearchParams({ error: 'login_required', state, iss: server.url }).toString()
    const post = (cookies: string) => raw(url, CALLBACK, { method: 'POST', headers: { ...NAVIGATION, ...FORM, cookie: cookies }, body })
    const answer = await post(cookie)
    expect(answer.status).toBe(400)
    expect(seen).toEqual([expect.objectContaining({ name: 'AuthorizationResponseError', error: 'login_required' })])
    // The attempt is over, and no session has begun.
    expect(answer.headers['set-cookie']).toEqual([expect.stringMatching(/^oauth\.login\.[^;]+; .*Max-Age=0/i)])
    expect([(await post('')).status, seen[1]]).toEqual([400, expect.objectContaining({ code: 'OAUTH_TRANSACTION_USED' })])
    expect(server.requestsTo('token')).toEqual([])
  })
})

describe('AR27, OpenID Connect Core §4: a login that another site begins', () => {
  const login = (url: string, parameters: Record<string, string>) =>
    raw(url, `/auth/demo/login?${new URLSearchParams(parameters)}`, { headers: { ...NAVIGATION, 'sec-fetch-site': 'cross-site' } })

  it('AR27: at an unknown issuer is 400; nothing is begun, and the provider is asked nothing', async () => {
    const { url, server } = await hostileWorld()
    const answer = await login(url, { iss: 'https://evil.example', target_link_uri: '//evil.example', scope: 'admin' })
    expect([answer.status, answer.headers.location, answer.headers['set-cookie']]).toEqual([400, undefined, undefined])
    expect(answer.body).toContain('OAUTH_ISS_MISMATCH')
    expect(server.requests).toEqual([])
  })

  it("AR27: at this provider begins one with the application's scopes, which does not end at another host", async () => {
    const { url, provider, browser } = await world()
    const asked = { iss: provider.issuer, target_link_uri: '//evil.example', scope: 'admin', login_hint: 'alice' }
    const { searchParams } = new URL((await login(url, asked)).headers.location ?? '')
    expect([searchParams.get('scope'), searchParams.get('login_hint')]).toEqual(['openid email offline_access', 'alice'])
    const form = await browser.goto(`${url}/auth/demo/login?${new URLSearchParams(asked)}`, { from: 'https://evil.example/' })
    expect((await logIn(form, { username: 'alice' })).url).toBe(`${url}/`)
    expect((await browser.fetch(`${url}/auth/user`)).status).toBe(200)
  })
})

describe('AR19: the body of a form_post', () => {
  const form = { provider: { responseMode: 'form_post' } } as const

  it.each([
    ['JSON', { 'content-type': 'application/json' }, '{"state":"x"}'],
    [
      'multipart',
      { 'content-type': 'multipart/form-data; boundary=x' },
      '--x\r\ncontent-disposition: form-data; name="state"\r\n\r\nx\r\n--x--',
    ],
    ['text/plain', { 'content-type': 'text/plain' }, 'state=x'],
    ['no type', {}, 'state=x'],
    ['a type that only looks right', { 'content-type': 'application/x-www-form-urlencodedx' }, 'state=x'],
  ])('as %s is 415', async (_name, headers, body) => {
    const { url, server } = await hostileWorld(form)
    expect((await raw(url, CALLBACK, { method: 'POST', headers, body })).status).toBe(415)
    expect(server.requests).toEqual([])
  })

  it('of 10 MiB is 413, and the answer arrives', async () => {
    const { url } = await hostileWorld(form)
    const body = Buffer.alloc(10 * 1024 * 1024, 'a')
    expect((await raw(url, CALLBACK, { method: 'POST', headers: { ...FORM, 'content-length': String(body.length) }, body })).status).toBe(
      413,
    )
    expect((await raw(url, CALLBACK, { method: 'POST', headers: { ...FORM, 'transfer-encoding': 'chunked' }, body })).status).toBe(413)
  })

  it('of 64 KiB is read, one byte more is not', async () => {
    const { url } = await hostileWorld(form)
    const post = (size: number) => raw(url, CALLBACK, { method: 'POST', headers: FORM, body: `state=${'x'.repeat(size - 6)}` })
    expect([(await post(65_536)).status, (await post(65_537)).status]).toEqual([400, 413])
  })

  it.each([true, false])('with a body parser in front (extended: %s): lists are duplicates, bracket objects are 415', async (extended) => {
    const { url } = await serve(async () => {
      const inner = await hostileWorld(form)
      const { oauth } = await import('../src/index.js')
      return express().use(
        express.urlencoded({ extended }),
        oauth({
          baseUrl: inner.url,
          secret: 'x'.repeat(32),
          providers: { demo: { issuer: inner.server.url, clientId: 'client', responseMode: 'form_post' } },
        }),
      )
    })
    const post = async (body: string) => {
      const { status, body: page } = await raw(url, CALLBACK, { method: 'POST', headers: FORM, body })
      return `${status} ${/OAUTH_\w+/.exec(page)?.[0] ?? ''}`
    }
    expect(await post('state=a&state=b')).toBe('400 OAUTH_DUPLICATE_PARAM')
    expect(await post('state[a]=b&code=c')).toBe(extended ? '415 ' : '400 OAUTH_NO_TRANSACTION')
    expect(await post('state=a&code=b')).toBe('400 OAUTH_NO_TRANSACTION')
  })

  const leaveNothing: RequestHandler = (req, _res, next) => {
    req.body = {}
    next()
  }

  it.each<[string, RequestHandler]>([
    ['the bytes, as express.raw() does', express.raw({ type: '*/*' })],
    ['the text, as express.text() does', express.text({ type: '*/*' })],
    ['an empty object, having read the form', express.urlencoded()],
    ['an empty object, having read nothing, as body-parser 1 does', leaveNothing],
  ])('is read behind a parser that leaves %s', async (_what, parser) => {
    const { url } = await serve((baseUrl) =>
      express().use(
        parser,
        oauth({
          baseUrl,
          secret: 'x'.repeat(32),
          providers: { demo: { issuer: 'https://as.example', clientId: 'client', responseMode: 'form_post' } },
        }),
      ),
    )
    const post = async (body: string) => {
      const { status, body: page } = await raw(url, CALLBACK, { method: 'POST', headers: FORM, body })
      return `${status} ${/OAUTH_\w+/.exec(page)?.[0] ?? ''}`
    }
    expect(await post('state=a&state=b')).toBe('400 OAUTH_DUPLICATE_PARAM')
    expect(await post('')).toBe('400 OAUTH_NO_TRANSACTION')
  })

  it('that breaks off ends in the error handler, not in an unhandled rejection', async () => {
    let seen: (error: unknown) => void = () => undefined
    const error = new Promise((resolve) => {
      seen = resolve
    })
    const handler: ErrorRequestHandler = (thrown, _req, res, _next) => {
      seen(thrown)
      res.end()
    }
    const { url } = await hostileWorld({ ...form, handler })
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    socket.write(
      `POST ${CALLBACK} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nstate=`,
      () => socket.destroy(),
    )
    expect(await error).toMatchObject({ code: 'ECONNRESET' })
  })
})
