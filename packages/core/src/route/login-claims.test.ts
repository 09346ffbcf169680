import { describe, expect, it } from 'vitest'
import { answer } from '../../test/answers.js'
import { API, type Call, registered, world } from './testing/world.js'
import type { ProviderOptions } from './web-options.js'

const asked = (app: ReturnType<typeof world>) => app.server.requests.filter(({ endpoint }) => endpoint === 'userinfo')

describe('B15: UserInfo at login', () => {
  it('is asked when a scope wants claims that the ID token does not have, with the token in the header alone', async () => {
    const app = world({}, { scope: 'openid email' })
    app.server.userinfo = { sub: 'alice', email: 'alice@example.com' }
    const browser = app.browser()
    await app.login(browser)
    expect(asked(app)).toEqual([
      expect.objectContaining({
        method: 'GET',
        url: 'https://as.example/userinfo',
        headers: expect.objectContaining({ authorization: 'Bearer access-2' }),
      }),
    ])
    expect((await browser.open()).user).toMatchObject({ sub: 'alice', email: 'alice@example.com' })
  })

  it.each<[string, Partial<ProviderOptions<Call>>, object]>([
    ['the ID token has them', { scope: 'openid email' }, { email: 'alice@example.com' }],
    ['no scope wants any', { scope: 'openid' }, {}],
    ['it is switched off', { scope: 'openid email', userinfo: false }, {}],
  ])('is not asked when %s', async (_name, provider, claims) => {
    const app = world({}, provider)
    expect((await app.login(app.browser(), { claims: { ...claims } })).status).toBe(303)
    expect(asked(app)).toEqual([])
  })

  it('is asked when it is switched on, whatever the scope', async () => {
    const app = world({}, { scope: 'openid', userinfo: true })
    app.server.userinfo = { sub: 'alice', department: 'sales' }
    const browser = app.browser()
    await app.login(browser)
    expect((await browser.open()).user?.['department']).toBe('sales')
  })

  it('is asked without an ID token too, when it is switched on: it says who logged in', async () => {
    const app = world({}, { scope: 'email', userinfo: true })
    app.server.userinfo = { sub: 'alice', email: 'alice@example.com', iss: 'https://evil.example' }
    const browser = app.browser()
    await app.login(browser)
    expect((await browser.open()).user).toEqual({ sub: 'alice', email: 'alice@example.com' })
  })

  it('OpenID Connect Core §5.3.2: and fails the login where it does not say who', async () => {
    const app = world({}, { scope: 'email', userinfo: true })
    app.server.userinfo = { email: 'alice@example.com' }
    expect((await app.login(app.browser())).error).toMatchObject({ code: 'OAUTH_RESPONSE_SHAPE' })
  })

  it('Authlib #424: is asked without an ID token where quirks say how the API names its claims; a profile of one’s own goes first', async () => {
    const quirks = { userinfoMembers: { sub: 'id', name: 'login' }, resourceQuery: { v: '1' } }
    const app = world({}, { scope: 'email', quirks })
    app.server.userinfo = { id: 583231, login: 'alice', plan: { name: 'pro' } }
    const browser = app.browser()
    await app.login(browser)
    expect((await browser.open()).user).toEqual({ sub: '583231', name: 'alice' })
    expect(asked(app)[0]?.url).toBe('https://as.example/userinfo?v=1')

    for (const own of [{ userinfo: false }, { profile: () => ({ sub: 'own' }) }]) {
      const other = world({}, { scope: 'email', quirks, ...own })
      await other.login(other.browser())
      expect(asked(other)).toEqual([])
    }
  })

  it('is not asked where the server has no such endpoint', async () => {
    const app = world({}, { scope: 'openid email' })
    app.server.metadata = { userinfo_endpoint: undefined }
    expect((await app.login(app.browser())).status).toBe(303)
  })

  it("UI01: a sub other than the ID token's fails the login; nothing is stored", async () => {
    const app = world({}, { scope: 'openid email' })
    const browser = app.browser()
    app.server.userinfo = { sub: 'alice', email: 'alice@example.com' }
    await app.login(browser)
    app.server.userinfo = { sub: 'mallory', email: 'mallory@example.com' }
    const { error, cookies } = await app.login(browser, { sub: 'bob' })
    expect(error).toMatchObject({ code: 'OAUTH_USERINFO_SUB' })
    expect(cookies.filter(({ name }) => name.includes('session'))).toEqual([])
    expect((await browser.open()).user?.sub).toBe('alice')
  })

  it('UI05: iss, aud, nonce, exp and sid of UserInfo never overrule or add to the ID token', async () => {
    const app = world({}, { scope: 'openid email' })
    const evil = { iss: 'https://evil.example', aud: 'evil', nonce: 'evil', exp: 1, sid: 'evil' }
    app.server.userinfo = { sub: 'alice', email: 'alice@example.com', name: 'UserInfo', ...evil }
    const browser = app.browser()
    await app.login(browser, { claims: { name: 'ID token' } })
    const visit = await browser.open()
    expect(visit.user).toMatchObject({ iss: app.server.issuer, sub: 'alice', name: 'ID token', email: 'alice@example.com' })
    expect(JSON.stringify((await app.inside(browser)).current)).not.toContain('evil')
    for (const name of ['aud', 'nonce', 'exp', 'sid']) expect(visit.user).not.toHaveProperty(name)
  })

  it('UI05: what an ID token says for its own security is no claim about the person', async () => {
    const app = world()
    const browser = app.browser()
    await app.login(browser, { claims: { azp: 'client', jti: 'x', sid: 'the-session', auth_time: app.clock.time } })
    const { user } = await browser.open()
    expect(Object.keys(user ?? {}).sort()).toEqual(['auth_time', 'iat', 'iss', 'sid', 'sub'])
  })

  it('UserInfo that fails fails the login', async () => {
    const app = world({}, { scope: 'openid email' })
    app.server.scripts.userinfo = () => answer(500)
    const browser = app.browser()
    expect((await app.login(browser)).error).toMatchObject({ name: 'ResponseError', endpoint: 'userinfo' })
    expect((await browser.open()).user).toBeUndefined()
  })
})

