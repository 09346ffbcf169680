import { equal } from 'node:assert/strict'
import { cases } from '../check.js'
import { withServer } from '../server.js'
import type { TransportCheck } from './check.js'
import { getRequest, send, tokenRequest } from './send.js'

const STATUSES = [200, 201, 204, 206, 400, 401, 403, 404, 413, 429, 500, 501, 502, 503, 504]

export const status: TransportCheck = {
  id: 'transport.status',
  title: 'resolves for every status, with its body',
  run: (transport) =>
    cases(
      Object.fromEntries(
        STATUSES.flatMap((code) =>
          [getRequest, tokenRequest].map((request) => [
            `${code} to a ${request('').method}`,
            () =>
              withServer(
                (response) => {
                  response.writeHead(code, {
                    'content-type': 'application/json',
                    ...(code === 401 ? { 'www-authenticate': 'Basic realm="x"' } : {}),
                  })
                  response.end(code === 204 ? undefined : `{"status":${code}}`)
                },
                async ({ url }) => {
                  const answer = await send(transport, request(url))
                  equal(answer.status, code, 'another status came back')
                  equal(new TextDecoder().decode(answer.body), code === 204 ? '' : `{"status":${code}}`, 'another body came back')
                },
              ),
          ]),
        ),
      ),
    ),
}
