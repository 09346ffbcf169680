import { equal } from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import type { Transport } from '@oauth/core/adapter'
import { cases } from '../check.js'
import { inTime } from '../in-time.js'
import { type Answer, withServer } from '../server.js'
import type { TransportCheck } from './check.js'
import { fails, tokenRequest } from './send.js'

const silence: Answer = () => undefined
const stall: Answer = (response) => void response.writeHead(200).write('{')

async function abortedOn(transport: Transport, answer: Answer): Promise<void> {
  await withServer(answer, async ({ url, next }) => {
    const caller = new AbortController()
    const arrived = next()
    const outcome = fails(transport, tokenRequest(url), { reason: 'aborted', signal: caller.signal })
    // The failure comes first when nothing is sent at all.
    const request = await Promise.race([arrived, outcome.then(() => undefined)])
    // Time for the head of the answer to be read.
    await setTimeout(50)
    caller.abort(new Error('the caller has gone'))
    await outcome
    await inTime(request?.closed ?? Promise.resolve(), 'the connection was not given up')
  })
}

export const abort: TransportCheck = {
  id: 'transport.abort',
  title: 'an aborted signal ends the request with the reason "aborted", and frees the connection',
  run: (transport) =>
    cases({
      'before sending': () =>
        withServer(silence, async ({ url, requests }) => {
          await fails(transport, tokenRequest(url), { reason: 'aborted', signal: AbortSignal.abort() })
          equal(requests.length, 0, 'the request was sent all the same')
        }),
      'while waiting for the answer': () => abortedOn(transport, silence),
      'while the body arrives': () => abortedOn(transport, stall),
    }),
}
