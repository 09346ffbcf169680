import { equal } from 'node:assert/strict'
import { withServer } from '../server.js'
import type { TransportCheck } from './check.js'
import { getRequest, send } from './send.js'

export const headers: TransportCheck = {
  id: 'transport.headers',
  title: 'header names come in lower case, repeated headers joined with ", "',
  run: (transport) =>
    withServer(
      (response) => {
        response.writeHead(401, [
          ...['Content-Type', 'application/json'],
          ...['X-Mixed-CASE', 'Value'],
          ...['WWW-Authenticate', 'Bearer realm="a"'],
          ...['WWW-Authenticate', 'DPoP algs="ES256"'],
          ...['X-Repeated', 'one'],
          ...['x-repeated', 'two'],
        ])
        response.end('{}')
      },
      async ({ url }) => {
        const { headers: received } = await send(transport, getRequest(url))
        for (const name of Object.keys(received)) equal(name, name.toLowerCase(), 'a name is not in lower case')
        equal(received['content-type'], 'application/json', 'the content type is not a string of its own')
        equal(received['x-mixed-case'], 'Value', 'a value is missing')
        equal(received['www-authenticate'], 'Bearer realm="a", DPoP algs="ES256"', 'a repeated header is not joined')
        equal(received['x-repeated'], 'one, two', 'a repeated header is not joined')
      },
    ),
}
