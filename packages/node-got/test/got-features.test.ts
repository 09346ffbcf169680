import { text } from 'node:stream/consumers'
import { inspect } from 'node:util'
import { gotClient, isOAuthError } from '@oauth/node-got'
import got, { type ExtendOptions, type Got, HTTPError, RequestError, TimeoutError } from 'got'
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from 'vitest'
import { json, startWorld, type World } from './world.js'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

describe('B35: session.http is a got instance', () => {
  it('in its type and in its members', async () => {
    const session = await world.session()
    expectTypeOf(session.http).toEqualTypeOf<Got>()
    expectTypeOf(session.extend(got)).toEqualTypeOf<Got>()
    for (const member of ['get', 'post', 'extend', 'stream', 'paginate']) expect(Reflect.get(session.http, member)).toBeTypeOf('function')
  })

  it('json(), text(), buffer() and responseType work', async () => {
    const { http } = await world.session()
    expect(await http.get(`${world.api}/me`).json<{ path: string }>()).toMatchObject({ path: '/me' })
    expect(await http.get(`${world.api}/me`).text()).toContain('/me')
    expect((await http.get(`${world.api}/me`).buffer()).length).toBeGreaterThan(10)
    expect((await http.get(`${world.api}/me`, { responseType: 'json' })).body).toMatchObject({ path: '/me' })
  })

  it('prefixUrl and searchParams of the instance apply to the application’s calls', async () => {
    const session = await world.session({ http: got.extend({ prefixUrl: `${world.api}/v1`, searchParams: { a: 1 } }) })
    expect(await session.http.get('me').json()).toMatchObject({ path: '/v1/me?a=1' })
    expect(world.authorizations()).toEqual(['Bearer access-1'])
  })

  it('extend keeps the authorisation', async () => {
    const session = await world.session()
    const extended = session.http.extend({ prefixUrl: world.api, headers: { 'x-mine': '1' } })
    await extended.get('me')
    await got.extend(session.http).get(`${world.api}/me`)
    expect(world.authorizations()).toEqual(['Bearer access-1', 'Bearer access-1'])
    expect(world.seen[0]?.headers['x-mine']).toBe('1')
  })
})

describe('SC05: got’s own retries, each authorised anew', () => {
  it('503, then 200: each attempt carries the token of its moment', async () => {
    const session = await world.session()
    let count = 0
    world.on('/flaky', async (_seen, response) => {
      count += 1
      if (count > 1) return json(response, 200, {})
      await session.refreshToken()
      json(response, 503, {}, { 'retry-after': '0' })
    })
    expect((await session.http.get(`${world.api}/flaky`)).statusCode).toBe(200)
    expect(world.authorizations()).toEqual(['Bearer access-1', 'Bearer access-2'])
  })
})

describe('hooks of the application', () => {
  it('run on the first and on the repeated attempt, whether they were registered before or after the authorisation', async () => {
    const ran: string[] = []
    const hooks = (name: string): ExtendOptions => ({
      hooks: {
        beforeRequest: [({ url }) => void ran.push(`${name} beforeRequest ${(url as URL).pathname}`)],
        afterResponse: [
          (response) => {
            ran.push(`${name} afterResponse ${response.statusCode}`)
            return response
          },
        ],
      },
    })
    const session = await world.session({ http: got.extend(hooks('early')) })
    const late = session.http.extend(hooks('late'))
    world.forget()
    await late.get(`${world.api}/me`)
    // The 401 itself is not shown to hooks behind ours: for them it did not happen.
    expect(ran).toEqual([
      'early beforeRequest /me',
      'late beforeRequest /me',
      'early afterResponse 401',
      'early beforeRequest /token',
      'early beforeRequest /me',
      'late beforeRequest /me',
      'early afterResponse 200',
      'late afterResponse 200',
    ])
  })

  it('a hook that comes later sees the token; one that takes it away decides', async () => {
    const session = await world.session()
    const http = session.http.extend({ hooks: { beforeRequest: [(options) => void delete options.headers['authorization']] } })
    await http.get(`${world.api}/me`, { throwHttpErrors: false })
    expect(world.authorizations()[0]).toBeUndefined()
  })

  it('context of the application is kept', async () => {
    const session = await world.session()
    const response = await session.http.get(`${world.api}/me`, { context: { mine: 1 } })
    expect(response.request.options.context).toMatchObject({ mine: 1 })
  })
})

