import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { gzipSync } from 'node:zlib'
import { testTransport } from '@oauth/conformance'
import type { HttpRequest } from '@oauth/core/adapter'
import { afterEach, describe, expect, it } from 'vitest'
import { nodeTransport } from '../src/node-transport.js'

describe('nodeTransport', () => testTransport(it, () => nodeTransport()))

describe('an answer that', () => {
  let server: Server | undefined
  afterEach(() => server?.close())

  /** Sends a request to a server that answers with these bytes. */
  async function answered(head: string, body: Uint8Array | string = '') {
    server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', () => socket.end(Buffer.concat([Buffer.from(`HTTP/1.1 ${head}\r\n\r\n`), Buffer.from(body)])))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const request: HttpRequest = {
      endpoint: 'revocation',
      method: 'POST',
      url: `http://127.0.0.1:${port}/`,
      headers: {},
      body: 'token=t',
      maxBytes: 1000,
      timeoutMs: 2000,
    }
    return nodeTransport()(request, {})
  }

  it('RFC 9110 §15.2.2: switches protocols, unasked, is a failure and no promise that is never settled', async () => {
    await expect(answered('101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c')).rejects.toMatchObject({
      code: 'OAUTH_RESET',
      sent: 'maybe',
    })
  })

  it.each(['gzip', 'deflate', 'br'])('RFC 9110 §8.4: says that nothing at all is encoded by %s is an empty one', async (coding) => {
    const { status, body } = await answered(`200 OK\r\nContent-Encoding: ${coding}\r\nContent-Length: 0`)
    expect([status, body.length]).toEqual([200, 0])
  })

  it.each(['gzip', 'GZIP', 'x-gzip'])('RFC 9110 §8.4.1: names its coding %s is decoded', async (coding) => {
    const { body } = await answered(`200 OK\r\nContent-Encoding: ${coding}`, gzipSync('{}'))
    expect(new TextDecoder().decode(body)).toBe('{}')
  })
})
