import { describe, expect, it } from 'vitest'
import { memoryStore } from '../session/memory-store.js'
import type { TestBrowser } from './testing/browser.js'
import { type Call, type World, world } from './testing/world.js'

const HOUR = 3600

async function stale(app: World): Promise<TestBrowser<Call>> {
  const browser = app.browser()
  await app.login(browser)
  app.clock.time += HOUR + 1
  return browser
}

function refreshes(app: World): number {
  return app.server.forms('token', 'refresh_token').length
}

describe('sessions in cookies', () => {
  it('RF03: parallel requests of one browser with the same old cookie end in one refresh in a process', async () => {
    const app = world()
    const browser = await stale(app)
    const visits = await Promise.all(Array.from({ length: 20 }, () => browser.copy().open()))
    expect(await Promise.all(visits.map((visit) => visit.client()()))).toEqual(visits.map(() => 200))
    expect([refreshes(app), app.server.reuses, new Set(app.sent).size]).toEqual([1, 0, 1])
  })

  it('RF03: a token that another instance has renewed is refused here, and the error says what to configure', async () => {
    const app = world()
    const browser = await stale(app)
    const here = await browser.copy().open()
    const there = await browser.copy().at(app.instance()).open()
    expect(await there.client()()).toBe(200)
    const told = {
      code: 'OAUTH_REFRESH_TERMINAL',
      reason: 'invalid_grant',
      message: expect.stringMatching(/another instance .* option "store"/),
    }
    await expect(here.client()()).rejects.toMatchObject(told)
    // Whoever asks afterwards is told so as well.
    await expect(here.client('demo')()).rejects.toMatchObject(told)
    expect(app.server.reuses).toBe(1)
  })

  it('RF03: so is one whose rejection by the API made it be renewed, and one that is asked for by hand', async () => {
    const app = world()
    app.resource = () => 401
    const browser = await stale(app)
    app.clock.time -= HOUR + 1
    const here = await browser.copy().open()
    const byHand = await browser.copy().at(app.instance()).open()
    const there = await browser.copy().at(app.instance()).open()
    await there.client()()
    const told = { reason: 'invalid_grant', message: expect.stringContaining('"store"') }
    await expect(here.client()()).rejects.toMatchObject(told)
    app.clock.time += HOUR + 1
    await expect(byHand.session()?.accessToken()).rejects.toMatchObject(told)
  })

  it('RF03: where the answer of a renewal was lost, the reason is known, and no instance is suspected', async () => {
    const app = world()
    const browser = await stale(app)
    app.server.scripts.token = async (request) => {
      delete app.server.scripts.token
      await app.server.respond(request)
      return { status: 200, headers: { 'content-type': 'application/json' }, body: new Uint8Array() }
    }
    await expect((await browser.open()).client()()).rejects.toMatchObject({ code: 'OAUTH_REFRESH_TRANSIENT' })
    app.clock.time += 60
    await expect((await browser.open()).client()()).rejects.toMatchObject({
      reason: 'refresh_answer_lost',
      message: expect.not.stringContaining('another instance'),
    })
  })

  it('RF18: a renewal that could not be kept says that a store would keep it', async () => {
    const app = world()
    const visit = await (await stale(app)).open('/', { writable: () => false })
    const told = { name: 'UsageError', code: 'OAUTH_SESSION_READ_ONLY', message: expect.stringContaining('option "store"') }
    await expect(visit.client()()).rejects.toMatchObject(told)
    await expect(visit.session()?.accessToken()).rejects.toMatchObject(told)
    expect(refreshes(app)).toBe(0)
  })

  it('a session that is too large says that a store would take it; with one it fits', async () => {
    const large = { claims: { bio: 'x'.repeat(9000) } }
    const app = world()
    const { error } = await app.login(app.browser(), large)
    expect(error).toMatchObject({ code: 'OAUTH_SESSION_TOO_LARGE', message: expect.stringContaining('option "store"') })
    const stored = world({ store: memoryStore() })
    expect((await stored.login(stored.browser(), large)).error).toBeUndefined()
  })

  it('other errors stay what they are', async () => {
    const app = world()
    const browser = await stale(app)
    app.server.scripts.token = () => ({ status: 503, headers: {}, body: new Uint8Array() })
    await expect((await browser.open()).client()()).rejects.toMatchObject({ code: 'OAUTH_REFRESH_TRANSIENT' })
    const visit = await browser.open()
    expect(() => visit.client('nobody')).toThrow(/There is no provider/)
    await expect(visit.client()('http://evil.example/')).rejects.toMatchObject({ code: 'OAUTH_ORIGIN_NOT_ALLOWED' })
  })
})
