import { describe, expect, it } from 'vitest'
import { json } from '../../test/answers.js'
import type { GuardOptions } from './guard.js'
import { SCRIPT, type TestBrowser } from './testing/browser.js'
import { type Call, registered, type World, world } from './testing/world.js'

const HOUR = 3600

async function loggedIn(app: World): Promise<TestBrowser<Call>> {
  const browser = app.browser()
  const { error } = await app.login(browser)
  if (error !== undefined) throw error
  return browser
}

/** Status and destination of a guard's answer to a person, and to a script; `undefined` lets through. */
async function asked(browser: TestBrowser<Call>, options?: GuardOptions) {
  const person = await (await browser.open('/items')).guard(options)
  const script = await (await browser.open('/items', { headers: SCRIPT })).guard(options)
  return { person: person && [person.status, person.location], script: script && [script.status, script.body] }
}

const through = { person: undefined, script: undefined }
const refused = { person: [303, '/auth/demo/login?returnTo=%2Fitems'], script: [401, '{"error":"login_required"}'] }

describe('a guard with token: true', () => {
  it('lets through whose token is valid, and whose token can be renewed', async () => {
    const app = world()
    const browser = await loggedIn(app)
    expect(await asked(browser, { token: true })).toEqual(through)
    app.clock.time += HOUR + 1
    expect(await asked(browser, { token: true })).toEqual(through)
  })

  it('refuses a login whose token is expired and cannot be renewed; without it that login counts', async () => {
    const app = world()
    app.server.token = { refresh_token: undefined }
    const browser = await loggedIn(app)
    app.clock.time += HOUR
    expect(await asked(browser, { token: true })).toEqual(through)
    app.clock.time += 1
    expect(await asked(browser, { token: true })).toEqual(refused)
    expect(await asked(browser)).toEqual(through)
    expect(await asked(browser, { token: false })).toEqual(through)
  })

  it('lets through whose token has no known expiry', async () => {
    const app = world()
    app.server.token = { refresh_token: undefined, expires_in: undefined }
    const browser = await loggedIn(app)
    app.clock.time += 24 * HOUR
    expect(await asked(browser, { token: true })).toEqual(through)
  })

  it('asks for the token of the provider it names', async () => {
    const app = world({ providers: { first: { ...registered, clientId: 'client-1' }, demo: registered } })
    app.server.token = { refresh_token: undefined }
    const browser = await loggedIn(app)
    expect(await asked(browser, { token: true })).toEqual(through)
    expect((await asked(browser, { token: true, provider: 'first' })).person?.[1]).toBe('/auth/first/login?returnTo=%2Fitems')
    app.clock.time += HOUR + 1
    expect(await asked(browser, { token: true, provider: 'demo' })).toEqual(refused)
  })

  it('refuses nobody less than a guard without it: logged out, or ended by the provider', async () => {
    const app = world()
    expect(await asked(app.browser(), { token: true })).toEqual(refused)
    const browser = await loggedIn(app)
    app.clock.time += HOUR + 1
    app.server.scripts.token = () => json({ error: 'invalid_grant' }, 400)
    const visit = await browser.open('/items')
    await expect(visit.client()()).rejects.toMatchObject({ code: 'OAUTH_REFRESH_TERMINAL' })
    // In the same visit already: an error handler can send the person to the login.
    for (const options of [{}, { token: true }]) expect((await visit.guard(options))?.status).toBe(303)
  })
})

describe('B1: a guard that cannot work says so', () => {
  it('an unknown option is refused', async () => {
    const visit = await world().browser().open()
    await expect(visit.guard({ providers: 'demo' } as GuardOptions)).rejects.toThrow(
      expect.objectContaining({
        name: 'UsageError',
        message: expect.stringMatching(/requireLogin: there is no option "providers".*provider, token/),
      }),
    )
  })

  it('a provider that does not exist is refused whoever asks: nobody, a script, a person who is logged in', async () => {
    const app = world()
    const unknown = expect.objectContaining({ name: 'UsageError', message: expect.stringContaining('no provider "typo". Known: demo') })
    for (const browser of [app.browser(), await loggedIn(app)]) {
      for (const headers of [{}, SCRIPT]) {
        const visit = await browser.open('/items', { headers })
        await expect(visit.guard({ provider: 'typo' })).rejects.toThrow(unknown)
      }
    }
  })
})