describe('pagination', () => {
  function pages(next: (page: number) => string | undefined): void {
    world.on('/items', ({ path }, response) => {
      const page = Number(new URL(path, world.api).searchParams.get('page') ?? 1)
      const link = next(page)
      json(response, 200, [page], link === undefined ? {} : { link: `<${link}>; rel="next"` })
    })
  }

  it('goes through the pages with the token', async () => {
    const session = await world.session()
    pages((page) => (page < 3 ? `${world.api}/items?page=${page + 1}` : undefined))
    expect(await session.http.paginate.all(`${world.api}/items`)).toEqual([1, 2, 3])
    expect(world.authorizations()).toEqual(Array(3).fill('Bearer access-1'))
  })

  it('a token that ends between two pages is renewed', async () => {
    const session = await world.session()
    let asked = 0
    world.on('/items', ({ path, headers }, response) => {
      asked += 1
      if (asked === 2) return json(response, 401, {})
      const page = Number(new URL(path, world.api).searchParams.get('page') ?? 1)
      expect(headers.authorization).toBe(asked === 1 ? 'Bearer access-1' : 'Bearer access-2')
      json(response, 200, [page], page < 3 ? { link: `<${world.api}/items?page=${page + 1}>; rel="next"` } : {})
    })
    expect(await session.http.paginate.all(`${world.api}/items`)).toEqual([1, 2, 3])
    expect(world.tokenRequests).toHaveLength(1)
  })

  it('RD10: a page at another origin, which the server chose, gets no token', async () => {
    const session = await world.session()
    pages(() => `${world.elsewhere}/items`)
    expect(await session.http.paginate.all(`${world.api}/items`)).toEqual([1])
    expect(world.authorizations()).toEqual(['Bearer access-1'])
    expect(world.seenElsewhere).toHaveLength(1)
    expect(world.seenElsewhere[0]?.headers.authorization).toBeUndefined()
  })

  it('the same where the application extended the instance', async () => {
    const session = await world.session()
    pages(() => `${world.elsewhere}/items`)
    await got.extend(session.http.extend({ headers: { 'x-mine': '1' } })).paginate.all(`${world.api}/items`)
    expect(world.seenElsewhere[0]?.headers.authorization).toBeUndefined()
  })

  it('a paginate function that reuses the options of the page before keeps the token', async () => {
    const session = await world.session()
    pages(() => undefined)
    const all = await session.http.paginate.all<number>(`${world.api}/items`, {
      pagination: {
        requestLimit: 2,
        paginate: ({ response }) => {
          const { options } = response.request
          options.url = new URL(`${world.api}/items?page=2`)
          return options
        },
      },
    })
    expect(all).toEqual([1, 2])
    expect(world.authorizations()).toEqual(['Bearer access-1', 'Bearer access-1'])
  })
})

describe('pagination by hand', () => {
  it('a token that is rejected on a page with the options of the page before is renewed', async () => {
    const session = await world.session()
    world.on('/items', ({ path, headers }, response) => {
      const isRenewed = headers.authorization === 'Bearer access-2'
      if (path.endsWith('page=2') && !isRenewed) return json(response, 401, {})
      json(response, 200, [path])
    })
    const all = await session.http.paginate.all(`${world.api}/items`, {
      pagination: {
        requestLimit: 2,
        paginate: ({ response }) => {
          const { options } = response.request
          options.url = new URL(`${world.api}/items?page=2`)
          return options
        },
      },
    })
    expect(all).toEqual(['/items', '/items?page=2'])
    expect(world.authorizations()).toEqual(['Bearer access-1', 'Bearer access-1', 'Bearer access-2'])
  })

  it('RD10: a page that is back where the pages began has the token again, and the one between has none', async () => {
    const session = await world.session()
    world.on('/items', ({ path }, response) => json(response, 200, [path]))
    const urls = [`${world.elsewhere}/items`, `${world.api}/items?page=3`]
    await session.http.paginate.all(`${world.api}/items`, {
      pagination: { requestLimit: 3, transform: () => [0], paginate: () => ({ url: new URL(urls.shift() ?? '') }) },
    })
    expect(world.authorizations()).toEqual(['Bearer access-1', 'Bearer access-1'])
    expect(world.seenElsewhere.map(({ headers }) => headers.authorization)).toEqual([undefined])
  })

  it('RD10: options of the page before, pointed at another origin, get no token there', async () => {
    const session = await world.session()
    world.on('/items', (_seen, response) => json(response, 200, [1]))
    await session.http.paginate.all(`${world.api}/items`, {
      pagination: {
        requestLimit: 2,
        paginate: ({ response }) => {
          const { options } = response.request
          options.url = new URL(`${world.elsewhere}/items`)
          return options
        },
      },
    })
    expect(world.seenElsewhere).toHaveLength(1)
    expect(world.seenElsewhere[0]?.headers.authorization).toBeUndefined()
  })
})

