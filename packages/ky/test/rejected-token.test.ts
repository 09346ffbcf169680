import { kyClient, type OAuth2Session, type OAuth2SessionOptions } from '@oauth/ky'
import { HTTPError } from 'ky'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { json, startWorld, type World } from './world.js'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

describe('a 401 from the API', () => {
  it.each([
    ['form', () => new URLSearchParams({ a: '1' })],
    ['text', () => 'a=1'],
    ['bytes', () => new TextEncoder().encode('a=1')],
    ['a buffer', () => new TextEncoder().encode('a=1').buffer],
    ['a blob', () => new Blob(['a=1'])],
  ])('a body of %s goes along', async (_kind, body) => {
    const session = await world.session()
    world.forget()
    await session.http.put(`${world.api}/me`, { body: body() })
    expect(world.seen.map((seen) => seen.body)).toEqual(['a=1', 'a=1'])
    expect(world.seen[1]?.headers['content-type']).toBe(world.seen[0]?.headers['content-type'])
  })

  it.each<[string, Partial<OAuth2SessionOptions>, (session: OAuth2Session) => void]>([
    ['with quirks', { quirks: { resourceHeaders: { 'client-id': 'client' } } }, () => undefined],
    [
      'with a hook',
      {},
      (session) =>
        session.registerComplianceHook('protected_request', (request) => ({
          ...request,
          headers: { ...request.headers, 'client-id': 'client' },
        })),
    ],
  ])('the headers of the call go along, %s that names them all', async (_name, options, prepare) => {
    const session = await world.session(options)
    prepare(session)
    world.forget()
    await session.http.get(`${world.api}/me`, { headers: { 'x-own': 'mine', accept: 'text/own' } })
    expect(world.seen).toHaveLength(2)
    for (const { headers } of world.seen) expect(headers).toMatchObject({ 'x-own': 'mine', accept: 'text/own', 'client-id': 'client' })
  })

  it('the answer is given up without waiting for whoever keeps a copy of it, as Next does', async () => {
    const session = await world.session()
    world.forget()
    const copies: Response[] = []
    const copying: typeof fetch = async (input, init) => {
      const response = await fetch(input, init)
      copies.push(response.clone())
      return response
    }
    expect((await session.http.get(`${world.api}/me`, { fetch: copying })).status).toBe(200)
    expect(copies.map(({ status }) => status)).toEqual([401, 200])
  })

  it('a body that a hook made of the application’s goes along as the hook made it', async () => {
    const session = await world.session()
    const http = session.http.extend({
      hooks: { beforeRequest: [({ request }) => new Request(request, { body: 'sealed' })] },
    })
    world.forget()
    await http.post(`${world.api}/me`, { json: { a: 1 } })
    expect(world.seen.map((seen) => seen.body)).toEqual(['sealed', 'sealed'])
  })

  it('a body that an init hook set after ours is known, too', async () => {
    const session = await world.session()
    const http = session.http.extend({ hooks: { init: [(options) => void Object.assign(options, { body: 'late' })] } })
    world.forget()
    await http.post(`${world.api}/me`)
    expect(world.seen.map((seen) => seen.body)).toEqual(['late', 'late'])
  })

  it('retry: 0 repeats all the same: it is no retry of ky', async () => {
    const session = await world.session()
    world.forget()
    expect((await session.http.post(`${world.api}/me`, { retry: 0, json: {} })).status).toBe(200)
    expect(world.seen).toHaveLength(2)
  })

  it('an API that answers 401 for ever is asked twice, and its answer is ky’s HTTPError', async () => {
    const session = await world.session()
    world.on('/never', (_seen, response) => json(response, 401, { error: 'no' }))
    const error = await session.http.get(`${world.api}/never`).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(HTTPError)
    expect((error as HTTPError).response.status).toBe(401)
    expect((error as HTTPError).data).toEqual({ error: 'no' })
    expect(world.seen).toHaveLength(2)
    expect(world.tokenRequests).toHaveLength(1)
  })

  it('throwHttpErrors: false hands the second 401 to the application', async () => {
    const session = await world.session()
    world.on('/never', (_seen, response) => json(response, 401, { error: 'no' }))
    const answer = await session.http.get(`${world.api}/never`, { throwHttpErrors: false })
    expect([answer.status, await answer.json()]).toEqual([401, { error: 'no' }])
    expect(world.seen).toHaveLength(2)
  })

  it('an authoriser that never gives up is asked to repeat once in a call: the limit is the adapter’s', async () => {
    const asked: number[] = []
    const http = kyClient().authorised({
      authorise: ({ url }, attempt) => {
        asked.push(attempt)
        return { url, headers: { authorization: `Bearer ${attempt}` }, tokenHash: String(attempt) }
      },
      answered: () => 'again',
    })
    world.on('/never', (_seen, response) => json(response, 401, {}))
    const retry = { limit: 1, statusCodes: [401], delay: () => 0 }
    await expect(http.get(`${world.api}/never`, { retry })).rejects.toBeInstanceOf(HTTPError)
    expect(asked).toEqual([1, 2, 3])
    expect(world.authorizations()).toEqual(['Bearer 1', 'Bearer 2', 'Bearer 3'])
  })
})

describe('bodies that can be sent only once', () => {
  const stream = () => new Blob(['a', 'b']).stream()

  it.each([
    ['a stream', (url: string) => ({ input: url, options: { body: stream() } })],
    ['a request of the application’s own', (url: string) => ({ input: new Request(url, { method: 'POST', body: 'ab' }), options: {} })],
  ])('%s is not sent again on a 401, but the token is renewed for the next call', async (_kind, call) => {
    const session = await world.session()
    world.forget()
    const { input, options } = call(`${world.api}/me`)
    const error = await session.http.post(input, options).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(HTTPError)
    expect((error as HTTPError).response.status).toBe(401)
    expect(world.seen.map((seen) => seen.body)).toEqual(['ab'])
    expect((await session.http.get(`${world.api}/me`)).status).toBe(200)
    expect(world.authorizations()).toEqual(['Bearer access-1', 'Bearer access-2'])
    expect(world.tokenRequests).toHaveLength(1)
  })

  it('a stream gets a fresh token before it starts', async () => {
    const session = await world.session()
    await session.setToken({ ...session.token, access_token: 'old', expires_at: 1 })
    expect(await session.http.post(`${world.api}/me`, { body: stream(), retry: 0 }).json()).toMatchObject({ body: 'ab' })
    expect(world.authorizations()).toEqual(['Bearer access-2'])
  })
})
