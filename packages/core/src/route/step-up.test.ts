import { describe, expect, it } from 'vitest'
import { createSealer } from '../jose/sealer.js'
import type { GuardOptions } from './guard.js'
import type { StepUp } from './login-terms.js'
import { NAVIGATION, SCRIPT, type TestBrowser } from './testing/browser.js'
import { type Call, registered, SECRET, type World, world } from './testing/world.js'

const CALLBACK = '/auth/demo/callback'

/** Goes to a guarded page; `undefined` when the person gets in, else where they are sent. */
async function visited(browser: TestBrowser<Call>, options: GuardOptions): Promise<string | undefined> {
  return (await (await browser.open('/transfer')).guard(options))?.location
}

/** The authorization request that a guard leads to. */
async function asked(browser: TestBrowser<Call>, options: GuardOptions): Promise<URL> {
  const { location, error } = await browser.go((await visited(browser, options)) ?? '')
  if (error !== undefined) throw error
  return new URL(location)
}

async function loggedIn(app: World, claims: object = {}): Promise<TestBrowser<Call>> {
  const browser = app.browser()
  const { error } = await app.login(browser, { claims: { ...claims } })
  if (error !== undefined) throw error
  return browser
}

describe('OpenID Connect Core §3.1.2.1: maxAge', () => {
  it('sends a person whose login is too old to the login with max_age, and back; then lets them in until it is too old again', async () => {
    const app = world()
    const browser = await loggedIn(app, { auth_time: app.clock.time })
    app.clock.time += 310
    expect(await visited(browser, { maxAge: 300 })).toBeUndefined()
    app.clock.time += 1
    const url = await asked(browser, { maxAge: 300 })
    expect(url.searchParams.get('max_age')).toBe('300')
    const answer = app.server.authorize(url.href, { claims: { auth_time: app.clock.time } })
    expect((await browser.go(`${CALLBACK}?${answer}`)).location).toBe('/transfer')
    expect(await visited(browser, { maxAge: 300 })).toBeUndefined()
    app.clock.time += 311
    expect(await visited(browser, { maxAge: 300 })).toMatch(/^\/auth\/demo\/login\?/)
    expect(await visited(browser, {})).toBeUndefined()
  })

  it('a login whose ID token did not say when it was made is too old', async () => {
    const app = world()
    for (const auth_time of [undefined, null, 0])
      expect(await visited(await loggedIn(app, { auth_time }), { maxAge: 300 })).toMatch(/^\/auth\/demo\/login\?/)
  })

  it('UserInfo does not say when a person has logged in, nor how', async () => {
    const app = world({}, { userinfo: true })
    app.server.userinfo = { sub: 'alice', auth_time: app.clock.time, acr: 'gold', amr: ['mfa'], name: 'Alice' }
    const browser = await loggedIn(app)
    const { user } = await browser.open()
    expect([user?.name, user?.['auth_time'], user?.['acr'], user?.['amr']]).toEqual(['Alice', undefined, undefined, undefined])
    expect(await visited(browser, { acr: 'gold' })).toMatch(/^\/auth\/demo\/login\?/)
  })

  it.each([
    ['leaves the time out', undefined],
    ['does not ask the person again', -301],
  ])('a provider that %s ends in an error that says so, and in no loop; the session goes on as it was', async (_what, age) => {
    const app = world()
    const browser = await loggedIn(app, { auth_time: app.clock.time })
    app.clock.time += 600
    const url = await asked(browser, { maxAge: 300 })
    const auth_time = age === undefined ? undefined : app.clock.time + age - 10
    const { error, location } = await browser.go(`${CALLBACK}?${app.server.authorize(url.href, { claims: { auth_time } })}`)
    expect([location, error]).toEqual(['', expect.objectContaining({ code: 'OAUTH_ID_TOKEN_AUTH_TIME' })])
    expect((await browser.open()).user?.sub).toBe('alice')
  })
})