describe('an authoriser that never gives up', () => {
  it('is asked to repeat once: the limit is the adapter’s', async () => {
    const asked: number[] = []
    const http = gotClient().authorised({
      authorise: ({ url }, attempt) => {
        asked.push(attempt)
        return { url, headers: { authorization: `Bearer ${attempt}` }, tokenHash: String(attempt) }
      },
      answered: () => 'again',
    })
    const answer = await http.get(`${world.api}/me`, { throwHttpErrors: false })
    expect(answer.statusCode).toBe(401)
    expect(asked).toEqual([1, 2])
    expect(world.authorizations()).toEqual(['Bearer 1', 'Bearer 2'])
  })
})

describe('where the token goes', () => {
  it.each([302, 307])(
    'RD09: a %i to another origin takes no header along that is for the API; one within the origin takes them all',
    async (status) => {
      const session = await world.session({ quirks: { resourceHeaders: { 'client-id': 'client' } } })
      world.on('/away', (_seen, response) => response.writeHead(status, { location: `${world.elsewhere}/got` }).end())
      world.on('/old', (_seen, response) => response.writeHead(status, { location: '/me' }).end())
      const headers = { 'x-api-key': 'key', dpop: 'proof', cookie: 'a=b', accept: 'text/own', 'user-agent': 'mine/1' }
      await session.http.get(`${world.api}/away`, { headers })
      const [there] = world.seenElsewhere
      expect(Object.keys(there?.headers ?? {}).sort()).toEqual(['accept', 'accept-encoding', 'connection', 'host', 'user-agent'])
      expect(there?.headers).toMatchObject({ accept: 'text/own', 'user-agent': 'mine/1' })
      world.forget()
      await session.http.get(`${world.api}/old`, { headers })
      expect(world.seen.slice(-2).map((seen) => [seen.headers['x-api-key'], seen.headers['client-id']])).toEqual([
        ['key', 'client'],
        ['key', 'client'],
      ])
    },
  )

  it('RD09: a 307 to another origin takes the form along, without the token that it carried', async () => {
    const session = await world.session({ tokenPlacement: 'body' })
    world.on('/away', (_seen, response) => response.writeHead(307, { location: `${world.elsewhere}/to` }).end())
    await session.http.post(`${world.api}/away`, { form: { a: 1 } })
    expect(world.seen[0]?.body).toBe('a=1&access_token=access-1')
    expect(world.seenElsewhere.map(({ body }) => body)).toEqual(['a=1'])
  })

  it('a redirect within the origin keeps it', async () => {
    const session = await world.session()
    world.on('/old', (_seen, response) => response.writeHead(302, { location: '/me' }).end())
    expect((await session.http.get(`${world.api}/old`)).statusCode).toBe(200)
    expect(world.authorizations()).toEqual(['Bearer access-1', 'Bearer access-1'])
  })

  it('a redirect away and back is authorised again at home only', async () => {
    const session = await world.session()
    world.on('/away', (_seen, response) => response.writeHead(302, { location: `http://localhost:${new URL(world.api).port}/back` }).end())
    world.on('/back', (_seen, response) => response.writeHead(302, { location: `${world.api}/me` }).end())
    const answer = await session.http.get(`${world.api}/away`, { throwHttpErrors: false, dnsLookupIpVersion: 4 })
    expect(world.authorizations().slice(0, 2)).toEqual(['Bearer access-1', undefined])
    expect(answer.statusCode).toBe(200)
  })

  it('RD10: an absolute URL to another origin over prefixUrl is refused before anything is sent', async () => {
    const session = await world.session({ http: got.extend({ prefixUrl: world.api }) })
    for (const call of [session.http.get(world.elsewhere), session.http.get(`${world.elsewhere}/x`).json()]) {
      const error = await call.catch((thrown: unknown) => thrown)
      expect(isOAuthError(error) && error.code).toBe('OAUTH_ORIGIN_NOT_ALLOWED')
      expect(error).not.toBeInstanceOf(RequestError)
    }
    expect(world.seenElsewhere).toHaveLength(0)
  })

  it('RD10: //evil.example/x is refused, with a prefix and without; nothing is sent', async () => {
    for (const http of [got, got.extend({ prefixUrl: `${world.api}/v1` })]) {
      const session = await world.session({ http })
      await expect(session.http.get(`${world.elsewhere.replace('http:', '')}/x`)).rejects.toThrow('must not start with a slash')
    }
    expect(world.seenElsewhere).toHaveLength(0)
    expect(world.seen).toHaveLength(0)
  })

  it('of two sessions on one instance the later one puts its token on, and renews it', async () => {
    const first = await world.session()
    const second = await world.session({ http: first.http })
    await second.http.get(`${world.api}/me`)
    world.forget()
    await second.http.get(`${world.api}/me`)
    expect(world.authorizations()).toEqual(['Bearer access-2', 'Bearer access-2', 'Bearer access-3'])
    expect(first.token).toMatchObject({ access_token: 'access-1' })
  })

  it('S48: withholdToken sends without it, and without asking for one', async () => {
    const session = await world.session()
    await session.setToken({ access_token: 'gone', expires_at: 1 })
    await session.http.get(`${world.api}/me`, { throwHttpErrors: false, context: { oauth: { withholdToken: true } } })
    expect(world.authorizations()).toEqual([undefined])
    expect(world.tokenRequests).toHaveLength(0)
  })
})

