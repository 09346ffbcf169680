// Next makes its storages of what this puts in place, so it comes first.
import 'next/dist/server/node-environment-baseline.js'

import { inspect } from 'node:util'
import { fetchClient } from '@oauth/core/fetch'
import { memoryStore } from '@oauth/core/session'
import { NextRequest, NextResponse } from 'next/server.js'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { ProxyFunction } from '../src/index.js'
import { nextRequest } from './next-request.js'
import { closeAll, type World, world } from './world.js'

afterEach(async () => {
  vi.restoreAllMocks()
  await closeAll()
})

const DUE = 3590

/** What the proxy answers to a request of the browser that has logged in. */
function through({ auth, cookie }: World, path: string, headers: Record<string, string> = {}): Promise<Response> {
  return auth.proxy(new NextRequest(`http://next.internal${path}`, { headers: { cookie: cookie(), ...headers } }))
}

/** The headers that the answer of a page is made with, as Next takes them from the proxy's answer. */
function overridden({ headers }: Response): Record<string, string | null> {
  const names = headers.get('x-middleware-override-headers')?.split(',') ?? []
  return Object.fromEntries(names.map((name) => [name, headers.get(`x-middleware-request-${name}`)]))
}

describe('proxy', () => {
  it('renews a token that is due, for the browser and for the page that is made now', async () => {
    const one = await world()
    await one.signIn()
    expect((await through(one, '/page')).headers.getSetCookie()).toEqual([])
    one.clock.ahead = DUE
    const response = await through(one, '/page')
    expect(one.provider.tokenRequests('refresh_token')).toBe(1)
    const [set = ''] = response.headers.getSetCookie()
    const [pair = ''] = set.split(';')
    expect(pair).toMatch(/^oauth\.session\.0=1\./)
    expect(overridden(response)['cookie']?.split('; ')).toContain(pair)
    expect(overridden(response)['cookie']).not.toContain(one.browser.cookies.get('oauth.session.0')?.value)
    expect(response.headers.get('cache-control')).toBe('private, no-store')
    // A page that is asked for at the same time with the cookie before gets the same.
    expect((await through(one, '/other')).headers.getSetCookie()).toHaveLength(1)
    expect(one.provider.tokenRequests('refresh_token')).toBe(1)
  })

  it.each([
    ['SS15: a prefetch', '/page', { 'next-router-prefetch': '1' }],
    ['a prefetch of the browser', '/page', { 'sec-purpose': 'prefetch;prerender' }],
    ['an image', '/picture', { 'sec-fetch-dest': 'image' }],
    ['a file', '/logo.svg', {}],
    ['what Next has built', '/_next/static/chunk', {}],
    ['a route of ours', '/auth/user', {}],
  ])('renews and writes nothing for %s', async (_name, path, headers) => {
    const one = await world()
    await one.signIn()
    one.clock.ahead = DUE
    expect((await through(one, path, headers)).headers.getSetCookie()).toEqual([])
    expect(one.provider.tokenRequests('refresh_token')).toBe(0)
  })

  it('SS20: a page that everybody gets can be cached, and none that was made for a session', async () => {
    const one = await world()
    expect((await through(one, '/static')).headers.get('cache-control')).toBeNull()
    await one.signIn()
    expect((await through(one, '/static')).headers.get('cache-control')).toBe('private, no-store')
    expect((await through(one, '/logo.svg')).headers.get('cache-control')).toBeNull()
  })

  it('tells pages where they are, and nobody else can', async () => {
    const one = await world()
    const response = await through(one, '/a/b?c=d&_rsc=1', { 'x-oauth-url': '/evil', 'x-other': '1' })
    expect(overridden(response)).toMatchObject({ 'x-oauth-url': '/a/b?c=d', 'x-other': '1' })
  })

  it('goes around a proxy of the application, whose answer and changes stay', async () => {
    const one = await world()
    await one.signIn()
    one.clock.ahead = DUE
    const own = one.auth.proxy((request) => {
      const headers = new Headers(request.headers)
      headers.set('x-own', '1')
      headers.delete('x-secret')
      return NextResponse.next({ request: { headers }, headers: { 'x-answer': '1' } })
    })
    const request = new NextRequest('http://next.internal/page', { headers: { cookie: one.cookie(), 'x-secret': '1' } })
    const response = await own(request, undefined as never)
    expect(response.headers.getSetCookie()).toHaveLength(1)
    expect(response.headers.get('x-answer')).toBe('1')
    expect(overridden(response)).toMatchObject({ 'x-own': '1', 'x-oauth-url': '/page' })
    expect(overridden(response)).not.toHaveProperty('x-secret')
    expect(overridden(response)['cookie']).toContain(response.headers.getSetCookie()[0]?.split(';')[0])
  })

  it('leaves an answer of the application alone, and renews nothing for it', async () => {
    const one = await world()
    await one.signIn()
    one.clock.ahead = DUE
    const own = one.auth.proxy(() => Response.redirect('http://next.internal/elsewhere'))
    const response = await own(new NextRequest('http://next.internal/page', { headers: { cookie: one.cookie() } }), undefined as never)
    expect([response.status, response.headers.get('location'), response.headers.getSetCookie()]).toEqual([
      302,
      'http://next.internal/elsewhere',
      [],
    ])
    expect(response.headers.get('cache-control')).toBe('private, no-store')
    expect(one.provider.tokenRequests('refresh_token')).toBe(0)
  })

  it('lets a page be made though a token cannot be renewed', async () => {
    const one = await world()
    await one.signIn()
    one.clock.ahead = DUE
    await one.provider.close()
    const response = await through(one, '/page')
    expect([response.status, response.headers.get('x-middleware-next')]).toEqual([200, '1'])
  })
})

