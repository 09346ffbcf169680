import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** What the token endpoint does with the next request, after it has taken the refresh token or in place of that. */
export type Answering =
  /** Answers. */
  | 'answer'
  /** Rotates the token, and answers when it is told to. */
  | 'hold'
  /** Rotates the token, and breaks off in the middle of the answer. */
  | 'reset'
  /** Is not well. */
  | 503
  /** Wants to be left alone for a second. */
  | 429

/** An authorization server that rotates refresh tokens and ends the family when a spent one comes again, and an API beside it. */
export interface TokenServer {
  readonly origin: string
  /** Refresh tokens in the order they came in. */
  readonly presented: string[]
  /** Whether a spent token brings a new one, as at servers that allow for a client that did not hear. */
  grace: boolean
  /** What is done with the next requests; with those after them, `answer`. */
  readonly next: Answering[]
  /** Resolves when a request is held, or was. */
  held(): Promise<void>
  /** Answers what is held. */
  release(): void
  /** Tokens of a login, expired already. */
  login(): { access_token: string; refresh_token: string; token_type: string; expires_in: number; expires_at: number }
  stop(): Promise<void>
}

export async function startTokenServer(): Promise<TokenServer> {
  const presented: string[] = []
  const spent = new Set<string>()
  const live = new Set<string>()
  const next: Answering[] = []
  const holding = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  let isOver = false
  let count = 0

  function issue() {
    count += 1
    live.add(`access-${count}`)
    return { access_token: `access-${count}`, refresh_token: `refresh-${count}`, token_type: 'Bearer', expires_in: 3600 }
  }

  async function token(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refreshToken = new URLSearchParams(await text(request)).get('refresh_token') ?? ''
    presented.push(refreshToken)
    const answering = next.shift() ?? 'answer'
    if (typeof answering === 'number') {
      response.writeHead(answering, answering === 429 ? { 'retry-after': '1' } : {}).end()
      return
    }
    if (spent.has(refreshToken) && !server.grace) {
      isOver = true
      live.clear()
    }
    spent.add(refreshToken)
    const [status, body] = isOver ? [400, { error: 'invalid_grant' }] : [200, issue()]
    if (answering === 'hold') {
      holding.resolve()
      await released.promise
    }
    const json = JSON.stringify(body)
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) })
    if (answering === 'reset') response.write(json.slice(0, 20), () => response.destroy())
    else response.end(json)
  }

  // Longer than any process here is stopped: one that goes on may use the connection that it had.
  const http = createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
    if (request.url === '/token') void token(request, response)
    else response.writeHead(live.has(request.headers.authorization?.replace('Bearer ', '') ?? '') ? 200 : 401).end()
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))

  const server: TokenServer = {
    origin: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    presented,
    grace: false,
    next,
    held: () => holding.promise,
    release: () => released.resolve(),
    login: () => ({ ...issue(), expires_at: 1 }),
    async stop() {
      released.resolve()
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }
  return server
}
