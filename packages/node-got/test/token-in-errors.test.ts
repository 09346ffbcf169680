import { Console } from 'node:console'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable, Writable } from 'node:stream'
import { inspect } from 'node:util'
import type { OAuth2SessionOptions } from '@oauth/node-got'
import got, { type Got, type OptionsInit, RequestError } from 'got'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { json, startWorld, type World } from './world.js'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

const PLACEMENTS = ['header', 'query', 'body'] as const
/** What the token of a test looks like wherever it is. */
const TOKEN = /access-\d|access_token/

/** A POST with a form, so that the token can be in each place. */
const FORM = { method: 'POST', form: { a: '1' } } as const satisfies OptionsInit

/** All that a log shows of a value. */
function logged(value: unknown): string {
  let printed = ''
  const stdout = new Writable({
    write(chunk, _encoding, done) {
      printed += chunk
      done()
    },
  })
  new Console({ stdout, stderr: stdout }).error(value)
  return [printed, inspect(value, { depth: null, maxStringLength: null, maxArrayLength: null }), JSON.stringify(value)].join('\n')
}

/** What a call ends with, which nobody may find a token in. */
async function errorOf(call: PromiseLike<unknown>): Promise<RequestError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof RequestError)) throw new Error('The call was to fail with an error of got.', { cause: error })
  expect(logged(error)).not.toMatch(TOKEN)
  expect(`${error.message} ${error.stack}`).not.toMatch(TOKEN)
  for (const options of [error.options, error.request?.options, error.response?.request.options]) {
    expect(logged(options)).not.toMatch(TOKEN)
  }
  for (const url of [error.response?.url, error.response?.requestUrl, error.request?.requestUrl]) expect(String(url)).not.toMatch(TOKEN)
  return error
}

/** A port where nobody listens. */
async function refusing(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return `http://127.0.0.1:${port}`
}

describe.each(PLACEMENTS)('LG02: got’s errors of a call with the token in the %s hold none', (tokenPlacement) => {
  const open = (options?: Partial<OAuth2SessionOptions>) => world.session({ tokenPlacement, ...options })

  /** The token was sent: that nobody finds it afterwards means something. */
  function expectSent(times = 1): void {
    expect(world.seen).toHaveLength(times)
    for (const request of world.seen) expect(JSON.stringify(request)).toContain('access-1')
  }

  it('HTTPError', async () => {
    const { http } = await open()
    world.on('/gone', (_seen, response) => json(response, 404, {}))
    expect(await errorOf(http(`${world.api}/gone?b=2`, FORM))).toMatchObject({ name: 'HTTPError', options: { body: 'a=1' } })
    expectSent()
  })

  it('RequestError: a refused connection', async () => {
    const url = await refusing()
    const { http } = await open()
    expect(await errorOf(http(url, FORM))).toMatchObject({ name: 'RequestError', code: 'ECONNREFUSED' })
  })

  it('TimeoutError', async () => {
    const { http } = await open()
    world.on('/silent', () => undefined)
    expect(await errorOf(http(`${world.api}/silent`, { ...FORM, timeout: { response: 50 } }))).toMatchObject({ name: 'TimeoutError' })
    expectSent()
  })

  it('ParseError, which got throws after all hooks', async () => {
    const { http } = await open()
    world.on('/page', (_seen, response) => response.end('<html>'))
    expect(await errorOf(http(`${world.api}/page`, FORM).json())).toMatchObject({ name: 'ParseError' })
    expectSent()
  })

  it('the 401 that stays one', async () => {
    const { http } = await open()
    world.on('/closed', (_seen, response) => json(response, 401, {}))
    expect(await errorOf(http(`${world.api}/closed`, FORM))).toMatchObject({ name: 'HTTPError' })
    expect(JSON.stringify(world.seen[1])).toContain('access-2')
  })

  it('the error of a hook of the application that throws before the request is made', async () => {
    const session = await open()
    const http = session.http.extend({
      hooks: {
        beforeRequest: [
          () => {
            throw new Error('mine')
          },
        ],
      },
    })
    expect(await errorOf(http(`${world.api}/me`, FORM))).toMatchObject({ message: 'mine' })
    expect(world.seen).toHaveLength(0)
  })

  it('an error event of a stream', async () => {
    const { http } = await open()
    world.on('/gone', (_seen, response) => json(response, 404, {}))
    const stream = http.stream(`${world.api}/gone`, FORM)
    const failed = once(stream, 'error').then(([error]) => Promise.reject(error))
    expect(await errorOf(failed)).toMatchObject({ name: 'HTTPError' })
    expectSent()
  })

  it('a retry has the token again, at its place, and the error after it has none', async () => {
    const shown: string[] = []
    const { http } = await open({
      http: got.extend({
        retry: { limit: 2, methods: ['POST'], calculateDelay: ({ computedValue }) => Math.min(computedValue, 1) },
        hooks: { beforeRetry: [(error) => void shown.push(error.name)] },
      }),
    })
    world.on('/busy', (_seen, response) => json(response, 503, {}))
    expect(await errorOf(http(`${world.api}/busy`, FORM))).toMatchObject({ name: 'HTTPError' })
    expect(shown).toEqual(['HTTPError', 'HTTPError'])
    expectSent(3)
    const [first, ...others] = world.seen.map(({ path, headers: { authorization }, body }) => ({ path, authorization, body }))
    expect(others).toEqual([first, first])
  })
})

