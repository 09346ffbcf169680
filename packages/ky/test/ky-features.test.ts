import { inspect } from 'node:util'
import ky, { HTTPError, type KyInstance, NetworkError, TimeoutError } from 'ky'
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from 'vitest'
import { json, startWorld, type World } from './world.js'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

describe('session.http is a ky instance', () => {
  it('in its type and in its members', async () => {
    const session = await world.session()
    expectTypeOf(session.http).toEqualTypeOf<KyInstance>()
    expectTypeOf(session.extend(ky)).toEqualTypeOf<KyInstance>()
    expect(Object.keys(session.http)).toEqual(Object.keys(ky))
  })

  it('json(), text(), bytes() and the plain answer work', async () => {
    const { http } = await world.session()
    expect(await http.get(`${world.api}/me`).json<{ path: string }>()).toMatchObject({ path: '/me' })
    expect(await http(`${world.api}/me`).text()).toContain('/me')
    expect((await http.get(`${world.api}/me`).bytes()).length).toBeGreaterThan(10)
    expect((await http.get(new Request(`${world.api}/me`))).ok).toBe(true)
    expect(world.seen[0]?.headers.accept).toBe('application/json')
  })

  it('prefix and searchParams of the instance apply to the application’s calls', async () => {
    const session = await world.session({ http: ky.create({ prefix: `${world.api}/v1`, searchParams: { a: 1 } }) })
    expect(await session.http.get('me', { searchParams: { b: 2 } }).json()).toMatchObject({ path: '/v1/me?a=1&b=2' })
    expect(world.authorizations()).toEqual(['Bearer access-1'])
  })

  it('extend keeps the authorisation; create begins anew', async () => {
    const session = await world.session()
    const extended = session.http.extend({ prefix: world.api, headers: { 'x-mine': '1' } }).extend({ throwHttpErrors: false })
    await extended.get('me')
    await session.http.create({ throwHttpErrors: false }).get(`${world.api}/me`)
    expect(world.authorizations()).toEqual(['Bearer access-1', undefined])
    expect(world.seen[0]?.headers['x-mine']).toBe('1')
  })

  it('a `fetch` of the instance, of one that extends it, and of one call sends with the token', async () => {
    const used: string[] = []
    const fetchOf =
      (name: string): typeof fetch =>
      (input, init) => {
        used.push(name)
        return fetch(input, init)
      }
    const session = await world.session({ http: ky.create({ fetch: fetchOf('instance') }) })
    await session.http.get(`${world.api}/me`)
    const extended = session.http.extend(({ fetch }) => ({
      fetch: (...call) => {
        used.push('around')
        return fetch?.(...call) ?? Promise.reject(new Error('The fetch of the instance is not there.'))
      },
    }))
    await extended.get(`${world.api}/me`)
    await session.http.get(`${world.api}/me`, { fetch: fetchOf('call') })
    expect(used).toEqual(['instance', 'around', 'instance', 'call'])
    expect(world.authorizations()).toEqual(Array(3).fill('Bearer access-1'))
  })
})

describe('SC05: ky’s own retries, each authorised anew', () => {
  it('503, then 200: each attempt carries the token of its moment', async () => {
    const session = await world.session()
    let count = 0
    world.on('/flaky', async (_seen, response) => {
      count += 1
      if (count > 1) return json(response, 200, {})
      await session.refreshToken()
      json(response, 503, {}, { 'retry-after': '0' })
    })
    expect((await session.http.put(`${world.api}/flaky`, { json: { a: 1 } })).status).toBe(200)
    expect(world.authorizations()).toEqual(['Bearer access-1', 'Bearer access-2'])
    expect(world.seen.map(({ body }) => body)).toEqual(['{"a":1}', '{"a":1}'])
  })

  it('a connection that breaks is retried by ky', async () => {
    const session = await world.session()
    let count = 0
    world.on('/broken', (_seen, response) => {
      count += 1
      return count === 1 ? response.destroy() : json(response, 200, {})
    })
    expect((await session.http.get(`${world.api}/broken`, { retry: { delay: () => 0 } })).status).toBe(200)
    expect(world.authorizations()).toEqual(['Bearer access-1', 'Bearer access-1'])
  })

  it('ky.retry() of a hook begins an attempt with a token of its own', async () => {
    const session = await world.session()
    world.on('/later', (_seen, response) => json(response, 200, { ready: world.seen.length > 1 }))
    const http = session.http.extend({
      retry: { delay: () => 0 },
      hooks: { afterResponse: [async ({ response }) => ((await response.json<{ ready: boolean }>()).ready ? undefined : ky.retry())] },
    })
    expect(await http.get(`${world.api}/later`).json()).toEqual({ ready: true })
    expect(world.authorizations()).toEqual(['Bearer access-1', 'Bearer access-1'])
  })
})

