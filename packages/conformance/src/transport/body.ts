import { deepEqual, equal, ok } from 'node:assert/strict'
import { cases } from '../check.js'
import { withServer } from '../server.js'
import type { TransportCheck } from './check.js'
import { getRequest, send, tokenRequest } from './send.js'

/** What encoders like to change: reserved and unreserved characters, escapes in both cases, spaces both ways, several bytes a character. */
const BODY = 'a=1&a=2&plus=+&space=%20&tilde=~&lower=%c3%a9&upper=%C3%A9&raw=é€😀&empty=&line=\r\n&quote="\'&last'
const PATH = '/token?b=2&a=1&escaped=%2F%20+&empty'

export const body: TransportCheck = {
  id: 'transport.body',
  title: 'method, path, headers and body arrive byte for byte',
  run: (transport) =>
    cases({
      'POST with a body': () =>
        withServer(
          (response) => response.end('{}'),
          async ({ url, requests }) => {
            const request = tokenRequest(url + PATH, {
              body: BODY,
              headers: { ...tokenRequest('').headers, 'x-custom': 'Value with  spaces' },
            })
            await send(transport, request)
            const [received] = requests
            ok(received !== undefined, 'nothing arrived')
            equal(received.method, 'POST', 'another method arrived')
            equal(received.url, PATH, 'another path or query arrived')
            equal(received.body.toString('latin1'), Buffer.from(BODY).toString('latin1'), 'another body arrived')
            for (const [name, value] of Object.entries(request.headers))
              equal(received.headers[name], value, `header "${name}" arrived otherwise`)
          },
        ),
      'POST without a body': () =>
        withServer(
          (response) => response.end('{}'),
          async ({ url, requests }) => {
            await send(transport, tokenRequest(url, { body: '' }))
            const [received] = requests
            deepEqual([received?.method, received?.body.length], ['POST', 0], 'another method or a body arrived')
            equal(received?.headers['content-length'] ?? '0', '0', 'the length is not that of the body')
          },
        ),
      GET: () =>
        withServer(
          (response) => response.end('{}'),
          async ({ url, requests }) => {
            await send(transport, getRequest(url + PATH))
            const [received] = requests
            deepEqual([received?.method, received?.url, received?.body.length], ['GET', PATH, 0], 'another method, path or a body arrived')
            equal(received?.headers['content-type'], undefined, 'a content type was made up')
            equal(received?.headers.authorization, undefined, 'credentials were made up')
          },
        ),
      'the answer’s body': () =>
        withServer(
          (response) => response.end(Buffer.from([0xef, 0xbb, 0xbf, 0, 0xff, 0xc3, 0x0d, 0x0a])),
          async ({ url }) => {
            const { body: bytes } = await send(transport, getRequest(url))
            ok(bytes instanceof Uint8Array, 'the body is no Uint8Array')
            deepEqual([...bytes], [0xef, 0xbb, 0xbf, 0, 0xff, 0xc3, 0x0d, 0x0a], 'other bytes came back')
          },
        ),
    }),
}
