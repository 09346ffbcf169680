import { describe, expect, it } from 'vitest'
import { SCRIPT } from './testing/browser.js'
import { APP, FORM_POST, world } from './testing/world.js'

const ISSUER = 'https://as.example'

const login = (parameters: Record<string, string> | readonly (readonly [string, string])[]) =>
  `/auth/demo/login?${new URLSearchParams(parameters as Record<string, string>)}`

describe('AR27, OpenID Connect Core §4: a login that another site begins', () => {
  it.each([
    ['an unknown issuer', [['iss', 'https://evil.example']]],
    ['another spelling', [['iss', `${ISSUER}/`]]],
    ['an empty one', [['iss', '']]],
    [
      'two',
      [
        ['iss', ISSUER],
        ['iss', 'https://evil.example'],
      ],
    ],
    [
      'the row of the matrix',
      [
        ['iss', 'evil'],
        ['target_link_uri', '//evil'],
        ['scope', 'admin'],
      ],
    ],
  ] as const)('%s is refused; nothing is begun', async (_what, parameters) => {
    const app = world()
    const { error, cookies, location } = await app.browser().go(login(parameters))
    expect(error).toMatchObject({ name: 'ProtocolError', code: 'OAUTH_ISS_MISMATCH', reference: 'OpenID Connect Core §4' })
    expect([cookies, location, app.server.requests]).toEqual([[], '', []])
  })

  it.each([
    ['a page of the application', `${APP}/items?page=2#top`, '/items?page=2#top'],
    ['its path alone', '/items', '/items'],
    ['another host', 'https://evil.example/items', '/'],
    ['another host, without its scheme', '//evil.example/items', '/'],
    ['another host behind the own one', `${APP}@evil.example/`, '/'],
    ['another host that begins like it', `${APP}.evil.example/`, '/'],
    ['another host behind two slashes', `${APP}//evil.example/`, '/'],
    ['a script', 'javascript:alert(1)', '/'],
  ])('the target is checked as returnTo is: %s', async (_what, target, expected) => {
    const app = world()
    const browser = app.browser()
    const { location } = await browser.go(login({ iss: ISSUER, target_link_uri: target }))
    expect((await browser.go(`/auth/demo/callback?${app.server.authorize(location)}`)).location).toBe(expected)
  })

  it('the person it names is passed on, instead of one that is in every request; scopes and all else are not', async () => {
    const app = world({}, { authorizationParameters: { login_hint: 'somebody', prompt: 'consent' } })
    const further = { scope: 'admin', redirect_uri: 'https://evil.example', prompt: 'none', claims: '{}', state: 'x' }
    const { location } = await app.browser().go(login({ iss: ISSUER, login_hint: 'alice', ...further }))
    const plain = new URL(await app.start(app.browser())).searchParams
    const { searchParams } = new URL(location)
    expect([...searchParams.keys()].sort()).toEqual([...plain.keys()].sort())
    expect(searchParams.getAll('login_hint')).toEqual(['alice'])
    for (const name of ['scope', 'redirect_uri', 'prompt']) expect(searchParams.get(name)).toBe(plain.get(name))
    expect(searchParams.get('state')).not.toBe('x')
  })

  it('without an issuer nobody but this application begins a login: hint and target are not read', async () => {
    const app = world()
    const browser = app.browser()
    const { location } = await browser.go(login({ target_link_uri: `${APP}/items`, login_hint: 'alice' }))
    expect(new URL(location).searchParams.has('login_hint')).toBe(false)
    expect((await browser.go(`/auth/demo/callback?${app.server.authorize(location)}`)).location).toBe('/')
  })

  it('in the background it begins none', async () => {
    const app = world()
    expect(await app.browser().go(login({ iss: ISSUER }), { headers: SCRIPT })).toMatchObject({ status: 401, cookies: [] })
  })

  it('OpenID Connect Dynamic Client Registration §2: by a form it goes on as by a link, with the cookies; nothing else of the form does', async () => {
    const app = world()
    const browser = app.browser()
    const pairs = [
      ['iss', ISSUER],
      ['login_hint', 'alice'],
      ['target_link_uri', `${APP}/items`],
      ['terms', 'x'],
      ['scope', 'admin'],
    ] as const
    const { status, location, cookies } = await browser.go('/auth/demo/login?popup=true', {
      method: 'POST',
      headers: FORM_POST,
      body: { kind: 'form', pairs },
    })
    expect([status, location, cookies, app.server.requests]).toEqual([
      303,
      login({ iss: ISSUER, login_hint: 'alice', target_link_uri: `${APP}/items` }),
      [],
      [],
    ])
    const { searchParams } = new URL((await browser.go(location)).location)
    expect([searchParams.get('login_hint'), searchParams.get('scope')]).toEqual(['alice', 'openid offline_access'])
  })

  it('OpenID Connect Core §4: a form that names two issuers is refused, and one that names none is of another site', async () => {
    const app = world()
    const browser = app.browser()
    const post = (pairs: readonly (readonly [string, string])[]) =>
      browser.go('/auth/demo/login', { method: 'POST', headers: FORM_POST, body: { kind: 'form', pairs } })
    const { location } = await post([
      ['iss', ISSUER],
      ['iss', 'https://evil.example'],
    ])
    expect((await browser.go(location)).error).toMatchObject({ code: 'OAUTH_ISS_MISMATCH' })
    expect(await post([['returnTo', '/items']])).toMatchObject({ status: 403, location: '', cookies: [] })
  })
})
