import { describe, expect, it } from 'vitest'
import { memoryStore } from '../session/memory-store.js'
import type { SetCookie } from './cookie.js'
import type { TestBrowser } from './testing/browser.js'
import { type Call, SESSION_COOKIE, type World, world } from './testing/world.js'
import type { Visit } from './visit.js'

const HOUR = 3600

/** A visit whose cookies are taken as soon as they wait, and what was taken each time. */
async function immediate(app: World, browser: TestBrowser<Call>): Promise<{ visit: Visit<Call>; taken: (readonly SetCookie[])[] }> {
  const taken: (readonly SetCookie[])[] = []
  const visit: Visit<Call> = await app.routes.open(browser.request('/'), {
    writable: () => true,
    changed: () => taken.push(visit.takeCookies()),
  })
  return { visit, taken }
}

describe('a framework that sets cookies as they come', () => {
  it.each([
    ['in the cookie', undefined],
    ['in a store', memoryStore()],
  ])('is told of a login, a renewal and a logout of a session %s', async (_where, store) => {
    const app = world({ store })
    const browser = app.browser()
    const begun = await immediate(app, browser)
    await begun.visit.login()
    expect(begun.taken.map((cookies) => cookies.length)).toEqual([1])
    await app.login(browser)
    app.clock.time += HOUR
    const { visit, taken } = await immediate(app, browser)
    expect(await visit.client()()).toBe(200)
    const isWritten = store === undefined
    expect(taken.map((cookies) => cookies.map(({ name }) => name))).toEqual(isWritten ? [[SESSION_COOKIE]] : [])
    await visit.logout()
    expect(taken.at(-1)).toContainEqual(expect.objectContaining({ name: SESSION_COOKIE, maxAge: 0 }))
    expect(visit.takeCookies()).toEqual([])
  })

  it('tells what the browser has of a session', async () => {
    const app = world()
    const browser = app.browser()
    expect(app.routes.sessionCookie(browser.request('/'))).toBeUndefined()
    await app.login(browser)
    const present = app.routes.sessionCookie(browser.request('/'))
    expect(present).toMatchObject({ name: SESSION_COOKIE, value: browser.jar.get(SESSION_COOKIE), secure: true, sameSite: 'Lax' })
    const request = browser.request('/')
    // SS05: which of two is the session's is not known, so neither is told.
    const twice = { ...request, cookies: [...request.cookies, [SESSION_COOKIE, 'x'] as const] }
    expect(app.routes.sessionCookie(twice)).toBeUndefined()
  })

  it('learns what a token is worth before it uses it', async () => {
    const app = world()
    const browser = app.browser()
    await app.login(browser)
    const state = async () => (await browser.open()).session()?.tokenState
    expect(await state()).toBe('valid')
    app.clock.time += HOUR + 1
    expect(await state()).toBe('renewable')
    app.server.token = { refresh_token: undefined }
    await app.login(browser)
    app.clock.time += HOUR + 1
    expect(await state()).toBe('expired')
  })
})
