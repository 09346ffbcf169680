import type { Form } from '@oauth/core/adapter'
import type { Got } from 'got'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startWorld, type World } from './world.js'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

/** A session whose hook adds to the form of each call, asynchronously. */
async function hooked(more: Form = []): Promise<Got> {
  const session = await world.session()
  session.registerComplianceHook('protected_request', async (request) =>
    more.length === 0 ? { ...request } : { ...request, form: [...(request.form ?? []), ...more] },
  )
  return session.http
}

describe('S63: protected_request', () => {
  it('a call that is repeated after a 401 still has its own headers', async () => {
    const http = await hooked()
    world.forget()
    await http.get(`${world.api}/me`, { headers: { mine: '1' } })
    expect(world.seen.map(({ headers }) => headers['mine'])).toEqual(['1', '1'])
  })

  it('a form that the hook leaves alone is sent as it is spelt', async () => {
    const http = await hooked()
    await http.post(`${world.api}/me`, { body: 'a=1%202&b', headers: FORM })
    expect(world.seen.map(({ body }) => body)).toEqual(['a=1%202&b'])
  })

  it('a form that the hook makes longer is sent with its own length, also when it is repeated', async () => {
    const http = await hooked([['site', 'c']])
    world.forget()
    await http.post(`${world.api}/me`, { form: { a: '1' } })
    expect(world.seen.map(({ body, headers }) => [body, headers['content-length']])).toEqual(Array(2).fill(['a=1&site=c', '10']))
  })
})
