import { oauth } from '@oauth/express'
import { OAuth2Session as KySession } from '@oauth/ky'
import { filterClaims, OAuth2Session as GotSession, gotClient } from '@oauth/node-got'
import { createBrowser, listen, login } from '@oauth-test/provider'
import express, { type Express } from 'express'
import got, { type Got } from 'got'
import ky from 'ky'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { CALLBACK } from '../src/guide-world.ts'
import { httpClients, type ServiceSession, type Session } from '../src/http-clients.ts'
import { keyPair, openAssertion } from '../src/signing.ts'
import { useGuide } from '../src/use-guide.ts'

const FILE = 'docs/from-authlib.md'

afterEach(() => {
  vi.unstubAllEnvs()
})

describe.each(httpClients)('docs/from-authlib.md on %s', (client) => {
  const { world, guide, scripted, made, last, lastForm } = useGuide(FILE, client)

  describe('its blocks', () => {
    it('S37, S39: a session, with the secret in the body', async () => {
      const { client: session } = await scripted.run<{ client: Session }>('construction')
      await session.fetchToken()
      expect(lastForm()).toEqual({ grant_type: 'client_credentials', scope: 'user:email', client_id: 'my-app', client_secret: 'my-secret' })
    })

    it('S6, S22: a login in two requests', async () => {
      const { begin, finish } = await guide.run<{
        begin(session: Session, save: (kept: string) => void): Promise<string>
        finish(session: Session, url: string, kept: string): Promise<void>
      }>('login')
      const session = made({ issuer: world.provider.issuer, scope: 'openid' })
      let kept = ''
      const url = await begin(session, (transaction) => (kept = transaction))
      await finish(session, await world.comeBack(url), kept)
      expect(session.claims).toMatchObject({ sub: 'alice' })
    })

    it('S45, S46: an assertion made out to the token endpoint', async () => {
      const { pem, jwk } = keyPair('k')
      const client_id = `authlib-${client}`
      await world.provider.addClient({
        client_id,
        token_endpoint_auth_method: 'private_key_jwt',
        grant_types: ['client_credentials'],
        response_types: [],
        redirect_uris: [],
        jwks: { keys: [jwk] },
      })
      const { client: session } = await guide.run<{ client(pem: string): Session }>('private_key_jwt', {
        replacements: { 'my-app': client_id },
      })
      expect(await session(pem).fetchToken()).toMatchObject({ token_type: 'Bearer' })
    })

    it('S63: a hook of type protected_request', async () => {
      const { session } = await scripted.run<{ session: Session }>('protected_request')
      await session.setToken({ access_token: 'a' })
      await session.http.get(`${world.scripted.url}/me`).json()
      expect(last()).toMatchObject({ url: '/me?site=stackoverflow', headers: { authorization: 'Bearer a' } })
    })

    it('S67, S69: an assertion session with the scope in the claims', async () => {
      const { pem, publicKey } = keyPair('k')
      const { session } = await scripted.run<{ session(key: string, kid: string): ServiceSession }>('assertion')
      await session(pem, 'k').http.get(`${world.scripted.url}/me`).json()
      expect(openAssertion(lastForm()?.['assertion'] ?? '', publicKey)).toMatchObject({
        header: { kid: 'k' },
        claims: { iss: 'my-service', sub: 'alice@example.com', scope: 'items:read' },
      })
      expect(lastForm()).not.toHaveProperty('scope')
    })

    it('S73: errors by their codes', async () => {
      const { me } = await scripted.run<{ me(session: Session): Promise<unknown> }>('errors')
      expect(await me(made())).toBeUndefined()
      expect(await me(made({ token: { access_token: 'a' } }))).toEqual({ sub: 'alice' })
      await expect(me(made({ token: { access_token: 'a', expires_at: 1 } }))).rejects.toMatchObject({ code: 'OAUTH_REFRESH_TERMINAL' })
    })

    it('each that is marked so was run, but for the one on Express, which has neither got nor ky', () => {
      expect(guide.left().filter((name) => scripted.left().includes(name))).toEqual(['express'])
    })
  })

  describe('its tables', () => {
    it('S15, S16: code_verifier= of both calls, and state= of the second', async () => {
      const codeVerifier = 'v'.repeat(43)
      const { url, transaction } = await made().createAuthorizationUrl({ codeVerifier, state: 'mine' })
      expect(Object.fromEntries(new URL(url).searchParams)).toMatchObject({ code_challenge_method: 'S256', state: 'mine' })
      expect(transaction.code_verifier).toBe(codeVerifier)
      const authorizationResponse = `${CALLBACK}?code=c&state=mine&iss=${encodeURIComponent(world.scripted.url)}`
      const form = { grant_type: 'authorization_code', code: 'c', redirect_uri: CALLBACK, code_verifier: codeVerifier }
      await made().fetchToken({ authorizationResponse, state: 'mine', codeVerifier })
      expect(lastForm()).toEqual(form)
      await made().fetchToken({ authorizationResponse, transaction })
      expect(lastForm()).toEqual(form)
    })

    it('S24: method="GET"', async () => {
      await made({ quirks: { getTokenRequest: true } }).fetchToken({ grantType: 'urn:example', parameters: { a: 'b' } })
      expect(last()).toMatchObject({ method: 'GET', url: '/token?grant_type=urn%3Aexample&a=b', body: '' })
    })

    it.each([
      [
        'pairs',
        [
          ['a', 'b'],
          ['a', 'c'],
        ] as const,
      ],
      ['a list', { a: ['b', 'c'] }],
    ])('S23, S25: headers= and body= of a call, as %s', async (_what, parameters) => {
      await made().fetchToken({ headers: { 'x-request-id': '1' }, parameters })
      expect(last()).toMatchObject({
        body: 'grant_type=client_credentials&a=b&a=c',
        headers: { accept: 'application/json', 'x-request-id': '1' },
      })
    })

    it('S31: a token in the fragment', async () => {
      const session = made({ responseType: 'token' })
      const { transaction } = await session.createAuthorizationUrl()
      const before = world.scripted.requests.length
      const answer = { access_token: 'front', token_type: 'Bearer', expires_in: '60', state: transaction.state, iss: world.scripted.url }
      await session.fetchToken({ authorizationResponse: `${CALLBACK}#${new URLSearchParams(answer)}`, transaction })
      expect(session.token).toMatchObject({ access_token: 'front', expires_in: 60 })
      expect(world.scripted.requests).toHaveLength(before)
    })

    it('B15, B24: userinfo(), a claim of it, those of a scope, and a locale that is none', async () => {
      world.scripted.answer('userinfo', { body: { sub: 'alice', email: 'alice@example.com', name: 'Alice', locale: 'a_b' } })
      const claims = await made({ token: { access_token: 'a' } }).userinfo()
      expect([claims.email, claims.phone_number]).toEqual(['alice@example.com', undefined])
      expect(filterClaims(claims, 'openid email')).toEqual({ sub: 'alice', email: 'alice@example.com' })
      expect(() => new Intl.Locale(String(claims.locale))).toThrow(RangeError)
      expect(new Intl.Locale('de-AT').language).toBe('de')
    })

    it('B17: create_logout_url', async () => {
      const session = made({ token: { access_token: 'a', id_token: 'e.y.J' } })
      const { url, state } = await session.createLogoutUrl({ postLogoutRedirectUri: 'https://app.example/bye' })
      expect(url.startsWith(`${world.scripted.url}/logout?`)).toBe(true)
      expect(Object.fromEntries(new URL(url).searchParams)).toEqual({
        id_token_hint: 'e.y.J',
        client_id: 'my-app',
        post_logout_redirect_uri: 'https://app.example/bye',
        state,
      })
    })

    it('B6: user_agent, for the token request and for the API', async () => {
      const options = { issuer: world.scripted.url, clientId: 'my-app', clientSecret: 'my-secret' }
      const session: Session =
        client === 'got'
          ? new GotSession({ ...options, http: got.extend({ headers: { 'user-agent': 'my-app/1' } }) })
          : new KySession({ ...options, http: ky.create({ fetch: asMyApp }) })
      await session.fetchToken()
      await session.http.get(`${world.scripted.url}/me`).json()
      expect(world.scripted.requests.slice(-2).map(({ url, headers }) => [url, headers['user-agent']])).toEqual([
        ['/token', 'my-app/1'],
        ['/me', 'my-app/1'],
      ])
    })
  })
})

