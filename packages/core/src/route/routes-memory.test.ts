import { describe, expect, it } from 'vitest'
import { routesMemory } from './routes-memory.js'
import { world } from './testing/world.js'

const HOUR = 3600

describe('an application that makes its routes twice in one process', () => {
  it.each([
    ['with one memory renews a token once, and each answer brings the new cookie', true, 0],
    ['with a memory each spends a refresh token twice', false, 1],
  ])('RF02: %s', async (_what, isShared, reuses) => {
    const app = world()
    const memory = routesMemory(app.options)
    const [one, other] = [app.instance({}, { memory }), app.instance({}, isShared ? { memory } : {})]
    const browser = app.browser().at(one)
    await app.login(browser)
    app.clock.time += HOUR
    const visits = [await browser.open(), await browser.at(other).open()] as const
    const used = await Promise.allSettled(visits.map((visit) => visit.client()()))
    expect(app.server.reuses).toBe(reuses)
    if (!isShared) return
    expect(used).toEqual([
      { status: 'fulfilled', value: 200 },
      { status: 'fulfilled', value: 200 },
    ])
    expect(new Set(app.sent).size).toBe(1)
    expect(visits.map((visit) => visit.takeCookies().length)).toEqual([1, 1])
  })

  it('knows in both of a logout, and of an answer that was used', async () => {
    const app = world()
    const memory = routesMemory(app.options)
    const browser = app.browser().at(app.instance({}, { memory }))
    const answer = app.server.authorize(await app.start(browser))
    const before = browser.copy().at(app.instance({}, { memory }))
    await browser.go(`/auth/demo/callback?${answer}`)
    expect((await before.go(`/auth/demo/callback?${answer}`)).error).toMatchObject({ code: 'OAUTH_TRANSACTION_USED' })
    const copy = browser.copy().at(app.instance({}, { memory }))
    expect((await copy.open()).user).toBeDefined()
    await browser.go('/auth/logout', { method: 'POST' })
    expect((await copy.open()).user).toBeUndefined()
  })
})
