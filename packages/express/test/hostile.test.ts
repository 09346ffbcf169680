import { createSigner, type HostileScript } from '@oauth-test/provider'
import { afterEach, describe, expect, it } from 'vitest'
import { requireLogin } from '../src/index.js'
import { closeAll, type HostileWorld, hostileWorld } from './world.js'

afterEach(closeAll)

const signer = createSigner({ alg: 'RS256' })

/** The page a login ends on, and what the provider was asked. */
async function attempt({ browser, url, server }: HostileWorld) {
  const page = await browser.goto(`${url}/auth/demo/login`)
  const user = await browser.fetch(`${url}/auth/user`)
  return {
    status: page.status,
    code: /OAUTH_\w+/.exec(page.body)?.[0],
    body: page.body,
    loggedIn: user.status === 200,
    tokenRequests: server.requestsTo('token').length,
    cookies: browser.cookies.all(url).map(({ name }) => name.replace(/\.[\w-]{16}$/, '')),
  }
}

/** A token endpoint that answers as it should, for the nonce of the last authorization request. */
function honest(server: HostileWorld['server'], different: object = {}): HostileScript {
  server.answer('jwks', { body: { keys: [signer.jwk] } })
  return () => {
    const asked = server.requestsTo('authorization').at(-1)?.url ?? ''
    const nonce = new URL(asked, server.url).searchParams.get('nonce')
    const now = Math.floor(Date.now() / 1000)
    const id_token = signer.sign({ iss: server.url, sub: 'alice', aud: 'client', iat: now, exp: now + 300, nonce })
    return { body: { access_token: 'access', refresh_token: 'refresh', token_type: 'Bearer', expires_in: 3600, id_token, ...different } }
  }
}

const failed = { loggedIn: false, cookies: [] }

describe('the code exchange of a hostile provider', () => {
  it('an honest answer logs in, so that the failures below are due to what they say', async () => {
    const app = await hostileWorld()
    app.server.answer('token', honest(app.server))
    expect(await attempt(app)).toMatchObject({ status: 404, loggedIn: true, tokenRequests: 1 })
  })

  it.each([
    ['F04', 'reset-mid-body', 'OAUTH_RESET'],
    ['F08', 'reset', 'OAUTH_RESET'],
    ['F09', 'truncated', 'OAUTH_RESET'],
    ['RX01', 'endless', 'OAUTH_TOO_LARGE'],
    ['RX02', 'gzip-bomb', 'OAUTH_TOO_LARGE'],
  ] as const)('%s: %s: 502, the code is not sent again, no half session', async (_row, fault, code) => {
    const app = await hostileWorld()
    app.server.answer('token', { fault })
    expect(await attempt(app)).toMatchObject({ status: 502, code, tokenRequests: 1, ...failed })
  })

  it.each([500, 502, 503, 504])('F06 TR14: %i with a page of HTML: 502, and the page is not in ours', async (status) => {
    const app = await hostileWorld()
    app.server.answer('token', { status, headers: { 'content-type': 'text/html' }, body: '<h1>Bad gateway: upstream secret-canary</h1>' })
    const end = await attempt(app)
    expect(end).toMatchObject({ status: 502, tokenRequests: 1, ...failed })
    expect(end.body).not.toMatch(/canary|upstream/)
  })

  it.each([301, 302, 303, 307, 308])(
    'RD08 F12: %i from the token endpoint is not followed; the target receives nothing',
    async (status) => {
      const app = await hostileWorld()
      app.server.answer('/elsewhere', honest(app.server))
      app.server.answer('token', { fault: 'redirect', status, location: `${app.server.url}/elsewhere` })
      expect(await attempt(app)).toMatchObject({ status: 502, code: 'OAUTH_REDIRECT', tokenRequests: 1, ...failed })
      expect(app.server.requestsTo('/elsewhere')).toEqual([])
    },
  )

  it.each<[string, HostileScript]>([
    ['TR02 HTML', { headers: { 'content-type': 'text/html' }, body: '{"access_token":"a","token_type":"Bearer"}' }],
    ['TR03 no JSON', { headers: { 'content-type': 'application/json' }, body: '{"access_token":' }],
    [
      'TR04 duplicate members',
      { headers: { 'content-type': 'application/json' }, body: '{"access_token":"good","token_type":"Bearer","access_token":"evil"}' },
    ],
    ['TR07 a token with CR LF', { body: { access_token: 'a\r\nX-Evil: 1', token_type: 'Bearer' } }],
    ['TR08 another token type', { body: { access_token: 'a', token_type: 'mac' } }],
  ])('%s: 502, nobody is logged in', async (_row, script) => {
    const app = await hostileWorld()
    app.server.answer('token', script)
    expect(await attempt(app)).toMatchObject({ status: 502, tokenRequests: 1, ...failed })
  })

  it('TR13: an OAuth error with hostile text: 502, and the text is not in the page', async () => {
    const app = await hostileWorld()
    app.server.answer('token', { status: 400, body: { error: 'invalid_grant', error_description: '<script>canary</script>' } })
    const end = await attempt(app)
    expect(end).toMatchObject({ status: 502, code: 'OAUTH_ENDPOINT_ERROR', ...failed })
    expect(end.body).not.toContain('canary')
  })

  it('ID01: an ID token signed by somebody else: 502, nobody is logged in', async () => {
    const app = await hostileWorld()
    app.server.answer('token', honest(app.server))
    app.server.answer('jwks', { body: { keys: [{ ...createSigner({ alg: 'RS256' }).jwk, kid: signer.kid }] } })
    expect(await attempt(app)).toMatchObject({ status: 502, code: 'OAUTH_ID_TOKEN_SIG', ...failed })
  })
})

