import { equal } from 'node:assert/strict'
import { withServer } from '../server.js'
import type { TransportCheck } from './check.js'
import { getRequest, send, tokenRequest } from './send.js'

export const cookies: TransportCheck = {
  id: 'transport.cookies',
  title: 'cookies that a server sets are not sent with the next request',
  run: (transport) =>
    withServer(
      (response) => response.writeHead(200, { 'set-cookie': 'sid=1; Path=/' }).end('{}'),
      async ({ url, requests }) => {
        await send(transport, getRequest(url))
        await send(transport, getRequest(url))
        await send(transport, tokenRequest(url))
        for (const { headers } of requests) equal(headers.cookie, undefined, 'a cookie was sent')
      },
    ),
}
