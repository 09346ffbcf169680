import type { KyInstance } from 'ky'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { json, startWorld, type World } from './world.js'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

/** A session whose hook adds a header, and leaves the rest as it is. */
async function hooked(): Promise<KyInstance> {
  const session = await world.session()
  session.registerComplianceHook('protected_request', (request) => ({
    ...request,
    headers: { ...request.headers, accept: 'b', site: 'c' },
  }))
  return session.http
}

describe('S63: protected_request', () => {
  it('a call that is repeated after a 401 still has its own headers', async () => {
    const http = await hooked()
    world.forget()
    await http.get(`${world.api}/me`, { headers: { mine: '1', accept: 'a' } })
    expect(world.seen.map(({ headers: { mine, accept, site } }) => [mine, accept, site])).toEqual(Array(2).fill(['1', 'b', 'c']))
  })

  it('ky’s errors show the request as the application made it: with its headers, without the token', async () => {
    const http = await hooked()
    world.on('/bad', (_seen, response) => json(response, 404, {}))
    const error = await http.get(`${world.api}/bad`, { headers: { mine: '1', accept: 'a' } }).catch((thrown: unknown) => thrown)
    const { headers } = (error as { request: Request }).request
    expect(Object.fromEntries(headers)).toEqual({ mine: '1', accept: 'a' })
  })

  it('a form that the hook leaves alone is sent as it is spelt', async () => {
    const http = await hooked()
    await http.post(`${world.api}/me`, { body: 'a=1%202&b', headers: FORM })
    expect(world.seen.map(({ body }) => body)).toEqual(['a=1%202&b'])
  })

  it('so is one that a hook of ky put in the place of the application’s', async () => {
    const http = (await hooked()).extend({ hooks: { beforeRequest: [({ request }) => new Request(request, { body: 'a=sealed' })] } })
    await http.post(`${world.api}/me`, { body: new URLSearchParams({ a: '1' }) })
    expect(world.seen.map(({ body }) => body)).toEqual(['a=sealed'])
  })
})

it('S65: with quirks, too, a call that is repeated after a 401 has its own headers', async () => {
  const session = await world.session({ quirks: { resourceHeaders: { accept: 'b' } } })
  world.forget()
  await session.http.get(`${world.api}/me`, { headers: { mine: '1' } })
  expect(world.seen.map(({ headers: { mine, accept } }) => [mine, accept])).toEqual(Array(2).fill(['1', 'b']))
})
