import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'

/**
 * - `reset`: reads the request, then resets the connection without an answer.
 * - `reset-mid-body`: head and half of the promised body, then a reset.
 * - `truncated`: the same, but the connection ends politely.
 * - `drip`: head, then one byte every 500 ms for ever.
 * - `silence`: no answer; the connection stays open.
 * - `endless`: a chunked body without an end, as fast as it is read.
 * - `gzip-bomb`: valid JSON, small on the wire, more than 64 MiB when inflated.
 * - `redirect`: `status` (302) and `location`.
 */
export type Fault = 'reset' | 'reset-mid-body' | 'truncated' | 'drip' | 'silence' | 'endless' | 'gzip-bomb' | 'redirect'

export interface FaultAnswer {
  readonly fault: Fault
  readonly status?: number
  readonly headers?: OutgoingHttpHeaders
  /** For `redirect`. */
  readonly location?: string
}

const half = '{"access_token":"'
const json = { 'Content-Type': 'application/json' }

/** Timers live as long as the response: closing the server, or the client going away, ends them. */
const faults: Readonly<Record<Fault, (response: ServerResponse, answer: FaultAnswer) => void>> = {
  reset: (response) => response.socket?.resetAndDestroy(),

  'reset-mid-body': (response, { status = 200, headers }) => {
    response.writeHead(status, { ...json, 'Content-Length': half.length * 2, ...headers })
    // A reset throws away what the peer has not read yet; the pause lets it read the head and the first half.
    response.write(half, () => {
      const timer = setTimeout(() => response.socket?.resetAndDestroy(), 50)
      response.on('close', () => clearTimeout(timer))
    })
  },

  truncated: (response, { status = 200, headers }) => {
    response.writeHead(status, { ...json, 'Content-Length': half.length * 2, ...headers })
    response.write(half, () => response.socket?.end())
  },

  drip: (response, { status = 200, headers }) => {
    response.writeHead(status, { ...json, ...headers })
    response.flushHeaders()
    const timer = setInterval(() => response.write(' '), 500)
    response.on('close', () => clearInterval(timer))
  },

  silence: () => {},

  endless: (response, { status = 200, headers }) => {
    response.writeHead(status, { ...json, ...headers })
    const chunk = Buffer.alloc(65_536, ' ')
    const pump = (): void => {
      while (!response.destroyed && response.write(chunk));
    }
    response.on('drain', pump)
    pump()
  },

  'gzip-bomb': (response, { status = 200, headers }) => {
    const body = gzipBomb()
    response.writeHead(status, { ...json, 'Content-Encoding': 'gzip', 'Content-Length': body.length, ...headers })
    response.end(body)
  },

  redirect: (response, { status = 302, headers, location = '/' }) => {
    response.writeHead(status, { Location: location, 'Content-Length': 0, ...headers })
    response.end()
  },
}

export function commit(response: ServerResponse, answer: FaultAnswer): void {
  faults[answer.fault](response, answer)
}

let bomb: Buffer | undefined

/** Made once: compressing 65 MiB takes a moment. */
function gzipBomb(): Buffer {
  bomb ??= gzipSync(Buffer.concat([Buffer.from('{"pad":"'), Buffer.alloc(65 * 1024 * 1024, 'a'), Buffer.from('"}')]))
  return bomb
}
