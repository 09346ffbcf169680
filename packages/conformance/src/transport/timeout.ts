import { ok } from 'node:assert/strict'
import { cases } from '../check.js'
import { type Answer, withServer } from '../server.js'
import type { TransportCheck } from './check.js'
import { fails, getRequest, tokenRequest } from './send.js'

const TIMEOUT_MS = 300
/** For what a busy machine adds, in ticks. */
const TOLERANCE = 20
const TICK_MS = 50

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
                const { took, ticks } = await timed(() =>
                  fails(transport, request(url, { timeoutMs: TIMEOUT_MS }), { reason: 'timeout', sent: 'maybe' }),
                )
                ok(took > TIMEOUT_MS * 0.8, `it ended after ${took} ms, before the ${TIMEOUT_MS} ms were over`)
                ok(ticks < TIMEOUT_MS / TICK_MS + TOLERANCE, `it ended after ${took} ms instead of ${TIMEOUT_MS} ms`)
              }),
          ]),
        ),
      ),
    ),
}

/**
 * How long something takes, in milliseconds, and how many ticks this process had meanwhile. On a machine that is too busy it has fewer, which is nobody's
 * lateness.
 */
async function timed(action: () => Promise<void>): Promise<{ readonly took: number; readonly ticks: number }> {
  const start = performance.now()
  let ticks = 0
  const timer = setInterval(() => {
    ticks += 1
  }, TICK_MS)
  try {
    await action()
    return { took: Math.round(performance.now() - start), ticks }
  } finally {
    clearInterval(timer)
  }
}
