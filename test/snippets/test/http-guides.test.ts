import type { TokenSet } from '@oauth/core/session'
import { createBrowser } from '@oauth-test/provider'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { httpClients, type Session } from '../src/http-clients.ts'
import { useGuide } from '../src/use-guide.ts'

type Me = (session: Session, save: (token: unknown) => Promise<void>) => Promise<unknown>

describe.each(httpClients)('docs/%s.md', (client) => {
  const { world, guide, scripted, lastForm, made, last } = useGuide(`docs/${client}.md`, client)

  beforeEach(() => {
    // What a block has of an answer that only a browser can bring.
    vi.stubGlobal('comeBack', world.comeBack)
  })
  afterEach(() => {
    vi.unstubAllGlobals()
  })

  it("the application's own access", async () => {
    const { items } = await guide.run<{ items: unknown }>('application', { shown: ['items'] })
    expect(items).toMatchObject({ page: 1, items: expect.any(Array) })
  })

  it("a person's access: the login, and a call any time later", async () => {
    const { claims, token, me } = await guide.run<{ claims: unknown; token: TokenSet; me: unknown }>('person', {
      replacements: {
        "'https://app.example/callback?code=…&state=…'": 'await comeBack(url)',
        'session.claims //': 'const claims = session.claims //',
      },
      shown: ['claims', 'token', 'me'],
    })
    expect(claims).toMatchObject({ iss: world.provider.issuer, sub: 'alice' })
    expect(token).toMatchObject({ refresh_token: expect.any(String) })
    expect(me).toMatchObject({ sub: 'alice' })
  })

  it('S30: a login by hand', async () => {
    const { session } = await guide.run<{ session: Session }>('by_hand', {
      replacements: { '`${redirectUri}?code=…&state=${kept.state}`': 'await comeBack(url)' },
      shown: ['session'],
    })
    expect(session.claims).toMatchObject({ sub: 'alice' })
    expect(await session.http.get(`${world.api.url}/me`).json()).toMatchObject({ sub: 'alice' })
  })

  it('B17: the logout ends the token, and the page of the provider knows who logs out', async () => {
    await world.register({ post_logout_redirect_uris: ['https://app.example/bye'] })
    const { session } = await guide.run<{ session: Session }>('by_hand', {
      replacements: { '`${redirectUri}?code=…&state=${kept.state}`': 'await comeBack(url)' },
      shown: ['session'],
    })
    const { logOut } = await guide.run<{ logOut(session: Session): Promise<string> }>('logout')
    const { access_token } = session.token ?? {}
    const url = await logOut(session)
    expect(session.token).toBeUndefined()
    expect(await session.introspectToken({ token: access_token })).toEqual({ active: false })
    expect(Object.fromEntries(new URL(url).searchParams)).toMatchObject({
      id_token_hint: expect.stringMatching(/^ey/),
      post_logout_redirect_uri: 'https://app.example/bye',
      state: expect.any(String),
    })
    expect((await createBrowser().goto(url)).status).toBe(200)
  })

  it('a store: the token under the key of its person', async () => {
    const { sessionOf: sessionFor } = await scripted.run<{ sessionOf(userId: string): Session }>('store', {
      replacements: {
        "await sessionOf('alice').http": "await sessionOf('alice').setToken({ access_token: 'stored' })\nawait sessionOf('alice').http",
      },
    })
    expect(last()).toMatchObject({ url: '/me', headers: { authorization: 'Bearer stored' } })
    await expect(sessionFor('bob').http.get(`${world.scripted.url}/me`)).rejects.toMatchObject({ code: 'OAUTH_MISSING_TOKEN' })
    expect(await sessionFor('alice').ensureActiveToken()).toBe(true)
  })

  describe('when a renewal fails', () => {
    const EXPIRED = { access_token: 'old', refresh_token: 'refresh', expires_at: 1 }
    let me: Me

    beforeAll(async () => {
      ;({ me } = await scripted.run<{ me: Me }>('failures'))
    })

    it('a refresh token that is no good: nobody is logged in', async () => {
      world.scripted.answer('token', { status: 400, body: { error: 'invalid_grant' } })
      const session = made({ token: EXPIRED })
      expect(await me(session, async () => {})).toBeUndefined()
      expect(session.token).toBeUndefined()
    })

    it('a server in trouble: nothing is lost', async () => {
      world.scripted.answer('token', { status: 503 })
      const session = made({ token: EXPIRED })
      expect(await me(session, async () => {})).toBeUndefined()
      expect(session.token).toMatchObject({ refresh_token: 'refresh' })
    })

    it('a token that could not be stored is saved', async () => {
      const saved: unknown[] = []
      const updateToken = () => {
        throw new Error('the database is away')
      }
      await me(made({ token: EXPIRED, updateToken }), async (token) => void saved.push(token))
      expect(saved).toMatchObject([{ access_token: 'access' }])
    })

    it('the configuration is wrong, and what the API says is the error of the HTTP client', async () => {
      world.scripted.answer('token', { status: 401, body: { error: 'invalid_client' } })
      await expect(me(made({ token: EXPIRED }), async () => {})).rejects.toMatchObject({ name: 'EndpointError' })
      world.scripted.answer('/me', { status: 403, body: {} })
      await expect(me(made({ token: { access_token: 'a' } }), async () => {})).rejects.toMatchObject({ name: 'HTTPError' })
    })
  })

  it('S51: the token on an instance of your own', async () => {
    world.scripted.answer('/user', { body: {} })
    const { session, github } = await scripted.run<{ session: Session; github: Session['http'] }>('extend', {
      shown: ['session', 'github'],
    })
    await session.setToken({ access_token: 'mine' })
    await github.get('user').json()
    const own = client === 'got' ? { 'user-agent': 'my-app' } : { 'x-client': 'my-app' }
    expect(last()).toMatchObject({ url: '/user', headers: { authorization: 'Bearer mine', ...own } })
  })

  it('S43: a further field in a client authentication of its own', async () => {
    const { session } = await scripted.run<{ session: Session }>('ticket', { shown: ['session'] })
    await session.fetchToken({ grantType: 'client_credentials' })
    expect(lastForm()).toEqual({ grant_type: 'client_credentials', client_id: 'my-app', client_ticket: 'my-ticket' })
  })

  if (client === 'got') {
    it('JK06: servers that users name: an address of this machine is refused, and nothing is sent', async () => {
      const { sessionAt } = await guide.run<{ sessionAt(issuer: string): Session }>('public_hosts')
      const before = world.scripted.requests.length
      await expect(sessionAt(world.scripted.url).server()).rejects.toMatchObject({ code: 'OAUTH_BLOCKED' })
      expect(world.scripted.requests).toHaveLength(before)
    })
  } else {
    it('S48: a call without the token', async () => {
      world.scripted.answer('/status', { body: { up: true } })
      const { status } = await scripted.run<{ status(session: Session): Promise<unknown> }>('withhold')
      expect(await status(made({ token: { access_token: 'mine' } }))).toEqual({ up: true })
      expect(last()?.headers).not.toHaveProperty('authorization')
    })
  }

  it('each block that is marked so was run', () => {
    expect(guide.left().filter((name) => scripted.left().includes(name))).toEqual([])
  })
})
