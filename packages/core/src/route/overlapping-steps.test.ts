import { describe, expect, it } from 'vitest'
import { run } from '../flow/run.js'
import { beginSession } from './begin-session.js'
import { endSession } from './end-session.js'
import { SessionVisit } from './session-visit.js'
import type { TestBrowser } from './testing/browser.js'
import { aliceAt, holdToken, recordOf } from './testing/overlaps.js'
import { type Call, lifeCycleOf } from './testing/world.js'
import type { WebContext } from './web-context.js'

/** Begins a session for bob whose cookie takes its time to be sealed, and then cannot be. */
async function unsealable(context: WebContext<Call>, browser: TestBrowser<Call>, alice: SessionVisit<Call>) {
  const gate = Promise.withResolvers<void>()
  const write = async () => {
    await gate.promise
    throw new Error('too large')
  }
  const slow = { ...context, sessionCookie: { ...context.sessionCookie, write } } as never
  const visit = await SessionVisit.open<Call>(slow, browser.request('/'), { writable: () => true })
  return {
    begin() {
      const login = { claims: { sub: 'bob' }, record: { ...recordOf(alice) } }
      return beginSession(context, visit as never, { name: 'demo', login, attempt: {} as never }).catch((error: unknown) => error)
    },
    fail: gate.resolve,
  }
}

/** A visit that is behind: another request has renewed the token, and this one is asked whether it may write when it catches up. */
async function behind(writable: () => boolean | Promise<boolean>) {
  const { browser, context } = await aliceAt()
  const slow = await SessionVisit.open(context, browser.request('/'), { writable })
  const renew = async (visit: SessionVisit<Call>) => lifeCycleOf(context).renew(visit.place('demo'))
  const inside = () => SessionVisit.open(context, browser.request('/'), { writable: () => true })
  await renew(await inside())
  return { context, slow, catching: Promise.resolve(slow.place('demo').store.get('')), renewAgain: async () => renew(await inside()) }
}

describe('steps that overlap', () => {
  it('a login that cannot be sealed, beside a renewal that ends while it is sealed: the session goes on with its token', async () => {
    const { app, browser, context } = await aliceAt()
    const renewing = await app.inside(browser)
    const { begin, fail } = await unsealable(context, browser, renewing)
    const held = holdToken(app)
    const pending = lifeCycleOf(context)
      .renew(renewing.place('demo'))
      .catch((error: unknown) => error)
    await held.arrived
    const failed = begin()
    await Promise.resolve()
    held.release()
    const renewal = await pending
    fail()
    expect(await failed).toMatchObject({ message: 'too large' })
    expect((await app.inside(browser)).current).toBeDefined()
    expect([app.server.revoked, (renewal as { code?: string }).code]).toEqual([[], undefined])
  })

  it('a logout while a login is sealed that fails: the session stays over', async () => {
    const { app, browser, context } = await aliceAt()
    const copy = browser.copy()
    const leaving = await app.inside(browser)
    const { begin, fail } = await unsealable(context, browser, leaving)
    const failed = begin()
    await Promise.resolve()
    await run(endSession(context, leaving), context.transport)
    fail()
    expect(await failed).toMatchObject({ message: 'too large' })
    expect((await app.inside(copy)).current).toBeUndefined()
  })

  it('catching up beside a write of the same request does not come over it', async () => {
    const gate = Promise.withResolvers<boolean>()
    const { slow, catching, renewAgain } = await behind(() => gate.promise)
    await renewAgain()
    gate.resolve(true)
    await catching
    expect(slow.current?.generation).toBe(2)
  })

  it('catching up beside a logout of the same request leaves it logged out, and the cookies cleared', async () => {
    const gate = Promise.withResolvers<boolean>()
    let asked = 0
    const { context, slow, catching } = await behind(() => (asked++ === 0 ? gate.promise : true))
    await run(endSession(context, slow), context.transport)
    expect(slow.current).toBeUndefined()
    gate.resolve(true)
    await catching
    expect([slow.current, slow.takeCookies().map(({ maxAge }) => maxAge)]).toEqual([undefined, [0]])
  })
})
