import { describe, expect, it } from 'vitest'
import type { NewLogin } from './new-login.js'
import { registered, world } from './testing/world.js'

const revocations = (app: ReturnType<typeof world>) => app.server.requests.filter(({ endpoint }) => endpoint === 'revocation')

describe('onLogin', () => {
  it('hears of each login before its session begins: who, where, with what token, and whether it is linked', async () => {
    const heard: NewLogin[] = []
    const providers = { demo: registered, other: { ...registered, clientId: 'other' } }
    const app = world({ providers, onLogin: (login) => void heard.push(login) })
    const browser = app.browser()
    await app.login(browser, { claims: { name: 'Alice' } })
    const visit = await browser.open('/')
    const answer = app.server.authorize(await visit.login('other', { link: true }))
    browser.take(visit)
    await browser.go(`/auth/other/callback?${answer}`)
    expect(heard).toEqual([
      expect.objectContaining({ provider: 'demo', user: expect.objectContaining({ sub: 'alice', name: 'Alice' }), link: false }),
      expect.objectContaining({ provider: 'other', user: expect.objectContaining({ sub: 'alice' }), link: true }),
    ])
    expect(heard[0]?.token.access_token).toMatch(/^access-/)
    expect((await browser.open()).user).toMatchObject({ sub: 'alice' })
  })

  it('says what the session keeps of the person; who it is stays as the provider says', async () => {
    const app = world({
      onLogin: async ({ user }) => ({
        user: { role: 'admin', nickname: user.name, sub: 'eve', iss: 'https://evil.example', auth_time: 1 },
      }),
    })
    const browser = app.browser()
    await app.login(browser, { claims: { name: 'Alice', bio: 'long' } })
    expect((await browser.open()).user).toEqual({
      role: 'admin',
      nickname: 'Alice',
      sub: 'alice',
      iss: 'https://as.example',
      iat: expect.any(Number),
    })
  })

  it('LO05: a login of which little is kept can be ended by the provider all the same', async () => {
    const app = world({ onLogin: () => ({ user: {} }) })
    const browser = app.browser()
    await app.login(browser, { claims: { sid: 'S1' } })
    expect((await browser.open()).user).toMatchObject({ sid: 'S1' })
  })

  it('refuses a login: the browser goes elsewhere, the session before goes on, and the tokens are given back', async () => {
    const app = world({ onLogin: ({ user }) => (user.sub === 'bob' ? { refuse: '/blocked?why=bob' } : undefined) })
    const browser = app.browser()
    await app.login(browser)
    const refused = await app.login(browser, { sub: 'bob' })
    expect([refused.status, refused.location]).toEqual([303, '/blocked?why=bob'])
    expect((await browser.open()).user?.sub).toBe('alice')
    expect(revocations(app)).toHaveLength(1)
    const stranger = app.browser()
    await app.login(stranger, { sub: 'bob' })
    expect((await stranger.open()).user).toBeUndefined()
  })

  it('RD01: to nowhere but a path of the application', async () => {
    for (const refuse of ['//evil.example', 'https://evil.example/', '/\\evil.example', '', 'blocked', 17]) {
      const app = world({ onLogin: () => ({ refuse }) as never })
      const browser = app.browser()
      expect((await app.login(browser)).error).toMatchObject({ code: 'OAUTH_USAGE', message: expect.stringContaining('"onLogin"') })
      expect([(await browser.open()).user, revocations(app).length]).toEqual([undefined, 1])
    }
  })

  it('fails a login by what it throws, which is told as it is; the tokens are given back', async () => {
    const down = new Error('the database is down')
    const app = world({ onLogin: () => Promise.reject<undefined>(down) })
    const browser = app.browser()
    expect((await app.login(browser)).error).toBe(down)
    expect([(await browser.open()).user, revocations(app).length]).toEqual([undefined, 1])
  })

  it.each([
    ['true', true],
    ['a text', '/blocked'],
    ['a user that is none', { user: 'alice' }],
  ])('a decision that is %s is a UsageError', async (_what, decision) => {
    const app = world({ onLogin: () => decision as never })
    expect((await app.login(app.browser())).error).toMatchObject({ code: 'OAUTH_USAGE', message: expect.stringContaining('"onLogin"') })
  })

  it('that is no function is refused when the routes are made', () => {
    expect(() => world({ onLogin: true as never })).toThrow('Option "onLogin" must be a function, and is of type boolean.')
  })
})