describe('errors', () => {
  it('got’s own errors stay got’s', async () => {
    const session = await world.session()
    world.on('/gone', (_seen, response) => json(response, 410, {}))
    world.on('/slow', () => undefined)
    await expect(session.http.get(`${world.api}/gone`)).rejects.toBeInstanceOf(HTTPError)
    await expect(session.http.get(`${world.api}/slow`, { timeout: { request: 100 }, retry: { limit: 0 } })).rejects.toBeInstanceOf(
      TimeoutError,
    )
  })

  it('LG06: what got says of a call whose query carries the token names its URL without it', async () => {
    const session = await world.session({ tokenPlacement: 'query' })
    world.on('/gone', (_seen, response) => json(response, 410, {}))
    world.on('/text', (_seen, response) => response.end('no JSON'))
    const calls = [
      () => session.http.get(`${world.api}/gone?a=1`),
      () => session.http.get(`${world.api}/text?a=1`, { responseType: 'json' }),
      () => session.http.get(`${world.api}/text?a=1`).json(),
      () => text(session.http.stream(`${world.api}/gone?a=1`)),
    ]
    for (const call of calls) {
      const { message, stack } = await Promise.resolve(call()).then(
        () => new Error('none'),
        (error: Error) => error,
      )
      expect(message).toMatch(/\?a=1(?!&)/)
      expect(stack).not.toContain('access-1')
    }
  })

  it('LG05: the context of a call shows no token to whoever logs it', async () => {
    const session = await world.session()
    world.on('/no', (_seen, response) => json(response, 404, {}))
    const error = await session.http.get(`${world.api}/no`, { context: { mine: 1 } }).catch((thrown: unknown) => thrown)
    const { context } = (error as RequestError).options
    expect(world.authorizations()).toEqual(['Bearer access-1'])
    expect(inspect(context, { depth: null, showHidden: true })).toContain('mine: 1')
    expect(inspect(context, { depth: null, showHidden: true })).not.toContain('access-1')
  })

  it('S5: a misspelt option of one call is refused, and nothing is sent', async () => {
    const session = await world.session()
    const call = session.http.get(`${world.api}/me`, { context: { oauth: { witholdToken: true } } })
    await expect(call).rejects.toMatchObject({ name: 'UsageError', message: expect.stringContaining('"witholdToken"') })
    expect(world.seen).toHaveLength(0)
  })

  it('a beforeError hook of the application goes on working', async () => {
    const session = await world.session()
    world.on('/gone', (_seen, response) => json(response, 410, {}))
    const http = session.http.extend({ hooks: { beforeError: [(error) => Object.assign(new Error('mine'), { cause: error })] } })
    await expect(http.get(`${world.api}/gone`)).rejects.toThrow('mine')
  })
})

describe('nothing of an instance leaks into requests that carry credentials', () => {
  it('TR18, B6, Authlib #704: cookies, search parameters, user name, headers and the prefix stay away from the token endpoint; the user agent goes along', async () => {
    const stored: string[] = []
    const instance = got.extend({
      prefixUrl: `${world.elsewhere}/api`,
      searchParams: { key: 'api' },
      username: 'api',
      password: 'api',
      headers: { authorization: 'Bearer api', cookie: 'api=1', 'x-api-key': 'api', 'user-agent': 'mine/1.0' },
      cookieJar: { setCookie: async (cookie: string) => stored.push(cookie), getCookieString: async () => 'sid=1' },
      retry: { limit: 3, methods: ['POST'] },
    })
    const session = await world.session({ http: instance })
    await session.refreshToken()
    const [headers] = world.tokenHeaders
    expect(headers).toMatchObject({ 'user-agent': 'mine/1.0', authorization: expect.stringMatching(/^Basic /) })
    expect(headers).not.toHaveProperty('cookie')
    expect(headers).not.toHaveProperty('x-api-key')
    expect(world.tokenRequests[0]).toEqual({ grant_type: 'refresh_token', refresh_token: 'refresh-1' })
    expect(world.seenElsewhere).toHaveLength(0)
    expect(stored).toHaveLength(0)
  })

  it('a beforeRequest hook of the instance does see them: proxies and signatures are made so', async () => {
    const session = await world.session({
      http: got.extend({ hooks: { beforeRequest: [({ headers }) => void Object.assign(headers, { 'x-proxy': '1' })] } }),
    })
    await session.refreshToken()
    expect(world.tokenHeaders[0]).toMatchObject({ 'x-proxy': '1' })
  })
})