describe('OpenID Connect Core §5.5.1.1: acr', () => {
  it.each([
    ['acr_values, at a provider that reads no claims parameter', {}, 'gold silver', null],
    [
      'an essential claim, at one that does',
      { claims_parameter_supported: true },
      null,
      { id_token: { email: null, acr: { essential: true, values: ['gold', 'silver'] } } },
    ],
  ])('asks by %s; any of the classes lets in', async (_what, metadata, acrValues, claims) => {
    const app = world({}, { claims: { id_token: { email: null } } })
    app.server.metadata = metadata
    const browser = await loggedIn(app, { acr: 'bronze' })
    const { searchParams, href } = await asked(browser, { acr: ['gold', 'silver'] })
    expect(searchParams.get('acr_values')).toBe(acrValues)
    expect(JSON.parse(searchParams.get('claims') ?? 'null')).toEqual(claims ?? { id_token: { email: null } })
    expect((await browser.go(`${CALLBACK}?${app.server.authorize(href, { claims: { acr: 'silver' } })}`)).location).toBe('/transfer')
    expect(await visited(browser, { acr: ['gold', 'silver'] })).toBeUndefined()
    expect(await visited(browser, { acr: 'gold' })).toMatch(/^\/auth\/demo\/login\?/)
  })

  it.each([{}, { claims_parameter_supported: true }])(
    'a provider that does not do it ends in an error that says so, and in no loop: %j',
    async (metadata) => {
      const app = world()
      app.server.metadata = metadata
      const browser = await loggedIn(app)
      for (const acr of ['bronze', undefined]) {
        const { href } = await asked(browser, { acr: 'gold' })
        const { error } = await browser.go(`${CALLBACK}?${app.server.authorize(href, { claims: { acr } })}`)
        expect(error).toMatchObject({ code: 'OAUTH_ID_TOKEN_ACR', reference: 'OpenID Connect Core §5.5.1.1' })
      }
      const { href } = await asked(browser, { acr: 'gold' })
      const unmet = { code: undefined, error: 'unmet_authentication_requirements' }
      const { error } = await browser.go(`${CALLBACK}?${app.server.authorize(href, { answer: unmet })}`)
      expect(error).toMatchObject({ name: 'AuthorizationResponseError', error: 'unmet_authentication_requirements' })
    },
  )

  it('a provider without ID tokens is refused before anybody is sent there', async () => {
    const app = world({}, { scope: 'api', profile: () => ({ sub: 'alice' }) })
    const browser = await loggedIn(app)
    await expect(asked(browser, { acr: 'gold' })).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringMatching(/provider "demo".*Add openid to its scope/),
    })
  })
})

describe('a step-up', () => {
  it('of a visitor whom nobody knows is asked with the first login', async () => {
    const { searchParams } = await asked(world().browser(), { acr: 'gold', maxAge: 60 })
    expect([searchParams.get('acr_values'), searchParams.get('max_age')]).toEqual(['gold', '60'])
  })

  it('goes to the provider of the login, not to the first one configured', async () => {
    const app = world({ providers: { first: { ...registered, clientId: 'client-1' }, demo: registered } })
    const browser = await loggedIn(app)
    expect(await visited(browser, { acr: 'gold' })).toMatch(/^\/auth\/demo\/login\?/)
    expect(await visited(browser, { acr: 'gold', provider: 'first' })).toMatch(/^\/auth\/first\/login\?/)
  })

  it('takes the place of what is asked at each login', async () => {
    const app = world({}, { authorizationParameters: { max_age: 3600, acr_values: 'bronze', prompt: 'consent', audience: 'api' } })
    const { searchParams } = await asked(app.browser(), { acr: 'gold', maxAge: 60 })
    const got = ['max_age', 'acr_values', 'prompt', 'audience'].map((name) => searchParams.getAll(name))
    expect(got).toEqual([['60'], ['gold'], ['consent'], ['api']])
  })

  it('keeps the tokens of the other logins of the person, and their own', async () => {
    const app = world()
    const browser = await loggedIn(app, { auth_time: app.clock.time })
    app.clock.time += 600
    const { href } = await asked(browser, { maxAge: 300 })
    await browser.go(`${CALLBACK}?${app.server.authorize(href, { claims: { auth_time: app.clock.time } })}`)
    expect(await (await browser.open()).client()()).toBe(200)
  })

  it('of a script is 401, and says what is missing', async () => {
    const app = world()
    const answer = async (browser: TestBrowser<Call>) =>
      (await (await browser.open('/transfer', { headers: SCRIPT })).guard({ acr: 'gold' }))?.body
    expect(await answer(app.browser())).toBe('{"error":"login_required"}')
    expect(await answer(await loggedIn(app))).toBe('{"error":"insufficient_user_authentication"}')
  })

  it('is asked for by a login of the application, too', async () => {
    const app = world()
    const browser = app.browser()
    const visit = await browser.open('/account')
    const url = await visit.login('demo', { acr: 'gold', maxAge: 60, prompt: 'login', returnTo: '/account' })
    browser.take(visit)
    const { searchParams } = new URL(url)
    expect(['acr_values', 'max_age', 'prompt'].map((name) => searchParams.get(name))).toEqual(['gold', '60', 'login'])
    const { error } = await browser.go(`${CALLBACK}?${app.server.authorize(url, { claims: { auth_time: app.clock.time } })}`)
    expect(error).toMatchObject({ code: 'OAUTH_ID_TOKEN_ACR' })
  })

  it('parameters of one login take the place of those of every login, and terms that of both; the protocol’s own are refused', async () => {
    const app = world({}, { authorizationParameters: { audience: 'api', ui_locales: 'en', prompt: 'consent' } })
    const visit = await app.browser().open()
    const url = await visit.login('demo', {
      prompt: 'create',
      authorizationParameters: { login_hint: 'alice@example.com', ui_locales: 'de', prompt: 'none' },
    })
    const { searchParams } = new URL(url)
    const got = ['audience', 'ui_locales', 'login_hint', 'prompt'].map((name) => searchParams.getAll(name))
    expect(got).toEqual([['api'], ['de'], ['alice@example.com'], ['create']])
    await expect(visit.login('demo', { authorizationParameters: { state: 'mine' } })).rejects.toMatchObject({ code: 'OAUTH_USAGE' })
  })

  it.each<StepUp & { prompt?: unknown }>([
    { maxAge: 0 },
    { maxAge: -1 },
    { maxAge: 1.5 },
    { maxAge: Number.NaN },
    { maxAge: '300' as never },
    { acr: '' },
    { acr: [] },
    { acr: 'gold silver' },
    { acr: 7 as never },
    { acr: [undefined as never] },
  ])('of %j is refused', async (options) => {
    const visit = await world().browser().open()
    const [[name]] = Object.entries(options) as [[string, unknown]]
    const refusal = expect.objectContaining({ name: 'UsageError', message: expect.stringContaining(`"${name}"`) })
    await expect(visit.guard(options)).rejects.toEqual(refusal)
    expect(() => visit.login('demo', options as StepUp)).toThrow(refusal)
  })
})

