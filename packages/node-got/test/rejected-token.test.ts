import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { HTTPError } from 'got'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { json, startWorld, type World } from './world.js'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

describe('a 401 from the API', () => {
  it.each([
    ['form', { form: { a: '1' } }, 'a=1'],
    ['text', { body: 'a=1' }, 'a=1'],
    ['bytes', { body: new TextEncoder().encode('a=1') }, 'a=1'],
  ])('a body of %s goes along', async (_kind, body, text) => {
    const session = await world.session()
    world.forget()
    await session.http.put(`${world.api}/me`, body)
    expect(world.seen.map((seen) => seen.body)).toEqual([text, text])
  })

  it('retry: { limit: 0 } repeats all the same: it is no retry of got', async () => {
    const session = await world.session()
    world.forget()
    expect((await session.http.get(`${world.api}/me`, { retry: { limit: 0 } })).statusCode).toBe(200)
    expect(world.seen).toHaveLength(2)
  })

  it('an API that answers 401 for ever is asked twice, and its answer is got’s HTTPError', async () => {
    const session = await world.session()
    world.on('/never', (_seen, response) => json(response, 401, { error: 'no' }))
    const error = await session.http.get(`${world.api}/never`).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(HTTPError)
    expect((error as HTTPError).response.statusCode).toBe(401)
    expect(world.seen).toHaveLength(2)
    expect(world.tokenRequests).toHaveLength(1)
  })

  it('throwHttpErrors: false hands the second 401 to the application', async () => {
    const session = await world.session()
    world.on('/never', (_seen, response) => json(response, 401, { error: 'no' }))
    expect((await session.http.get(`${world.api}/never`, { throwHttpErrors: false })).statusCode).toBe(401)
    expect(world.seen).toHaveLength(2)
  })
})

describe('bodies that can be sent only once', () => {
  it.each([
    ['a stream', () => Readable.from(['a', 'b'])],
    [
      'a generator',
      async function* () {
        yield 'ab'
      },
    ],
  ])('%s is not sent again on a 401, but the token is renewed for the next call', async (_kind, body) => {
    const session = await world.session()
    world.forget()
    const stream = body()
    const error = await session.http.post(`${world.api}/me`, { body: stream }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(HTTPError)
    expect((error as HTTPError).response.statusCode).toBe(401)
    expect(world.seen.map((seen) => seen.body)).toEqual(['ab'])
    expect((await session.http.get(`${world.api}/me`)).statusCode).toBe(200)
    expect(world.authorizations()).toEqual(['Bearer access-1', 'Bearer access-2'])
    expect(world.tokenRequests).toHaveLength(1)
  })
})

describe('got.stream', () => {
  it('gets a fresh token before it starts', async () => {
    const session = await world.session()
    await session.setToken({ ...session.token, access_token: 'old', expires_at: 1 })
    world.on('/file', (_seen, response) => response.end('x'.repeat(100_000)))
    expect((await buffer(session.http.stream(`${world.api}/file`))).length).toBe(100_000)
    expect(world.authorizations()).toEqual(['Bearer access-2'])
  })

  it('uploads with the token', async () => {
    const session = await world.session()
    const upload = session.http.stream.post(`${world.api}/me`)
    Readable.from(['a', 'b']).pipe(upload)
    expect(JSON.parse((await buffer(upload)).toString())).toMatchObject({ method: 'POST', body: 'ab' })
    expect(world.authorizations()).toEqual(['Bearer access-1'])
  })

  it('a 401 is got’s own HTTPError', async () => {
    const session = await world.session()
    world.forget()
    const error = await buffer(session.http.stream(`${world.api}/me`)).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(HTTPError)
    expect(world.seen).toHaveLength(1)
  })

  it('our own errors come through it as they are', async () => {
    const session = await world.session()
    await session.setToken({ ...session.token, access_token: 'old', expires_at: 1 })
    world.tokenAnswer(400, { error: 'invalid_grant' })
    await expect(buffer(session.http.stream(`${world.api}/me`))).rejects.toMatchObject({
      name: 'RefreshError',
      code: 'OAUTH_REFRESH_TERMINAL',
    })
    expect(world.seen).toHaveLength(0)
  })
})
