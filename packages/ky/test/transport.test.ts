import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { testTransport } from '@oauth/conformance'
import type { HttpRequest } from '@oauth/core/adapter'
import { kyTransport } from '@oauth/ky'
import ky, { replaceOption } from 'ky'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const POST = { endpoint: 'token', method: 'POST', headers: {}, body: 'a=1', maxBytes: 1000, timeoutMs: 1000 } as const

describe('kyTransport', () => {
  testTransport(it, () => kyTransport())

  it('F02, LG06: a failure names the server that could not be reached, and not the path', async () => {
    await expect(kyTransport()({ ...POST, url: 'http://127.0.0.1:1/canary' }, {})).rejects.toMatchObject({
      message: 'The request to the token endpoint at http://127.0.0.1:1 failed: the connection was refused.',
    })
  })
})

/** An instance as applications have them: everything on it is meant for an API, and would do harm elsewhere. */
describe('kyTransport of an instance with defaults of its own', () => {
  const instance = ky.create({
    prefix: 'https://api.example/v1',
    baseUrl: 'https://api.example/v2/',
    searchParams: { key: 'api' },
    headers: { authorization: 'Bearer api', cookie: 'api=1', 'x-api-key': 'api', 'content-type': 'application/json' },
    json: { api: 1 },
    credentials: 'include',
    redirect: 'follow',
    mode: 'no-cors',
    retry: { limit: 5, methods: ['get', 'post'], statusCodes: [400, 429, 500, 503] },
    timeout: 1,
    totalTimeout: 1,
    signal: AbortSignal.abort(),
    throwHttpErrors: true,
    parseJson: () => ({ api: 1 }),
    onUploadProgress: () => undefined,
    onDownloadProgress: () => undefined,
    hooks: {
      init: [(options) => void Object.assign(options, { headers: { 'x-api-key': 'api' } })],
      beforeRequest: [() => new Response('{"hook":1}')],
      afterResponse: [() => new Response('{"hook":1}')],
    },
  })
  testTransport(it, () => kyTransport(instance))
})

describe('what the token endpoint sees of an instance', () => {
  const received: { url: string | undefined; headers: NodeJS.Dict<string | string[]> }[] = []
  let request: HttpRequest
  const server = createServer((incoming, response) => {
    received.push({ url: incoming.url, headers: incoming.headers })
    incoming.resume().on('end', () => response.end('{}'))
  })
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    request = { ...POST, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token` }
  })
  afterAll(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })

  it('TR18: no header, no search parameter; and a body of known length, also where the instance shows progress', async () => {
    await kyTransport(ky.create({ searchParams: 'key=api', headers: { 'x-api-key': 'api' }, onUploadProgress: () => undefined }))(
      request,
      {},
    )
    const { url, headers } = received.at(-1) ?? { headers: {} }
    expect(url).toBe('/token')
    expect(headers).not.toHaveProperty('x-api-key')
    expect(headers).toMatchObject({ 'content-length': '3' })
  })

  it.each([
    ['an object', { 'User-Agent': 'mine/1.0', 'x-api-key': 'api' }],
    ['`Headers`', new Headers({ 'user-agent': 'mine/1.0', cookie: 'api=1' })],
    ['pairs', [['user-agent', 'mine/1.0']]],
  ])('B6, Authlib #704: the user agent that its headers name, as %s; one that the request has goes before it', async (_how, headers) => {
    const transport = kyTransport(ky.create({ headers: headers as Record<string, string> }).extend({ retry: 1 }))
    await transport(request, {})
    expect(received.at(-1)?.headers).toMatchObject({ 'user-agent': 'mine/1.0' })
    expect(received.at(-1)?.headers).not.toHaveProperty('x-api-key')
    expect(received.at(-1)?.headers).not.toHaveProperty('cookie')
    await transport({ ...request, headers: { 'user-agent': 'of the request' } }, {})
    expect(received.at(-1)?.headers).toMatchObject({ 'user-agent': 'of the request' })
  })

  it('B6: where it names none, or takes it back, that of `fetch`', async () => {
    const mine = ky.create({ headers: { 'user-agent': 'mine' } })
    const none = { 'user-agent': undefined }
    for (const instance of [ky, mine.extend({ headers: none }), mine.extend({ headers: replaceOption(none) })]) {
      await kyTransport(instance)(request, {})
      expect(received.at(-1)?.headers).toMatchObject({ 'user-agent': 'node' })
    }
  })

  it('its `fetch` sends them, with the options that are meant for `fetch` alone', async () => {
    const sent: unknown[] = []
    const instance = ky.create({
      ...({ dispatcherOfMine: 'proxy' } as object),
      oauth: { withholdToken: true },
      fetch: (input, init) => {
        sent.push((input as Request).url, init)
        return fetch(input, init)
      },
    })
    expect(await kyTransport(instance)(request, {})).toMatchObject({ status: 200 })
    expect(sent).toEqual([request.url, { dispatcherOfMine: 'proxy' }])
  })
})
