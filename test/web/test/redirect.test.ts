import { type HostileServer, startHostileServer } from '@oauth-test/provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { faultOf } from '../src/corpus/landing.ts'
import { frameworks } from '../src/frameworks.ts'
import { NAVIGATION, type RawAnswer, raw } from '../src/raw.ts'
import { type ScriptedWorld, useScriptedWorld } from '../src/scripted-world.ts'

const EVIL = 'evil.example'

/** A login request by request, each with these headers. */
async function login({ app, server }: ScriptedWorld, headers = NAVIGATION): Promise<Readonly<Record<'begun' | 'ended', RawAnswer>>> {
  const begun = await raw(app.baseUrl, '/auth/demo/login', { headers })
  const { searchParams } = new URL(begun.headers['location'] ?? '')
  const answer = new URLSearchParams({ code: `code-${searchParams.get('nonce')}`, state: searchParams.get('state') ?? '', iss: server.url })
  const cookie = begun.setCookie.map((one) => one.split(';', 1)[0]).join('; ')
  const ended = await raw(app.baseUrl, `/auth/demo/callback?${answer}`, { headers: { ...headers, cookie } })
  return { begun, ended }
}

describe.each(frameworks)('$name', (framework) => {
  const world = useScriptedWorld(framework)
  const asked = () => ({ baseUrl: world.app.baseUrl, asked: `${world.app.baseUrl}/auth/demo/callback` })

  describe('where the browser is sent', () => {
    it.each([
      '//e',
      '/\\e',
      '/\t/e',
      '/%09/e',
      '/%5ce',
      '/./\\e',
      'https:e',
      '/\ne',
      '@e',
      'https://app@evil.example',
      'http://127.0.0.1.evil.example',
      'http://[',
    ])('RD02 RD04 RD05: %j as a returnTo ends at the start page', async (returnTo) => {
      const { app } = world
      const page = await app.browser().goto(`${app.baseUrl}/auth/demo/login?${new URLSearchParams({ returnTo })}`)
      expect([page.status, page.url]).toEqual([200, `${app.baseUrl}/`])
    })

    it.each([
      ...['//', '///', '/\\', '/\\/', '/%2f%2f', '/%2F', '/%5c', '/.//', '/x/..//', '/..//', '/%09/', 'http://'].map((start) => [
        `${start}${EVIL}/x`,
        `${start}${EVIL}/x`,
      ]),
      ...[`//${EVIL}/%2e%2e`, `//${EVIL}/..`, `http://${EVIL}//x`, `http://${EVIL}/guarded`, '/%0d%0aSet-Cookie:evil=1'].map((path) => [
        path,
        path,
      ]),
      ['5,000 letters', `/${'a'.repeat(5000)}`],
    ])('RD03: a guarded page asked for as %s sends nobody elsewhere, neither to log in nor after it', async (_name, path) => {
      const { app } = world
      const answer = await raw(app.baseUrl, path)
      const { location } = answer.headers
      expect(answer.setCookie.join()).not.toContain('evil')
      // A framework may refuse such a path, or say how it is spelt right.
      if (answer.status === 400 || answer.status === 404) return
      // No browser asks a server so. Next takes the two slashes of the scheme for a mistake, and says so before any code of the application runs.
      if (path.startsWith('http:') && answer.status === 308) return
      expect([303, 307, 308]).toContain(answer.status)
      expect(faultOf(location ?? null, { baseUrl: app.baseUrl, asked: `${app.baseUrl}/` })).toBeUndefined()
      const page = await app.browser().goto(new URL(location ?? '', app.baseUrl).href)
      expect(new URL(page.url).origin).toBe(app.baseUrl)
      const origins = page.history.map(({ url }) => new URL(url).origin)
      expect(new Set([...origins, world.server.url])).toEqual(new Set([app.baseUrl, world.server.url]))
    })

    it('RD03: a guarded page asked for by its path and query comes back to them', async () => {
      const { app } = world
      const page = await app.browser().goto(`${app.baseUrl}/guarded/items/17?q=a%2Fb&next=https://${EVIL}/`)
      const { origin, pathname, searchParams } = new URL(page.url)
      expect([page.status, origin, pathname]).toEqual([200, app.baseUrl, '/guarded/items/17'])
      expect([...searchParams]).toEqual([
        ['q', 'a/b'],
        ['next', `https://${EVIL}/`],
      ])
      expect(page.text).toContain('item: 17')
    })

    it('RD06: parameters of the logout do not say where it ends, and what the provider is told is the application', async () => {
      const { app, server } = world
      const evil = new URLSearchParams(
        ['post_logout_redirect_uri', 'returnTo', 'redirect_uri', 'client_id', 'id_token_hint', 'logout_uri'].map((name) => [
          name,
          `https://${EVIL}/`,
        ]),
      )
      for (const request of [{ path: `/auth/logout?${evil}` }, { path: '/auth/logout', body: evil.toString() }]) {
        const browser = await world.loggedIn()
        const cookie = browser.cookies.header(`${app.baseUrl}/`)
        const form = { 'content-type': 'application/x-www-form-urlencoded', origin: app.baseUrl, 'sec-fetch-site': 'same-origin' }
        const { path, body } = request
        const { status, headers } = await raw(app.baseUrl, path, {
          headers: { ...NAVIGATION, ...(body === undefined ? {} : form), cookie },
          ...(body === undefined ? {} : { method: 'POST', body }),
        })
        const location = new URL(headers['location'] ?? '')
        expect([status, `${location.origin}${location.pathname}`]).toEqual([303, `${server.url}/logout`])
        expect(location.searchParams.get('post_logout_redirect_uri')).toBe(`${app.baseUrl}/`)
        expect(location.href).not.toContain(EVIL)
      }
    })

    it('RD07: no header of a request says where the application is', async () => {
      const { app } = world
      const { origin, host } = new URL(app.baseUrl)
      const spoofed = {
        host: EVIL,
        forwarded: `host=${EVIL};proto=https`,
        'x-forwarded-host': EVIL,
        'x-forwarded-proto': 'https',
        'x-forwarded-port': '81',
        'x-forwarded-uri': '/evil',
        'x-forwarded-prefix': '/evil',
        'x-forwarded-server': EVIL,
        'x-original-url': '/evil',
        'x-rewrite-url': '/evil',
        'x-original-host': EVIL,
        'x-host': EVIL,
        'x-forwarded-path': '/evil',
        'x-middleware-rewrite': `http://${EVIL}/`,
        'x-oauth-url': `//${EVIL}`,
      }
      const headers = { ...NAVIGATION, ...spoofed }
      const guarded = await raw(origin, '/guarded', { headers })
      expect(faultOf(guarded.headers['location'] ?? null, asked())).toBeUndefined()
      const { begun, ended } = await login(world, headers)
      expect(new URL(begun.headers['location'] ?? '').searchParams.get('redirect_uri')).toBe(`http://${host}/auth/demo/callback`)
      // Nor does it say that the connection is a secure one: the cookie would never come back.
      expect(begun.setCookie).toEqual([expect.not.stringMatching(/Secure|Domain|__Host-/i)])
      expect(ended.status).toBe(303)
      expect(faultOf(ended.headers['location'] ?? null, asked())).toBeUndefined()
      expect(ended.setCookie.filter((one) => one.includes('.session'))).toEqual([expect.not.stringMatching(/Secure|Domain|__Host-/i)])
      const session = ended.setCookie.map((one) => one.split(';', 1)[0]).join('; ')
      const out = await raw(origin, '/auth/logout', { headers: { ...headers, cookie: session } })
      expect(new URL(out.headers['location'] ?? '').searchParams.get('post_logout_redirect_uri')).toBe(`http://${host}/`)
    })

    it('RD11: the callback answers 303 to an address without code and state, for no cache and with no referrer', async () => {
      const { app } = world
      const page = await app.browser().goto(`${app.baseUrl}/guarded`)
      const callback = page.history.at(-2)
      expect(callback).toMatchObject({ url: expect.stringContaining('/auth/demo/callback?code='), status: 303 })
      expect(page.url).toBe(`${app.baseUrl}/guarded`)
      for (const { headers } of Object.values(await login(world))) {
        expect(headers).toMatchObject({ 'referrer-policy': 'no-referrer', 'cache-control': 'private, no-store' })
      }
    })
  })

  describe('what is sent elsewhere', () => {
    let other: HostileServer
    beforeAll(async () => {
      other = await startHostileServer()
      other.answer('/elsewhere', { body: { sub: 'alice' } })
    })
    afterAll(() => other.close())

    it.each([301, 302, 303, 307, 308])('RD08: %i from the token endpoint is not followed, and nobody is logged in', async (status) => {
      const { app, server, tokens } = world
      const browser = app.browser()
      server.answer('/elsewhere', tokens)
      for (const target of [server, other]) {
        server.answer('token', { fault: 'redirect', status, location: `${target.url}/elsewhere` })
        const page = await browser.goto(`${app.baseUrl}/auth/demo/login`)
        expect([page.status, page.text]).toEqual([502, expect.stringContaining('OAUTH_REDIRECT')])
        expect(target.requestsTo('/elsewhere')).toEqual([])
      }
      server.answer('token', tokens)
      expect((await browser.fetch(`${app.baseUrl}/auth/user`)).status).toBe(401)
    })

    it.each([301, 302, 303, 307, 308])('RD09: an API that answers %i to another origin: the token does not come along', async (status) => {
      const { app, server } = world
      const browser = await world.loggedIn()
      server.answer('/me', { fault: 'redirect', status, location: `${other.url}/elsewhere` })
      const before = other.requests.length
      expect(await (await browser.fetch(`${app.baseUrl}/api`)).json()).toEqual({ sub: 'alice' })
      expect(server.requestsTo('/me').at(-1)?.headers.authorization).toBe('Bearer access')
      const received = other.requests.slice(before)
      expect(received).toHaveLength(1)
      expect(JSON.stringify(received)).not.toMatch(/Bearer|access/)
    })
  })

  describe('a token that is for one API', () => {
    const bound = useScriptedWorld(framework, { demo: { allowedOrigins: ['https://api.example'] } })

    it('RD10: is sent to no other origin, and the mistake is told', async () => {
      const { app, server } = bound
      server.answer('/me', { body: { sub: 'alice' } })
      const browser = await bound.loggedIn()
      expect(await (await browser.fetch(`${app.baseUrl}/api`)).json()).toEqual({ error: expect.stringMatching(/^OAUTH_/) })
      expect(server.requestsTo('/me')).toEqual([])
    })
  })

  describe('RD12: what is written into pages', () => {
    const MARKUP = `</script><script>alert(1)</script>'"><img src=x onerror=alert(1)>`

    it('an error page repeats nothing of the answer it is about, runs no script, and is in no frame', async () => {
      const { app } = world
      for (const query of [
        { error: MARKUP, error_description: MARKUP, error_uri: 'javascript:alert(1)', state: MARKUP },
        { error: 'access_denied', error_description: MARKUP, state: MARKUP },
        { code: MARKUP, state: MARKUP, iss: MARKUP },
        { [MARKUP]: MARKUP },
      ]) {
        const { status, headers, body } = await raw(
          app.baseUrl,
          `/auth/demo/callback?${new URLSearchParams(query as Record<string, string>)}`,
        )
        expect([status, headers['content-type']]).toEqual([400, 'text/html; charset=utf-8'])
        expect(body).not.toMatch(/<script|<img|alert|javascript:/)
        expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-[^;]*;.* frame-ancestors 'none'$/)
        expect(headers['content-security-policy']).not.toMatch(/unsafe|script-src/)
      }
    })

    it('claims are JSON, and nothing that a browser runs', async () => {
      const { app } = world
      const browser = await world.loggedIn({ sub: MARKUP, name: MARKUP })
      const answer = await browser.fetch(`${app.baseUrl}/auth/user`)
      expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
      expect(await answer.json()).toMatchObject({ sub: MARKUP, name: MARKUP })
    })
  })
})
