import { describe, expect, it } from 'vitest'
import { run } from '../flow/run.js'
import type { TokenRecord } from '../session/token-record.js'
import { beginSession } from './begin-session.js'
import { endSession } from './end-session.js'
import { SessionVisit } from './session-visit.js'
import { type Call, lifeCycleOf, registered, world } from './testing/world.js'

const two = { providers: { demo: registered, other: { ...registered, clientId: 'client-2' } } }

function recordOf(visit: SessionVisit<Call>): TokenRecord {
  const record = visit.current?.providers['demo']?.record
  if (record === undefined) throw new Error('nobody is logged in')
  return record
}

describe('steps that overlap', () => {
  it('a login that cannot be sealed, beside a renewal that ends while it is sealed: the session goes on with its token', async () => {
    const app = world(two)
    const browser = app.browser()
    await app.login(browser, { sub: 'alice' })
    const { context } = app
    const gate = Promise.withResolvers<void>()
    const visit = await SessionVisit.open(
      {
        ...context,
        sessionCookie: {
          ...context.sessionCookie,
          write: async () => {
            await gate.promise
            throw new Error('too large')
          },
        },
      } as never,
      browser.request('/'),
      { writable: () => true },
    )
    const renewing = await app.inside(browser)
    const life = lifeCycleOf(context)
    const login = { claims: { sub: 'bob' }, record: { ...recordOf(renewing) } }
    const arrived = Promise.withResolvers<void>()
    const go = Promise.withResolvers<void>()
    app.server.scripts.token = async (request) => {
      delete app.server.scripts.token
      arrived.resolve()
      await go.promise
      return app.server.respond(request)
    }
    const pending = life.renew(renewing.place('demo')).catch((e: unknown) => e)
    await arrived.promise
    const failed = beginSession(context, visit as never, { name: 'demo', login, attempt: {} as never }).catch((e: unknown) => e)
    await Promise.resolve()
    go.resolve()
    const renewal = await pending
    gate.resolve()
    expect(await failed).toMatchObject({ message: 'too large' })
    const after = await app.inside(browser)
    expect(after.current).toBeDefined()
    expect([app.server.revoked, (renewal as { code?: string }).code]).toEqual([[], undefined])
  })
  it('a logout while a login is sealed that fails: the session stays over', async () => {
    const app = world(two)
    const browser = app.browser()
    await app.login(browser, { sub: 'alice' })
    const copy = browser.copy()
    const { context } = app
    const gate = Promise.withResolvers<void>()
    const visit = await SessionVisit.open(
      {
        ...context,
        sessionCookie: {
          ...context.sessionCookie,
          write: async () => {
            await gate.promise
            throw new Error('too large')
          },
        },
      } as never,
      browser.request('/'),
      { writable: () => true },
    )
    const out = await app.inside(browser)
    const login = { claims: { sub: 'bob' }, record: { ...recordOf(out) } }
    const failed = beginSession(context, visit as never, { name: 'demo', login, attempt: {} as never }).catch((e: unknown) => e)
    await Promise.resolve()
    await run(endSession(context, out), context.transport)
    gate.resolve()
    await failed
    expect((await app.inside(copy)).current).toBeUndefined()
  })
  it('catching up beside a write of the same request does not come over it', async () => {
    const app = world(two)
    const browser = app.browser()
    await app.login(browser, { sub: 'alice' })
    const { context } = app
    const life = lifeCycleOf(context)
    const gate = Promise.withResolvers<boolean>()
    const slow = await SessionVisit.open(context, browser.request('/'), { writable: () => gate.promise })
    const fast = await app.inside(browser)
    await life.renew(fast.place('demo'))
    const p = Promise.resolve(slow.place('demo').store.get(''))
    await life.renew((await app.inside(browser)).place('demo'))
    gate.resolve(true)
    await p
    expect(slow.current?.generation).toBe(2)
  })
  it('catching up beside a logout of the same request leaves it logged out, and the cookies cleared', async () => {
    const app = world(two)
    const browser = app.browser()
    await app.login(browser, { sub: 'alice' })
    const { context } = app
    const life = lifeCycleOf(context)
    let n = 0
    const gate = Promise.withResolvers<boolean>()
    const slow = await SessionVisit.open(context, browser.request('/'), { writable: () => (n++ === 0 ? gate.promise : true) })
    const fast = await app.inside(browser)
    await life.renew(fast.place('demo'))
    const p = Promise.resolve(slow.place('demo').store.get(''))
    await run(endSession(context, slow), context.transport)
    expect(slow.current).toBeUndefined()
    gate.resolve(true)
    await p
    expect([slow.current, slow.takeCookies().map((c) => c.maxAge)]).toEqual([undefined, [0]])
  })
})