describe('hooks of the application', () => {
  it('see one call, whether they were registered before or after the authorisation: a 401 that was repeated did not happen', async () => {
    const ran: string[] = []
    const hooks = (name: string) => ({
      hooks: {
        init: [() => void ran.push(`${name} init`)],
        beforeRequest: [() => void ran.push(`${name} beforeRequest`)],
        afterResponse: [({ response }: { response: Response }) => void ran.push(`${name} afterResponse ${response.status}`)],
      },
    })
    const session = await world.session({ http: ky.create(hooks('early')) })
    world.forget()
    await session.http.extend(hooks('late')).get(`${world.api}/me`)
    expect(ran).toEqual([
      'early init',
      'late init',
      'early beforeRequest',
      'late beforeRequest',
      'early afterResponse 200',
      'late afterResponse 200',
    ])
  })

  it('a hook that sets an authorization of its own decides', async () => {
    const session = await world.session()
    const http = session.http.extend({
      hooks: { beforeRequest: [({ request }) => request.headers.set('authorization', 'Basic bWluZQ==')] },
    })
    await http.get(`${world.api}/me`, { throwHttpErrors: false })
    expect(world.authorizations()).toEqual(['Basic bWluZQ=='])
  })

  it('a hook that answers by itself sends nothing', async () => {
    const session = await world.session()
    const http = session.http.extend({ hooks: { beforeRequest: [() => Response.json({ mine: 1 })] } })
    expect(await http.get(`${world.api}/me`).json()).toEqual({ mine: 1 })
    expect(world.seen).toHaveLength(0)
  })

  it('context and further members of the call reach them', async () => {
    const session = await world.session()
    const contexts: unknown[] = []
    const http = session.http.extend({ hooks: { beforeRequest: [({ options }) => void contexts.push(options.context)] } })
    await http.get(`${world.api}/me`, { context: { mine: 1 } })
    expect(contexts).toEqual([{ mine: 1 }])
  })

  it('beforeError gets what was thrown, our own errors too', async () => {
    const session = await world.session()
    world.on('/gone', (_seen, response) => json(response, 410, {}))
    const names: string[] = []
    const http = session.http.extend({
      hooks: {
        beforeError: [
          ({ error }) => {
            names.push(error.name)
            return new Error('mine', { cause: error })
          },
        ],
      },
    })
    await expect(http.get(`${world.api}/gone`)).rejects.toThrow('mine')
    await expect(http.get('http://api.example.invalid/')).rejects.toThrow('mine')
    expect(names).toEqual(['HTTPError', 'UsageError'])
  })
})

describe('streams', () => {
  it('a download is handed on as it comes', async () => {
    const session = await world.session()
    const gate = Promise.withResolvers<void>()
    world.on('/file', async (_seen, response) => {
      response.write('first')
      await gate.promise
      response.end('last')
    })
    const { body } = await session.http.get(`${world.api}/file`)
    const chunks: string[] = []
    for await (const chunk of body ?? []) {
      chunks.push(new TextDecoder().decode(chunk))
      gate.resolve()
    }
    expect(chunks).toEqual(['first', 'last'])
  })

  it('an upload is sent as it comes', async () => {
    const session = await world.session()
    const body = new Blob(['a', 'b']).stream()
    expect(await session.http.post(`${world.api}/me`, { body }).json()).toMatchObject({ method: 'POST', body: 'ab' })
    expect(world.authorizations()).toEqual(['Bearer access-1'])
  })

  it.each([
    ['a form', new URLSearchParams('a=1')],
    ['a text', 'a=1'],
    ['nothing', undefined],
  ])('RFC 6750 §2.2: a form that a hook puts in the place of %s is the one that carries the token', async (_kind, body) => {
    const session = await world.session({ tokenPlacement: 'body' })
    world.on('/form', (_seen, response) => json(response, 200, {}))
    const hooks = {
      beforeRequest: [({ request }: { request: Request }) => new Request(request, { method: 'POST', body: new URLSearchParams('b=2') })],
    }
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    await session.http.post(`${world.api}/form`, { ...(body === undefined ? {} : { body }), headers, hooks })
    expect(world.seen.map(({ body }) => body)).toEqual(['b=2&access_token=access-1'])
  })

  it('progress of up- and download is shown, on a repeated attempt too', async () => {
    const session = await world.session()
    world.forget()
    const shown = new Set<string>()
    const answer = session.http.post(`${world.api}/me`, {
      body: 'a=1',
      onUploadProgress: ({ percent }) => void shown.add(`up ${percent}`),
      onDownloadProgress: ({ percent }) => void shown.add(`down ${percent}`),
    })
    expect(await answer.json()).toMatchObject({ body: 'a=1' })
    expect(shown).toContain('up 1')
    expect(shown).toContain('down 1')
    expect(world.seen.map(({ body }) => body)).toEqual(['a=1', 'a=1'])
  })
})