describe("a proxy of the application's own", () => {
  /** What it answers to a request with this cookie, within Next. */
  async function around(one: World, path: string, own: ProxyFunction, cookie = one.cookie()): Promise<Response> {
    const headers = { cookie }
    const request = new NextRequest(`http://next.internal${path}`, { headers })
    return nextRequest(headers).within(() => one.auth.proxy(own)(request, undefined as never))
  }

  const PATHS = ['/page', '/report.pdf', '/_next/data/x.json', '/auth/user']

  it.each(PATHS)('SS20: %s is kept from caches where it has asked who is there, also for nobody', async (path) => {
    for (const store of [undefined, memoryStore()]) {
      const one = await world({ store })
      const asking: Readonly<Record<string, ProxyFunction>> = {
        session: async () => void (await one.auth.session()),
        'session, for an answer': async (request) =>
          (await one.auth.session()) === undefined
            ? NextResponse.rewrite(new URL('/welcome', request.url))
            : new Response('here', { status: 403 }),
        accessToken: async () => void (await one.auth.accessToken().catch(() => undefined)),
        client: async () => void (await one.auth.client().catch(() => undefined)),
      }
      for (const somebody of [false, true]) {
        if (somebody) await one.signIn()
        for (const [what, own] of Object.entries(asking)) {
          const { headers } = await around(one, path, own)
          expect([what, somebody, headers.get('cache-control'), headers.get('vary')]).toEqual([
            what,
            somebody,
            'private, no-store',
            'Cookie',
          ])
        }
      }
    }
  })

  it.each(PATHS)('SS20: %s is as cacheable as ever where it has asked nothing, for nobody', async (path) => {
    const one = await world()
    for (const own of [() => undefined, () => NextResponse.next({ headers: { 'cache-control': 'public, max-age=60' } })]) {
      const { headers } = await around(one, path, own)
      expect([headers.get('cache-control'), headers.get('vary')]).toEqual([own() === undefined ? null : 'public, max-age=60', null])
    }
  })

  it('SS20: asking is told from finding: one that could not be told who is there has asked', async () => {
    const store = memoryStore<unknown>()
    const one = await world({ store })
    await one.signIn()
    vi.spyOn(store, 'get').mockRejectedValue(new Error('The store is away.'))
    const own = async () => new Response(await one.auth.session().then(String, () => 'not known'))
    const response = await around(one, '/report.pdf', own)
    expect([await response.text(), response.headers.get('cache-control')]).toEqual(['not known', 'private, no-store'])
  })

  it('RF18: its error is a 500 with the cookies that wait, and told to the operator; without any it is left to Next', async () => {
    const log = vi.spyOn(console, 'error').mockReturnValue()
    const one = await world()
    await one.signIn()
    const thrown = new Error('The proxy has failed.')
    const own = async () => {
      await one.auth.accessToken()
      throw thrown
    }
    await expect(around(one, '/page', own)).rejects.toBe(thrown)
    one.clock.ahead = DUE
    for (const path of ['/page', '/report.pdf']) {
      const response = await around(one, path, own)
      expect([response.status, response.headers.getSetCookie().length, response.headers.has('x-middleware-next')]).toEqual([500, 1, false])
    }
    expect([log.mock.calls, one.provider.tokenRequests('refresh_token')]).toEqual([[[thrown], [thrown]], 1])
  })
})