describe('LG02: where got makes no request, or asks no hook', () => {
  it('an answer from the cache', async () => {
    const session = await world.session()
    world.on('/gone', (_seen, response) => json(response, 404, {}, { 'cache-control': 'public, max-age=60' }))
    const cache = new Map()
    const fromCache: (boolean | undefined)[] = []
    for (let call = 0; call < 2; call += 1) {
      const { response } = await errorOf(session.http.get(`${world.api}/gone`, { cache }))
      fromCache.push(response?.isFromCache)
    }
    expect(fromCache).toEqual([false, true])
  })

  it.each(PLACEMENTS)('an answer that a hook of the application makes: token in the %s', async (tokenPlacement) => {
    const session = await world.session({ tokenPlacement })
    const answer = () => Object.assign(Readable.from(['{}']), { statusCode: 404, headers: {} })
    const http = session.http.extend({ hooks: { beforeRequest: [() => answer() as never] } })
    expect(await errorOf(http(`${world.api}/gone?b=2`, FORM))).toMatchObject({ message: expect.stringContaining('/gone?b=2') })
    expect(world.seen).toHaveLength(0)
  })

  it.each(['header', 'query'] as const)('a call that its signal ends: token in the %s', async (tokenPlacement) => {
    const session = await world.session({ tokenPlacement })
    const ending = new AbortController()
    world.on('/silent', () => ending.abort())
    const call = session.http.get(`${world.api}/silent`, { signal: ending.signal })
    expect(await errorOf(call)).toMatchObject({ name: 'AbortError' })
    expect(world.seen).toHaveLength(1)
  })

  it('a retry that cannot be, because its body is gone', async () => {
    const session = await world.session()
    world.on('/busy', (_seen, response) => json(response, 503, {}))
    const call = session.http.put(`${world.api}/busy`, {
      body: Readable.from(['a']),
      retry: { calculateDelay: ({ computedValue }) => Math.min(computedValue, 1) },
    })
    expect(await errorOf(call)).toMatchObject({ message: 'Cannot retry with consumed body stream' })
    expect(world.authorizations()).toEqual(['Bearer access-1'])
  })
})

describe('LG02: what is the application’s stays', () => {
  it('its own authorization header', async () => {
    const session = await world.session()
    world.on('/gone', (_seen, response) => json(response, 404, {}))
    const error = await errorOf(session.http.get(`${world.api}/gone`, { headers: { authorization: 'Basic mine' } }))
    expect(error.options.headers).toMatchObject({ authorization: 'Basic mine' })
    expect(world.authorizations()).toEqual(['Basic mine'])
  })

  it('its hooks, those of the instance too: they are given the error without the token', async () => {
    const shown: string[] = []
    const http: Got = got.extend({
      hooks: {
        beforeError: [
          (error) => {
            shown.push(logged(error))
            return Object.assign(new Error('mine'), { cause: error })
          },
        ],
      },
    })
    const session = await world.session({ http })
    world.on('/gone', (_seen, response) => json(response, 410, {}))
    await expect(session.http.get(`${world.api}/gone`)).rejects.toThrow('mine')
    expect(shown).toHaveLength(1)
    expect(shown[0]).toContain('HTTPError')
    expect(shown[0]).not.toMatch(TOKEN)
  })

  it('an error that is an answer: throwHttpErrors: false', async () => {
    const session = await world.session()
    world.on('/gone', (_seen, response) => json(response, 404, {}))
    const { statusCode, request } = await session.http.get(`${world.api}/gone`, { throwHttpErrors: false })
    expect(statusCode).toBe(404)
    expect(logged(request.options)).not.toMatch(TOKEN)
  })
})