describe('AR28: the terms of a login cannot be set from outside', () => {
  const LOGIN = '/auth/demo/login?'
  const plain = ['max_age', 'acr_values', 'prompt', 'claims']

  it('not by their names, nor in the open', async () => {
    const app = world()
    const terms = JSON.stringify({ maxAge: 1, acr: 'gold', prompt: 'none', until: 4e9 })
    for (const query of [
      { max_age: '1', acr_values: 'gold', maxAge: '1', acr: 'gold', prompt: 'none' },
      { terms },
      { terms: btoa(terms) },
    ]) {
      const { location } = await app.browser().go(LOGIN + new URLSearchParams(query as Record<string, string>))
      for (const name of plain) expect(new URL(location).searchParams.has(name)).toBe(false)
    }
  })

  it('not by what another application, or a cookie of this one, has sealed; by what a rotated secret has they are', async () => {
    const app = world()
    const browser = app.browser()
    await app.start(browser)
    const [cookie] = [...browser.jar.values()]
    const secret = 'the second secret of the application, long enough'
    const theirs = await (await browser.at(app.instance({ secret })).open('/')).guard({ acr: 'gold' })
    for (const location of [theirs?.location ?? '', LOGIN + new URLSearchParams({ terms: cookie ?? '' })])
      expect(new URL((await app.browser().go(location)).location).searchParams.has('acr_values')).toBe(false)
    const rotated = browser.at(app.instance({ secret: [secret, ...[app.options.secret].flat()] }))
    const ours = (await visited(app.browser(), { acr: 'gold' })) ?? ''
    expect(new URL((await rotated.go(ours)).location).searchParams.get('acr_values')).toBe('gold')
  })

  it('SS12: what is sealed for another purpose is not read', async () => {
    const app = world()
    for (const [purpose, read] of [
      ['terms __Host-oauth', 'gold'],
      ['terms __Host-other', null],
      ['login __Host-oauth.login', null],
      ['session __Host-oauth.session', null],
    ] as const) {
      const sealer = await createSealer(app.clock, [SECRET], purpose)
      const terms = await sealer.seal(JSON.stringify({ acr: 'gold', until: app.clock.time + 60 }))
      const { location } = await app.browser().go(LOGIN + new URLSearchParams({ terms }))
      expect(new URL(location).searchParams.get('acr_values')).toBe(read)
    }
  })

  it('what is sealed is read for ten minutes, and then the guard asks again', async () => {
    const app = world()
    const browser = app.browser()
    const location = (await visited(browser, { acr: 'gold' })) ?? ''
    app.clock.time += 601
    const url = (await browser.go(location)).location
    expect(new URL(url).searchParams.has('acr_values')).toBe(false)
    expect((await browser.go(`${CALLBACK}?${app.server.authorize(url)}`)).location).toBe('/transfer')
    expect(await visited(browser, { acr: 'gold' })).toMatch(/terms=/)
  })

  it('a guard without terms has an address without any', async () => {
    expect(await visited(world().browser(), {})).toBe('/auth/demo/login?returnTo=%2Ftransfer')
    expect((await (await world().browser().open('/a', { headers: NAVIGATION })).guard({ token: true }))?.location).not.toContain('terms')
  })
})
