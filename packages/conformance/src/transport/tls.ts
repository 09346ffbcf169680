import { equal } from 'node:assert/strict'
import { cases } from '../check.js'
import { withServer } from '../server.js'
import type { TransportCheck } from './check.js'
import { fails, tokenRequest } from './send.js'

export const tls: TransportCheck = {
  id: 'transport.tls',
  title: 'sends nothing to a server whose certificate is not trusted',
  run: (transport) =>
    cases({
      'a certificate that nobody signed': () =>
        withServer(
          (response) => response.end('{}'),
          async ({ url, requests }) => {
            await fails(transport, tokenRequest(url), { reason: 'tls', sent: 'no' })
            equal(requests.length, 0, 'the request was sent')
          },
          { tls: {} },
        ),
      'a server that speaks no TLS': () =>
        withServer(
          (response) => response.end('{}'),
          ({ url }) => fails(transport, tokenRequest(url.replace('http:', 'https:')), { reason: 'tls', sent: 'no' }),
        ),
    }),
}