describe('JK09: discovery', () => {
  it.each<[string, (app: HostileWorld) => HostileScript]>([
    ['404', () => ({ status: 404, body: 'nothing here' })],
    ['HTML', () => ({ headers: { 'content-type': 'text/html' }, body: '<html></html>' })],
    ['an array', () => ({ body: [] })],
    ['a list that is a text', ({ server }) => ({ body: server.metadata({ response_types_supported: 'code' }) })],
    ['an endpoint that is a number', ({ server }) => ({ body: server.metadata({ token_endpoint: 7 }) })],
    [
      'duplicate members',
      ({ server }) => ({ headers: { 'content-type': 'application/json' }, body: `{"issuer":"${server.url}","issuer":"${server.url}"}` }),
    ],
    ['JK01 another issuer', ({ server }) => ({ body: server.metadata({ issuer: 'https://evil.example' }) })],
    ['JK03 a javascript: endpoint', ({ server }) => ({ body: server.metadata({ authorization_endpoint: 'javascript:alert(1)' }) })],
    ['JK07 a redirect', () => ({ fault: 'redirect', location: '/elsewhere' })],
    ['more than 1 MiB', () => ({ fault: 'endless' })],
    ['a reset', () => ({ fault: 'reset' })],
    [
      'JK04 a line break in the endpoint',
      ({ server }) => ({ body: server.metadata({ authorization_endpoint: `${server.url}/authorize\r\nSet-Cookie: evil=1` }) }),
    ],
  ])('%s: the browser is sent nowhere it should not go, and no cookie is set that stays', async (name, script) => {
    const app = await hostileWorld()
    app.server.answer('discovery', script(app))
    const answer = await app.browser.fetch(`${app.url}/auth/demo/login`, { redirect: 'manual' })
    expect(answer.status).toBe(401)
    const page = await app.browser.goto(`${app.url}/auth/demo/login`)
    expect(page.status).toBeGreaterThanOrEqual(400)
    expect(JSON.stringify([...page.headers])).not.toContain('evil')
    if (!name.startsWith('JK04')) expect(page.history.map(({ url }) => new URL(url).origin)).toEqual([app.url])
    expect(app.server.requestsTo('token')).toEqual([])
    expect(app.server.requestsTo('/elsewhere')).toEqual([])
  })

  it('F06: a provider that is unwell for a moment is asked again, and the login goes on', async () => {
    const app = await hostileWorld()
    app.server.answer('discovery', { status: 503 }, { body: app.server.metadata() })
    app.server.answer('token', honest(app.server))
    expect(await attempt(app)).toMatchObject({ loggedIn: true })
    expect(app.server.requestsTo('discovery')).toHaveLength(2)
  })

  it('F02, F03: a provider that was down, also a moment later, is asked again at the next login', async () => {
    const app = await hostileWorld()
    app.server.answer('discovery', { fault: 'reset' }, { fault: 'reset' }, { body: app.server.metadata() })
    app.server.answer('token', honest(app.server))
    expect((await app.browser.goto(`${app.url}/auth/demo/login`)).status).toBe(502)
    expect(await attempt(app)).toMatchObject({ loggedIn: true })
  })
})

describe('client()', () => {
  it('is fetch with the token, unless told otherwise', async () => {
    const app = await hostileWorld({
      routes: (made) =>
        made.get(
          '/items',
          requireLogin(),
          async (req, res) => void res.json(await (await req.oauth.client()(String(req.query['api']))).json()),
        ),
    })
    app.server.answer('token', honest(app.server))
    app.server.answer('/api', ({ headers }) => ({ body: { authorization: headers.authorization } }))
    await app.browser.goto(`${app.url}/auth/demo/login`)
    expect(await (await app.browser.fetch(`${app.url}/items?api=${app.server.url}/api`)).json()).toEqual({ authorization: 'Bearer access' })
  })
})
