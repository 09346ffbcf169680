import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { testTransport } from '@oauth/conformance'
import { gotTransport } from '@oauth/node-got'
import got from 'got'
import { describe, expect, it } from 'vitest'

describe('gotTransport', () => {
  testTransport(it, () => gotTransport())

  it('F02, LG06: a failure names the server that could not be reached, and not the path', async () => {
    const request = { endpoint: 'token', method: 'POST', headers: {}, maxBytes: 100, timeoutMs: 1000 } as const
    await expect(gotTransport()({ ...request, url: 'http://127.0.0.1:1/canary' }, {})).rejects.toMatchObject({
      message: 'The request to the token endpoint at http://127.0.0.1:1 failed: the connection was refused.',
    })
  })
})

/** An instance as applications have them: everything on it is meant for an API, and would do harm elsewhere. */
describe('gotTransport of an instance with defaults of its own', () => {
  const cookies: string[] = []
  const instance = got.extend({
    prefixUrl: 'https://api.example/v1',
    allowAbsoluteUrls: false,
    searchParams: { key: 'api' },
    headers: { authorization: 'Bearer api', cookie: 'api=1', 'x-api-key': 'api' },
    cookieJar: { setCookie: async (cookie: string) => cookies.push(cookie), getCookieString: async () => cookies.join('; ') },
    followRedirect: true,
    methodRewriting: true,
    retry: { limit: 5, methods: ['GET', 'POST'], statusCodes: [429, 500, 503] },
    throwHttpErrors: true,
    responseType: 'json',
    decompress: false,
  })
  testTransport(it, () => gotTransport(instance))
})

describe('B6, Authlib #704: the user agent', () => {
  it.each([
    [got.extend({ headers: { 'user-agent': 'mine/1.0' } }), {}, 'mine/1.0'],
    [got.extend({ headers: { 'User-Agent': 'mine/1.0' } }), { 'user-agent': 'of the request' }, 'of the request'],
    [got, {}, expect.stringMatching(/^got /)],
  ])('that of the instance, else that of got; one that the request has goes before it: case %#', async (instance, headers, expected) => {
    const seen: unknown[] = []
    const server = createServer((request, response) => {
      seen.push(request.headers['user-agent'])
      response.end('{}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`
    await gotTransport(instance)({ endpoint: 'token', method: 'POST', url, headers, body: 'a=1', maxBytes: 100, timeoutMs: 1000 }, {})
    expect(seen).toEqual([expected])
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
})

describe('gotTransport of an instance with a cookie jar and a cache', () => {
  const stored: string[] = []
  const cookieJar = { setCookie: async (cookie: string) => stored.push(cookie), getCookieString: async () => 'sid=1' }
  const transport = gotTransport(got.extend({ cookieJar, cache: new Map() }))
  testTransport(it, () => transport)

  it('TR18: stores no cookie', () => {
    expect(stored).toEqual([])
  })

  it('asks again for what the instance would have cached: rotated keys have to be seen', async () => {
    let asked = 0
    const server = createServer((_request, response) => {
      asked += 1
      response.writeHead(200, { 'cache-control': 'max-age=3600' }).end(String(asked))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`
    const request = { endpoint: 'jwks', method: 'GET', url, headers: {}, maxBytes: 100, timeoutMs: 1000 } as const
    await transport(request, {})
    expect(new TextDecoder().decode((await transport(request, {})).body)).toBe('2')
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
})
