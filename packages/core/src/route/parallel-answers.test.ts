import { describe, expect, it } from 'vitest'
import type { TokenRecord } from '../session/token-record.js'
import { beginSession } from './begin-session.js'
import { SessionVisit } from './session-visit.js'
import { type Call, lifeCycleOf, registered, world } from './testing/world.js'

const two = { providers: { demo: registered, other: { ...registered, clientId: 'client-2' } } }

function recordOf(visit: SessionVisit<Call>): TokenRecord {
  const record = visit.current?.providers['demo']?.record
  if (record === undefined) throw new Error('nobody is logged in')
  return record
}

describe('requests beside each other', () => {
  it('the place of a token is that of the session as it is: a visit that logged in has another', async () => {
    const app = world(two)
    const browser = app.browser()
    await app.login(browser, { sub: 'alice' })
    const inside = await app.inside(browser)
    const anon = await app.inside(app.browser())
    await beginSession(app.context, anon as never, {
      name: 'demo',
      login: { claims: { sub: 'bob' }, record: recordOf(inside) },
      attempt: {} as never,
    })
    expect(anon.place('demo').key).toBe(`t:${anon.current?.id}:demo`)
  })
  it('a renewal that asks whether it can be kept, while a login takes the token along, sends nothing', async () => {
    const app = world(two)
    const browser = app.browser()
    await app.login(browser, { sub: 'alice' })
    const { context } = app
    const gate = Promise.withResolvers<boolean>()
    let held = false
    const slow = await SessionVisit.open(context, browser.request('/'), { writable: () => (held ? gate.promise : true) })
    const logging = await app.inside(browser)
    held = true
    const life = lifeCycleOf(context)
    const renewing = life.renew(slow.place('demo')).catch((e: unknown) => e)
    for (let i = 0; i < 20; i++) await Promise.resolve()
    const rec = recordOf(logging)
    await beginSession(context, logging as never, {
      name: 'other',
      login: { claims: { sub: 'alice' }, record: { ...rec, token: { ...rec.token, refresh_token: 'other-r' } } },
      attempt: {} as never,
    })
    gate.resolve(true)
    const r = await renewing
    expect([(r as { reason?: string }).reason, app.server.revoked]).toEqual(['session_deleted', []])
  })

  it('an answer brings its cookie, also when another request has renewed another login but has not answered', async () => {
    const app = world(two)
    const browser = app.browser()
    await app.login(browser, { sub: 'alice' })
    await app.login(browser, { sub: 'alice', provider: 'other' })
    app.clock.time += 3600
    const a = await browser.open()
    const b = await browser.open()
    expect(await a.client('demo')()).toBe(200)
    expect(await b.client('other')()).toBe(200)
    // A is answered; B's answer never arrives.
    expect(browser.take(a).length).toBeGreaterThan(0)
  })
})
