import { request } from 'node:http'
import { connect } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type HostileServer, startHostileServer } from '../src/index.ts'

let server: HostileServer
beforeEach(async () => {
  server = await startHostileServer()
})
afterEach(() => server.close())

interface Seen {
  readonly status: number | undefined
  readonly bytes: number
  readonly end: 'complete' | 'cut' | 'open'
  readonly code: string | undefined
}

/** What a plain client sees of `/token` within `ms`. */
function see(ms: number): Promise<Seen> {
  return new Promise((resolve) => {
    let status: number | undefined
    let bytes = 0
    let code: string | undefined
    const finish = (end: Seen['end']): void => {
      clearTimeout(timer)
      resolve({ status, bytes, end, code })
      outgoing.destroy()
    }
    const timer = setTimeout(() => finish('open'), ms)
    const outgoing = request(`${server.url}/token`, { method: 'POST', agent: false }, (response) => {
      status = response.statusCode
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
      })
      response.on('error', (error: NodeJS.ErrnoException) => {
        code = error.code
      })
      response.on('close', () => finish(response.complete ? 'complete' : 'cut'))
    })
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      code = error.code
      if (status === undefined) finish('cut')
    })
    outgoing.end('grant_type=x')
  })
}

test('answers in turn, the last one repeats, a function sees the request, and all is logged', async () => {
  const post = async (body: string) => {
    const response = await fetch(`${server.url}/token?q=1`, { method: 'POST', body, headers: { 'x-a': '1' } })
    return [response.status, await response.text()]
  }
  expect((await post('')).at(0)).toBe(404)
  server.answer('token', { status: 500 }, { body: { ok: true } }, async ({ body }) => ({ status: 201, body: `saw ${body}` }))
  expect(await post('a')).toEqual([500, ''])
  expect(await post('b')).toEqual([200, '{"ok":true}'])
  expect(await post('c')).toEqual([201, 'saw c'])
  expect(await post('d')).toEqual([201, 'saw d'])
  server.answer('/token', { status: 204 })
  expect(await post('e')).toEqual([204, ''])
  server.answer('token', () => {
    throw new Error('oops')
  })
  expect(await post('f')).toEqual([500, 'script for /token?q=1 failed: Error: oops'])
  expect(server.requestsTo('token').map(({ body }) => body)).toEqual(['', 'a', 'b', 'c', 'd', 'e', 'f'])
  expect(server.requests[1]).toMatchObject({ method: 'POST', url: '/token?q=1', headers: { 'x-a': '1' } })
})

test('reset', async () => {
  server.answer('token', { fault: 'reset' })
  expect(await see(2000)).toEqual({ status: undefined, bytes: 0, end: 'cut', code: 'ECONNRESET' })
  expect(server.requests[0]?.body).toBe('grant_type=x')
})

test.each(['reset-mid-body', 'truncated'] as const)('%s', async (fault) => {
  server.answer('token', { fault })
  expect(await see(2000)).toMatchObject({ status: 200, bytes: 17, end: 'cut', code: 'ECONNRESET' })
})

test.each([
  ['reset-mid-body', 'ECONNRESET'],
  ['truncated', 'end'],
] as const)('%s ends the connection with %s', async (fault, ending) => {
  server.answer('token', { fault })
  const seen = await new Promise((resolve) => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code))
    socket.on('end', () => resolve('end'))
    socket.resume().write('GET /token HTTP/1.1\r\nHost: x\r\n\r\n')
  })
  expect(seen).toBe(ending)
})

test('drip', async () => {
  server.answer('token', { fault: 'drip' })
  const seen = await see(1300)
  expect(seen).toMatchObject({ status: 200, end: 'open' })
  expect(seen.bytes).toBe(2)
})

test('silence', async () => {
  server.answer('token', { fault: 'silence' })
  expect(await see(300)).toEqual({ status: undefined, bytes: 0, end: 'open', code: undefined })
})

test('endless', async () => {
  server.answer('token', { fault: 'endless' })
  const seen = await see(300)
  expect(seen).toMatchObject({ status: 200, end: 'open' })
  expect(seen.bytes).toBeGreaterThan(1024 * 1024)
})

test('gzip-bomb', async () => {
  server.answer('token', { fault: 'gzip-bomb' })
  expect((await see(5000)).bytes).toBeLessThan(256 * 1024)
  const inflated = await (await fetch(`${server.url}/token`)).text()
  expect(inflated.length).toBeGreaterThan(64 * 1024 * 1024)
  expect(Object.keys(JSON.parse(inflated))).toEqual(['pad'])
})

test('redirect', async () => {
  server.answer('token', { fault: 'redirect', status: 307, location: 'http://localhost/else' })
  const response = await fetch(`${server.url}/token`, { redirect: 'manual' })
  expect([response.status, response.headers.get('location')]).toEqual([307, 'http://localhost/else'])
})

test('close() does not wait for an answer that never comes', async () => {
  server.answer('token', { fault: 'silence' })
  const pending = see(5000)
  while (server.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  await server.close()
  expect((await pending).end).toBe('cut')
})

test('metadata names this server', () => {
  expect(server.metadata({ issuer: 'http://other' })).toMatchObject({ issuer: 'http://other', token_endpoint: `${server.url}/token` })
})