describe('a renewal that fails in the proxy', () => {
  const EXPIRED = 4000

  afterEach(() => {
    vi.restoreAllMocks()
  })

  /** Has the operator told of something, and gives what that is. */
  function told() {
    return { errors: vi.spyOn(console, 'error').mockReturnValue(), warnings: vi.spyOn(console, 'warn').mockReturnValue() }
  }

  /** A browser that has logged in, whose token has expired, at a provider that answers so from then on. */
  async function refused(status: number, error: string): Promise<World> {
    const client = fetchClient()
    let isUp = true
    const transport: typeof client.transport = async (request, options) => {
      if (isUp || request.endpoint !== 'token') return client.transport(request, options)
      const body = new TextEncoder().encode(JSON.stringify({ error }))
      return { status, headers: { 'content-type': 'application/json' }, body }
    }
    const one = await world({ http: { ...client, transport } })
    await one.signIn()
    one.clock.ahead = EXPIRED
    isUp = false
    return one
  }

  it('is told to the operator once, and to the page by its code', async () => {
    const one = await world()
    await one.signIn()
    one.clock.ahead = EXPIRED
    await one.provider.close()
    const { errors, warnings } = told()
    const [response] = await Promise.all([through(one, '/page', { 'x-oauth-renewal': 'op: OAUTH_MADE_UP' }), through(one, '/other')])
    expect(errors.mock.calls).toEqual([
      [
        expect.stringMatching(/^The proxy could not renew the token of a login at "op"\. .*connection was refused/),
        expect.objectContaining({ code: 'OAUTH_REFRESH_TRANSIENT' }),
      ],
    ])
    expect(warnings).not.toHaveBeenCalled()
    expect(overridden(response)).toMatchObject({ 'x-oauth-renewal': 'op: OAUTH_REFUSED' })
    for (const token of one.provider.issued) expect(inspect([errors.mock.calls, ...response.headers], { depth: 9 })).not.toContain(token)
  })

  it('is told with what the provider says of the client', async () => {
    const one = await refused(401, 'invalid_client')
    const { errors } = told()
    await through(one, '/page')
    expect(inspect(errors.mock.calls, { depth: 9 })).toContain('invalid_client')
  })

  it('is a warning, with the name of the provider, when it has ended the login', async () => {
    const one = await refused(400, 'invalid_grant')
    const { errors, warnings } = told()
    await through(one, '/page')
    expect(warnings.mock.calls).toEqual([[expect.stringMatching(/^A login at "op" has ended\. The token cannot be renewed/)]])
    expect(errors).not.toHaveBeenCalled()
  })

  it('is none where there is nothing to renew a token with', async () => {
    const one = await world({ scope: 'openid' })
    await one.signIn()
    one.clock.ahead = EXPIRED
    const { errors, warnings } = told()
    expect(overridden(await through(one, '/page', { 'x-oauth-renewal': 'op: OAUTH_MADE_UP' }))).not.toHaveProperty('x-oauth-renewal')
    expect([errors.mock.calls, warnings.mock.calls]).toEqual([[], []])
  })
})
