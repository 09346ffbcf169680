import { cases } from '../check.js'
import { type Answer, vacantUrl, withServer } from '../server.js'
import type { TransportCheck } from './check.js'
import { fails, tokenRequest } from './send.js'

/** Cuts an answer off in the middle, after the head and the first half have had the time to be read. */
function half(cut: (response: Parameters<Answer>[0]) => void): Answer {
  return (response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 30 })
    response.write('{"access_token":', () => setTimeout(() => cut(response), 50))
  }
}

export const failure: TransportCheck = {
  id: 'transport.failure',
  title: 'tells apart why there is no answer, and whether the request can have arrived',
  run: (transport) =>
    cases({
      'connection refused': async () => fails(transport, tokenRequest(await vacantUrl()), { reason: 'refused', sent: 'no' }),
      'no such host': () => fails(transport, tokenRequest('http://nonexistent.invalid/token'), { reason: 'dns', sent: 'no' }),
      'reset before the answer': () =>
        withServer(
          (response) => response.socket?.resetAndDestroy(),
          ({ url }) => fails(transport, tokenRequest(url), { reason: 'reset', sent: 'maybe' }),
        ),
      'closed before the answer': () =>
        withServer(
          (response) => response.socket?.end(),
          ({ url }) => fails(transport, tokenRequest(url), { reason: 'reset', sent: 'maybe' }),
        ),
      'reset in the middle of the body': () =>
        withServer(
          half((response) => response.socket?.resetAndDestroy()),
          ({ url }) => fails(transport, tokenRequest(url), { reason: 'reset', sent: 'maybe' }),
        ),
      'closed in the middle of the body': () =>
        withServer(
          half((response) => response.socket?.end()),
          ({ url }) => fails(transport, tokenRequest(url), { reason: 'reset', sent: 'maybe' }),
        ),
    }),
}
