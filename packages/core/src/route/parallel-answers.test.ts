import { describe, expect, it } from 'vitest'
import { beginSession } from './begin-session.js'
import { SessionVisit } from './session-visit.js'
import { aliceAt, recordOf } from './testing/overlaps.js'
import { lifeCycleOf } from './testing/world.js'

describe('requests beside each other', () => {
  it('the place of a token is that of the session as it is: a visit that logged in has another', async () => {
    const { app, browser, context } = await aliceAt()
    const login = { claims: { sub: 'bob' }, record: recordOf(await app.inside(browser)) }
    const visit = await app.inside(app.browser())
    await beginSession(context, visit as never, { name: 'demo', login, attempt: {} as never })
    expect(visit.place('demo').key).toBe(`t:${visit.current?.id}:demo`)
  })

  it('a renewal that asks whether it can be kept, while a login takes the token along, sends nothing', async () => {
    const { app, browser, context } = await aliceAt()
    const gate = Promise.withResolvers<boolean>()
    let held = false
    const slow = await SessionVisit.open(context, browser.request('/'), { writable: () => (held ? gate.promise : true) })
    const visit = await app.inside(browser)
    held = true
    const renewing = lifeCycleOf(context)
      .renew(slow.place('demo'))
      .catch((error: unknown) => error)
    for (let turn = 0; turn < 20; turn++) await Promise.resolve()
    const record = recordOf(visit)
    const login = { claims: { sub: 'alice' }, record: { ...record, token: { ...record.token, refresh_token: 'other-r' } } }
    await beginSession(context, visit as never, { name: 'other', login, attempt: {} as never })
    gate.resolve(true)
    expect(await renewing).toMatchObject({ reason: 'session_deleted' })
    expect(app.server.revoked).toEqual([])
  })

  it('an answer brings its cookie, also when another request has renewed another login but has not answered', async () => {
    const { app, browser } = await aliceAt()
    await app.login(browser, { sub: 'alice', provider: 'other' })
    app.clock.time += 3600
    const [answered, lost] = [await browser.open(), await browser.open()]
    expect(await answered.client('demo')()).toBe(200)
    expect(await lost.client('other')()).toBe(200)
    expect(browser.take(answered).length).toBeGreaterThan(0)
  })
})
