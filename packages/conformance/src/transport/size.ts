import { equal } from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import { cases } from '../check.js'
import { inTime } from '../in-time.js'
import { type Answer, withServer } from '../server.js'
import type { TransportCheck } from './check.js'
import { fails, send, tokenRequest } from './send.js'

const LIMIT = 10_000

function sized(bytes: number, chunked: boolean): Answer {
  return (response) => {
    response.writeHead(200, chunked ? {} : { 'content-length': bytes })
    response.end(Buffer.alloc(bytes, 0x20))
  }
}

/** As fast as it is read, without an end. */
const endless: Answer = (response) => {
  const chunk = Buffer.alloc(65_536, 0x20)
  const pump = () => {
    while (!response.destroyed && response.write(chunk));
  }
  response.on('drain', pump)
  pump()
}

/** Compressed only for who asked for it; small on the wire either way round. */
function compressed(bytes: number): Answer {
  return (response, { headers }) => {
    const body = Buffer.alloc(bytes, 0x20)
    const isAsked = /\bgzip\b/.test(String(headers['accept-encoding'] ?? ''))
    response.writeHead(200, isAsked ? { 'content-encoding': 'gzip' } : {})
    response.end(isAsked ? gzipSync(body) : body)
  }
}

export const size: TransportCheck = {
  id: 'transport.size',
  title: 'maxBytes limits the decoded body, with and without a content length, and what is over it is not waited for',
  run: (transport) => {
    const fits = (answer: Answer) => () =>
      withServer(answer, async ({ url }) => {
        const { body } = await send(transport, tokenRequest(url, { maxBytes: LIMIT }))
        equal(body.length, LIMIT, 'the body came back with another size')
      })
    const exceeds = (answer: Answer) => () =>
      withServer(answer, async ({ url, next }) => {
        const arrived = next()
        await fails(transport, tokenRequest(url, { maxBytes: LIMIT }), { reason: 'too_large', sent: 'maybe' })
        await inTime((await arrived).closed, 'the connection was not given up')
      })
    return cases({
      'exactly maxBytes, with a content length': fits(sized(LIMIT, false)),
      'exactly maxBytes, chunked': fits(sized(LIMIT, true)),
      'exactly maxBytes, gzip': fits(compressed(LIMIT)),
      'one byte more, with a content length': exceeds(sized(LIMIT + 1, false)),
      'one byte more, chunked': exceeds(sized(LIMIT + 1, true)),
      'one byte more, gzip': exceeds(compressed(LIMIT + 1)),
      'a gzip bomb': exceeds(compressed(50_000_000)),
      'a body without an end': exceeds(endless),
    })
  },
}