describe('docs/from-authlib.md on Express', () => {
  const { world, guide, last, lastForm } = useGuide(FILE, 'got')

  it('B1, B8, B10: its block: who logged in', async () => {
    vi.stubEnv('SESSION_SECRET', 'a secret of at least thirty-two bytes')
    let app: Express | undefined
    const server = await listen((req, res) => app?.(req, res))
    try {
      await world.register({ redirect_uris: [`${server.url}/auth/example/callback`] })
      const replacements = { 'https://app.example': server.url }
      ;({ app } = await guide.run<{ app: Express }>('express', { replacements, shown: ['app'] }))
      const page = await login(await createBrowser().goto(`${server.url}/me`), { username: 'alice' })
      expect(JSON.parse(page.body)).toMatchObject({ sub: 'alice', email: 'alice@example.com' })
    } finally {
      await server.close()
      await world.register()
    }
  })

  it('B2, B5, B6, B12: what register() takes: access_token_params, api_base_url, client_auth_methods, user_agent', async () => {
    const { scripted } = world
    scripted.answer('authorization', ({ url }) => {
      const { searchParams } = new URL(url, scripted.url)
      const back = new URL(searchParams.get('redirect_uri') ?? '')
      back.search = new URLSearchParams({ code: 'c', state: searchParams.get('state') ?? '' }).toString()
      return { status: 302, headers: { location: back.href } }
    })
    scripted.answer('/api/items', { body: [1] })
    let app: Express | undefined
    const server = await listen((req, res) => app?.(req, res))
    try {
      app = express()
      app.use(
        oauth({
          baseUrl: server.url,
          secret: 'a secret of at least thirty-two bytes',
          http: gotClient(got.extend({ prefixUrl: `${scripted.url}/api`, headers: { 'user-agent': 'my-app/1' } })),
          providers: {
            example: {
              server: { authorization_endpoint: `${scripted.url}/authorize`, token_endpoint: `${scripted.url}/token` },
              clientId: 'my-app',
              tokenEndpointAuthMethod: (request) => ({ ...request, headers: { ...request.headers, 'x-ticket': 'my-ticket' } }),
              complianceHooks: { access_token_request: (request) => ({ ...request, body: `${request.body}&audience=api` }) },
            },
          },
        }),
      )
      app.get('/items', async (req, res) => {
        // An application says once, in `Register`, what its client is; tests of one program differ in that.
        const http = req.oauth.client('example') as unknown as Got
        res.json(await http.get('items').json())
      })
      const browser = createBrowser()
      await browser.goto(`${server.url}/auth/example/login`)
      expect((await browser.goto(`${server.url}/items`)).body).toBe('[1]')
      expect(lastForm()).toMatchObject({ grant_type: 'authorization_code', code: 'c', audience: 'api' })
      expect(scripted.requestsTo('token').at(-1)?.headers).toMatchObject({ 'user-agent': 'my-app/1', 'x-ticket': 'my-ticket' })
      expect(last()).toMatchObject({ url: '/api/items', headers: { 'user-agent': 'my-app/1', authorization: 'Bearer access' } })
    } finally {
      await server.close()
    }
  })
})

/** `fetch` as an application has it that says who it is. */
function asMyApp(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const request = new Request(input, init)
  request.headers.set('user-agent', 'my-app/1')
  return fetch(request)
}