describe('a provider without OpenID Connect', () => {
  const server = { authorization_endpoint: 'https://as.example/authorize', token_endpoint: 'https://as.example/token' }
  const plain: ProviderOptions<Call> = { server, clientId: 'client', clientSecret: 'the-client-secret', scope: 'read:user' }

  it('with a profile: asked once at login with an authorised client; its claims are the user', async () => {
    let calls = 0
    const profile = async (http: Call) => {
      calls += 1
      return { sub: String(await http(`${API}/user`)), name: 'Octo Cat' }
    }
    const app = world({ providers: { demo: { ...plain, profile } } })
    const browser = app.browser()
    const { location } = await browser.go('/auth/demo/login')
    expect(new URL(location).searchParams.has('nonce')).toBe(false)
    await browser.go(`/auth/demo/callback?${app.server.authorize(location, { answer: { iss: undefined } })}`)
    expect(app.sent).toEqual(['Bearer access-2'])
    expect((await browser.open()).user).toEqual({ sub: '200', name: 'Octo Cat' })
    expect(await (await browser.open()).client()()).toBe(200)
    expect([calls, app.server.requests.map(({ endpoint }) => endpoint)]).toEqual([1, ['token']])
  })

  it('without a profile the session counts as logged in, and the user is the provider', async () => {
    const app = world({ providers: { demo: plain } })
    const browser = app.browser()
    expect((await app.login(browser)).status).toBe(303)
    const visit = await browser.open()
    expect(visit.user).toEqual({ provider: 'demo' })
    expect(await visit.guard()).toBeUndefined()
    expect(JSON.parse((await browser.go('/auth/user')).body)).toEqual({ provider: 'demo' })
  })

  it.each([undefined, '', 7, null, 'undefined', 'null', 'NaN', '[object Object]'])(
    'a profile whose sub is %j fails the login, and says what is wrong',
    async (sub) => {
      const app = world({ providers: { demo: { ...plain, profile: () => ({ sub: sub as string }) } } })
      const browser = app.browser()
      expect((await app.login(browser)).error).toMatchObject({
        name: 'UsageError',
        message: expect.stringMatching(/"sub".*Check that the API's answer is ok/),
      })
      expect((await browser.open()).user).toBeUndefined()
    },
  )

  it('a profile that throws fails the login with its own error; the session that was there goes on', async () => {
    const failure = new Error('the API is down')
    const app = world({
      providers: {
        demo: registered,
        other: {
          ...plain,
          profile: () => {
            throw failure
          },
        },
      },
    })
    const browser = app.browser()
    await app.login(browser)
    expect((await app.login(browser, { provider: 'other' })).error).toBe(failure)
    expect((await browser.open()).user?.sub).toBe('alice')
  })

  it("a profile's client sends the token to no other origin than those allowed", async () => {
    const profile = async (http: Call) => ({ sub: String(await http('https://evil.example/')) })
    const app = world({ providers: { demo: { ...plain, profile, allowedOrigins: [API] } } })
    expect((await app.login(app.browser())).error).toMatchObject({ code: 'OAUTH_ORIGIN_NOT_ALLOWED' })
    expect(app.sent).toEqual([])
  })
})

it('S49: the token goes where the provider wants it, at login and afterwards', async () => {
  const app = world({}, { scope: 'email', tokenPlacement: 'query', profile: async (call) => ({ sub: `status ${await call()}` }) })
  const browser = app.browser()
  await app.login(browser)
  await (await browser.open()).client()()
  // The header has none; that it is in the URL is shown beside the placement itself.
  expect(app.sent).toEqual(['', ''])
})