describe('abort and timeouts', () => {
  it('a call is aborted while it is under way', async () => {
    const session = await world.session()
    const controller = new AbortController()
    world.on('/slow', () => controller.abort())
    await expect(session.http.get(`${world.api}/slow`, { signal: controller.signal })).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('a call that waits for a renewal is aborted at once; the renewal goes on for the others', async () => {
    const session = await world.session()
    await session.setToken({ ...session.token, access_token: 'old', expires_at: 1 })
    const gate = world.holdToken()
    const controller = new AbortController()
    const aborted = session.http.get(`${world.api}/me`, { signal: controller.signal })
    const waiting = session.http.get(`${world.api}/me`)
    await gate.asked
    controller.abort(new Error('no longer wanted'))
    await expect(aborted).rejects.toThrow('no longer wanted')
    gate.open()
    expect((await waiting).status).toBe(200)
    expect(world.tokenRequests).toHaveLength(1)
    expect(world.authorizations()).toEqual(['Bearer access-2'])
  })

  it('one that waits because of a 401 is aborted, too', async () => {
    const session = await world.session()
    world.forget()
    const gate = world.holdToken()
    const controller = new AbortController()
    const aborted = session.http.get(`${world.api}/me`, { signal: controller.signal })
    await gate.asked
    controller.abort(new Error('no longer wanted'))
    await expect(aborted).rejects.toThrow('no longer wanted')
    gate.open()
    expect((await session.http.get(`${world.api}/me`)).status).toBe(200)
  })

  it.each(['timeout', 'totalTimeout'])('%s ends a call, also one that waits for a renewal', async (name) => {
    const session = await world.session()
    world.on('/slow', () => undefined)
    await expect(session.http.get(`${world.api}/slow`, { [name]: 100 })).rejects.toBeInstanceOf(TimeoutError)
    await session.setToken({ ...session.token, access_token: 'old', expires_at: 1 })
    const gate = world.holdToken()
    await expect(session.http.get(`${world.api}/me`, { [name]: 100 })).rejects.toBeInstanceOf(TimeoutError)
    gate.open()
    expect((await session.http.get(`${world.api}/me`)).status).toBe(200)
  })
})

describe('errors', () => {
  it('ky’s own errors stay ky’s', async () => {
    const session = await world.session()
    world.on('/gone', (_seen, response) => json(response, 410, {}))
    await expect(session.http.get(`${world.api}/gone`)).rejects.toBeInstanceOf(HTTPError)
    await expect(session.http.get('http://127.0.0.1:1/', { retry: 0 })).rejects.toBeInstanceOf(NetworkError)
  })

  it('LG02, LG05: none of them shows the token to whoever logs it', async () => {
    const session = await world.session()
    world.on('/no', (_seen, response) => json(response, 404, {}))
    world.on('/slow', () => undefined)
    const calls = [
      () => session.http.post(`${world.api}/no`, { json: {} }),
      () => session.http.get(`${world.api}/no`, { retry: 0 }),
      () => session.http.get(`${world.api}/slow`, { timeout: 100, retry: 0 }),
      () => session.http.get('http://127.0.0.1:1/', { retry: 0 }),
    ]
    for (const call of calls) {
      const error = await call().catch((thrown: unknown) => thrown)
      expect(inspect(error, { depth: null, showHidden: true })).not.toContain('access-1')
      // What ky hangs on its errors is the application's request, as it was before the token came to it.
      const { request } = error as HTTPError | TimeoutError | NetworkError
      expect(request).toBeInstanceOf(Request)
      expect([...(request?.headers.values() ?? [])].join()).not.toMatch(/access-1|bearer/i)
      expect(request?.headers.has('authorization')).toBe(false)
    }
    expect(world.authorizations()).toEqual(Array(3).fill('Bearer access-1'))
  })
})
