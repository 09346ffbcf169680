import { ok } from 'node:assert/strict'
import { cases } from '../check.js'
import { type Answer, withServer } from '../server.js'
import type { TransportCheck } from './check.js'
import { fails, getRequest, tokenRequest } from './send.js'

const TIMEOUT_MS = 300
/** For what a busy machine adds. */
const TOLERANCE_MS = 1_500

const silence: Answer = () => undefined
const drip: Answer = (response) => {
  response.writeHead(200, { 'content-type': 'application/json' })
  const timer = setInterval(() => response.write(' '), 50)
  response.on('close', () => clearInterval(timer))
}

export const timeout: TransportCheck = {
  id: 'transport.timeout',
  title: 'timeoutMs is the time for the whole answer, its body included',
  run: (transport) =>
    cases(
      Object.fromEntries(
        Object.entries({ silence, 'a byte now and then': drip }).flatMap(([name, answer]) =>
          [getRequest, tokenRequest].map((request) => [
            `${name}, to a ${request('').method}`,
            () =>
              withServer(answer, async ({ url }) => {
                const start = performance.now()
                await fails(transport, request(url, { timeoutMs: TIMEOUT_MS }), { reason: 'timeout', sent: 'maybe' })
                const took = performance.now() - start
                ok(took > TIMEOUT_MS * 0.8, `it ended after ${Math.round(took)} ms, before the ${TIMEOUT_MS} ms were over`)
                ok(took < TIMEOUT_MS + TOLERANCE_MS, `it ended after ${Math.round(took)} ms instead of ${TIMEOUT_MS} ms`)
              }),
          ]),
        ),
      ),
    ),
}
