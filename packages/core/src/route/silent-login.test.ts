import { describe, expect, it } from 'vitest'
import { TransportError } from '../error/transport-error.js'
import { NAVIGATION, SCRIPT, type TestBrowser } from './testing/browser.js'
import { type Call, TWO_PROVIDERS, world } from './testing/world.js'

const CALLBACK = '/auth/demo/callback'
const QUIET = '__Host-oauth.login-quiet'

/** Goes to a page that asks for whoever is logged in at the provider; `undefined` when it is shown, else where the browser is sent. */
async function visited(browser: TestBrowser<Call>, headers = NAVIGATION): Promise<string | undefined> {
  const visit = await browser.open('/welcome?a=1', { headers })
  const response = await visit.silentLogin()
  browser.take(visit)
  return response?.location
}

async function asked(browser: TestBrowser<Call>): Promise<URL> {
  const { location, error } = await browser.go((await visited(browser)) ?? '')
  if (error !== undefined) throw error
  return new URL(location)
}

describe('OpenID Connect Core §3.1.2.1: prompt=none', () => {
  it('who is logged in at the provider is logged in here, and comes back to the page', async () => {
    const app = world({}, { authorizationParameters: { prompt: 'consent' } })
    const browser = app.browser()
    const url = await asked(browser)
    expect(url.searchParams.getAll('prompt')).toEqual(['none'])
    expect((await browser.go(`${CALLBACK}?${app.server.authorize(url.href)}`)).location).toBe('/welcome?a=1')
    expect((await browser.open()).user?.sub).toBe('alice')
    expect(await visited(browser)).toBeUndefined()
  })

  it.each(['login_required', 'interaction_required', 'account_selection_required', 'consent_required'])(
    'who is not (%s) comes back as nobody, is not asked again for ten minutes, and can log in',
    async (error) => {
      const app = world()
      const browser = app.browser()
      const url = await asked(browser)
      const answer = app.server.authorize(url.href, { answer: { code: undefined, error } })
      const back = await browser.go(`${CALLBACK}?${answer}`)
      expect(back).toMatchObject({ status: 303, location: '/welcome?a=1', error: undefined })
      expect(
        back.cookies.map(({ name, maxAge, sameSite, secure }) => [name.replace(/\.login\..*/, '.login.*'), maxAge, sameSite, secure]),
      ).toEqual([
        ['__Host-oauth.login.*', 0, 'Lax', true],
        [QUIET, 600, 'Lax', true],
      ])
      expect((await browser.open()).user).toBeUndefined()
      expect(await visited(browser)).toBeUndefined()
      expect((await app.login(browser)).status).toBe(303)
      expect((await browser.open()).user?.sub).toBe('alice')
    },
  )

  it.each(['invalid_scope', 'temporarily_unavailable'])(
    'any other error (%s) is one, and the page is to be seen by who goes back',
    async (error) => {
      const app = world()
      const browser = app.browser()
      const url = await asked(browser)
      const answer = app.server.authorize(url.href, { answer: { code: undefined, error } })
      expect((await browser.go(`${CALLBACK}?${answer}`)).error).toMatchObject({ error })
      expect(await visited(browser)).toBeUndefined()
    },
  )

  it('F02: so it is with a provider that is down when the browser is to be sent there, or when it comes back', async () => {
    const app = world()
    const answering = app.server.respond
    const isDown = () => Promise.reject(new TransportError('token', { reason: 'refused', sent: 'no' }))
    const [one, other] = [app.browser(), app.browser()]
    const url = await asked(one)
    app.server.respond = isDown
    const failed = await one.go(`${CALLBACK}?${app.server.authorize(url.href)}`)
    expect(failed.error).toMatchObject({ name: 'TransportError' })
    expect(await visited(one)).toBeUndefined()
    // Another instance knows nothing of the provider yet.
    const started = other.at(app.instance())
    expect((await started.go((await visited(other)) ?? '')).error).toMatchObject({ name: 'TransportError' })
    expect(await visited(other)).toBeUndefined()
    app.server.respond = answering
    expect((await app.login(other)).status).toBe(303)
  })

  it('to a login that may show something, login_required is an error', async () => {
    const app = world()
    const answer = await app.login(app.browser(), { answer: { code: undefined, error: 'login_required' } })
    expect(answer.error).toMatchObject({ name: 'AuthorizationResponseError', error: 'login_required' })
  })

  it('AR13: login_required of another issuer, or of another login, brings nobody back', async () => {
    const app = world()
    const browser = app.browser()
    const url = await asked(browser)
    const wrong = { code: undefined, error: 'login_required' }
    for (const different of [{ iss: 'https://evil.example' }, { state: 'x' }]) {
      const { error } = await browser.go(`${CALLBACK}?${app.server.authorize(url.href, { answer: { ...wrong, ...different } })}`)
      expect(error).toMatchObject({ name: 'ProtocolError' })
    }
    expect(browser.jar.has(QUIET)).toBe(false)
  })

  it.each([
    ['a script', SCRIPT],
    ['a prefetch', { ...NAVIGATION, 'sec-purpose': 'prefetch' }],
    ['a frame', { ...NAVIGATION, 'sec-fetch-dest': 'iframe' }],
  ])('SS15: %s is not sent anywhere', async (_name, headers) => {
    expect(await visited(world().browser(), headers)).toBeUndefined()
  })

  it('a person who is logged in, anywhere or at the provider named, is not sent anywhere', async () => {
    const app = world({ providers: TWO_PROVIDERS })
    const browser = app.browser()
    await app.login(browser)
    const visit = await browser.open('/welcome')
    expect(await visit.silentLogin()).toBeUndefined()
    expect((await visit.silentLogin({ provider: 'other' }))?.location).toMatch(/^\/auth\/other\/login\?/)
    await expect(visit.silentLogin({ provider: 'typo' })).rejects.toThrow(/no provider "typo"/)
    await expect(visit.silentLogin({ prompt: 'none' } as never)).rejects.toThrow(/silentLogin: there is no option "prompt"/)
  })

  it('SS20: a page that asks is not to be cached, whoever comes', async () => {
    const visit = await world().browser().open('/welcome', { headers: SCRIPT })
    await visit.silentLogin()
    expect(visit.responseHeaders()).toMatchObject({ 'cache-control': 'private, no-store' })
  })

  it('is what prompt: none of a login does, too', async () => {
    const app = world()
    const browser = app.browser()
    const visit = await browser.open('/')
    const url = await visit.login('demo', { prompt: 'none', returnTo: '/start' })
    browser.take(visit)
    const answer = app.server.authorize(url, { answer: { code: undefined, error: 'login_required' } })
    expect((await browser.go(`${CALLBACK}?${answer}`)).location).toBe('/start')
    for (const prompt of ['', 'none login', 'login none', 'login\nnone', 7 as never])
      expect(() => visit.login('demo', { prompt })).toThrow(expect.objectContaining({ name: 'UsageError' }))
  })
})

describe('who has logged out', () => {
  it.each([
    ['here alone', { end_session_endpoint: undefined }, true],
    ['at the provider as well', {}, false],
  ])('%s', async (_where, metadata, isQuiet) => {
    const app = world()
    app.server.metadata = metadata
    const browser = app.browser()
    await app.login(browser)
    await browser.go('/auth/logout', { method: 'POST' })
    expect(browser.jar.has(QUIET)).toBe(isQuiet)
    expect((await visited(browser)) === undefined).toBe(isQuiet)
  })

  it('nobody leaves nothing behind', async () => {
    const browser = world().browser()
    await browser.go('/auth/logout', { method: 'POST' })
    expect([...browser.jar.keys()]).toEqual([])
  })
})
