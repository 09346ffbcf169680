import { equal } from 'node:assert/strict'
import { cases } from '../check.js'
import { type Answer, withServer } from '../server.js'
import type { TransportCheck } from './check.js'
import { getRequest, send, tokenRequest } from './send.js'

const ANSWERS: Readonly<Record<string, Answer>> = {
  '503 with Retry-After': (response) => response.writeHead(503, { 'retry-after': '0' }).end(),
  '429 with Retry-After': (response) => response.writeHead(429, { 'retry-after': '0' }).end(),
  '500': (response) => response.writeHead(500).end(),
  '408': (response) => response.writeHead(408).end(),
  'a broken connection': (response) => response.socket?.destroy(),
}

export const retry: TransportCheck = {
  id: 'transport.retry',
  title: 'sends once, whatever is answered: a refresh token or code that is sent twice may cost the session',
  run: (transport) =>
    cases(
      Object.fromEntries(
        Object.entries(ANSWERS).flatMap(([name, answer]) =>
          [getRequest, tokenRequest].map((request) => [
            `${name} to a ${request('').method}`,
            () =>
              withServer(answer, async ({ url, requests }) => {
                await send(transport, request(url)).catch((error: unknown) => {
                  // Whether it may reject here is for other checks; that it takes for ever is for this one.
                  if ((error as { code?: unknown }).code === 'ERR_ASSERTION') throw error
                })
                equal(requests.length, 1, 'it was not sent exactly once')
              }),
          ]),
        ),
      ),
    ),
}
