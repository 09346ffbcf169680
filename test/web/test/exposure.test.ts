import { describe, expect, it } from 'vitest'
import { applications } from '../src/frameworks.ts'
import { NAVIGATION, type RawAnswer, raw } from '../src/raw.ts'
import { answeredLogin, front, logIn, loginCookies, sessionCookies, signOut } from '../src/visitor.ts'
import { useWorld } from '../src/world.ts'

describe.each(applications)('$name', ({ framework, stored }) => {
  const world = useWorld(framework, { stored, provider: { accessTokenTtl: 60 }, also: ['other'] })

  /** Everything that is a secret of this moment, in plain and as it stands in JSON and in URLs. */
  function expectNoToken(where: string, text: string): void {
    expect(world.provider.issued.length).toBeGreaterThan(0)
    for (const token of world.provider.issued) expect([where, text.includes(token)]).toEqual([where, false])
  }

  function all({ status, headers, setCookie, body }: RawAnswer): string {
    return JSON.stringify([status, headers, setCookie]) + body
  }

  it('SS24: no page, route, error, payload of a router or redirect shows a token, unless the application does', async () => {
    const { app, provider } = world
    const browser = await world.loggedIn()
    await logIn(browser, app, { path: '/link?provider=other' })
    expect(provider.issued.length).toBeGreaterThanOrEqual(4)
    const cookie = browser.cookies.header(app.baseUrl)
    const paths = [
      '/',
      '/auth/user',
      '/guarded',
      '/guarded/items/1',
      '/guarded/api',
      '/token',
      '/rendered',
      '/api',
      '/static',
      '/step-up',
      '/nowhere',
      '/auth/nowhere',
      '/auth/demo/callback?code=x&state=y',
      '/auth/demo/login',
    ]
    for (const path of paths) {
      for (const headers of [
        NAVIGATION,
        { accept: 'application/json' },
        { accept: '*/*', rsc: '1' },
        { accept: '*/*', rsc: '1', 'next-router-prefetch': '1' },
      ])
        expectNoToken(path, all(await raw(app.baseUrl, path, { headers: { ...headers, cookie } })))
    }
  })

  it('SS24: /auth/user tells the claims of who is logged in and nothing else', async () => {
    const { app } = world
    const browser = await world.loggedIn()
    const told = JSON.parse((await browser.goto(`${app.baseUrl}/auth/user`)).body)
    expect(told).toMatchObject({ sub: 'alice', email: 'alice@example.com' })
    expect(Object.keys(told).filter((name) => /token|nonce|hash|code|secret/.test(name))).toEqual([])
  })

  it('SS24: cookies show no token, and no person: neither in plain nor in base64', async () => {
    const { app } = world
    const { browser, finish } = await answeredLogin(app)
    const attempts = loginCookies(browser, app)
    await finish()
    const texts = [...attempts, ...sessionCookies(browser, app)].flatMap(({ name, value }) => [
      name,
      value,
      ...value.split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1')),
    ])
    for (const text of texts) {
      expectNoToken('cookie', text)
      expect(text).not.toMatch(/alice|code_verifier|refresh_token|redirect_uri/)
    }
  })

  it('SS24: what the process prints shows no token, code, state, secret or cookie, also when everything fails', async () => {
    const { app, provider } = world
    const { browser, callback } = await answeredLogin(app)
    const [attempt] = loginCookies(browser, app)
    const { searchParams } = new URL(callback)
    await browser.goto(`${callback}x`, { from: provider.issuer })
    await browser.goto(callback.replace('/demo/', '/other/'), { from: provider.issuer })
    await browser.goto(`${app.baseUrl}/auth/demo/callback?error=access_denied&error_description=oh&state=${searchParams.get('state')}`)
    if (stored) world.store.fault = () => 'refused'
    await (await world.app.browser()).goto(`${app.baseUrl}/guarded`)
    await browser.goto(`${app.baseUrl}/token`)
    if (stored) world.store.fault = () => undefined
    await app.restart({ ahead: 61 })
    const again = await world.loggedIn()
    await app.restart({ ahead: 122 })
    await again.goto(`${app.baseUrl}/api`)
    await signOut(again, app)
    expect(await front(again, app)).toEqual({ logins: [] })
    expectNoToken('output', app.output)
    for (const secret of [searchParams.get('code'), searchParams.get('state'), attempt?.value, provider.client.client_secret])
      expect(app.output.includes(secret ?? '')).toBe(false)
    await app.restart({ ahead: 0 })
  })

  it('SS24: an address that a person sees, or that another server is told as Referer, has no token, code or state once the login is done', async () => {
    const { app } = world
    const browser = app.browser()
    const page = await logIn(browser, app)
    expect(page.url).toBe(`${app.baseUrl}/guarded`)
    const { callback } = await answeredLogin(app)
    const failed = await app.browser().goto(callback)
    expect([failed.status, failed.headers.get('referrer-policy')]).toEqual([400, 'no-referrer'])
    for (const value of new URL(callback).searchParams.values()) expect(failed.body).not.toContain(value)
  })

  it('SS23: a state that differs in its first, a middle or its last character is refused alike, and so is one of another length', async () => {
    const { app, provider } = world
    const { browser, callback, finish } = await answeredLogin(app)
    const { searchParams } = new URL(callback)
    const state = searchParams.get('state') ?? ''
    const other = (text: string) => (text === 'A' ? 'B' : 'A')
    const changed = [0, 17, state.length >> 1, state.length - 1].map(
      (at) => state.slice(0, at) + other(state[at] ?? '') + state.slice(at + 1),
    )
    const before = provider.tokenRequests()
    const answers = []
    for (const wrong of [...changed, state.slice(0, -1), `${state}A`]) {
      const query = new URLSearchParams([...searchParams].map(([name, value]) => [name, name === 'state' ? wrong : value]))
      const { status, body } = await raw(app.baseUrl, `/auth/demo/callback?${query}`, {
        headers: { ...NAVIGATION, cookie: browser.cookies.header(app.baseUrl) },
      })
      answers.push({ status, body })
    }
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([400]))
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1)
    expect(provider.tokenRequests()).toBe(before)
    expect((await finish()).text).toContain('guarded: alice')
  })
})
