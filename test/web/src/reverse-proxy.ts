import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type Listening, listen, listening } from '@oauth-test/provider'
import type { Certificate } from './certificate.ts'

/** What a reverse proxy is told. */
export interface ProxyOptions {
  /** Where the application is now; undefined while it is started. */
  readonly target: () => string | undefined
  /** Path that is taken away. */
  readonly basePath: string
  /** With it the proxy speaks TLS. */
  readonly certificate?: Certificate | undefined
  /** Sees each answer of the application before the browser does, which waits for it. */
  readonly answering?: ((request: IncomingMessage, status: number) => Promise<void> | void) | undefined
}

/** A reverse proxy as applications have them: it ends TLS, takes a path away, and says so in the headers that everybody uses. */
export function startReverseProxy({ target, basePath, certificate, answering }: ProxyOptions): Promise<Listening> {
  function handle(incoming: IncomingMessage, answer: ServerResponse): void {
    const to = target()
    if (to === undefined) {
      answer.writeHead(502).end()
      return
    }
    const { hostname, port } = new URL(to)
    const url = incoming.url ?? '/'
    const path = basePath !== '' && url.startsWith(basePath) ? url.slice(basePath.length).replace(/^(?!\/)/, '/') : url
    const { host = '', ...headers } = incoming.headers
    const forwarded = {
      'x-forwarded-host': host,
      'x-forwarded-proto': certificate === undefined ? 'http' : 'https',
      'x-forwarded-for': '127.0.0.1',
    }
    const outgoing = request(
      { hostname, port, path, method: incoming.method, headers: { ...headers, host, ...forwarded }, agent: false },
      async (response) => {
        await answering?.(incoming, response.statusCode ?? 502)
        answer.writeHead(response.statusCode ?? 502, response.rawHeaders)
        response.pipe(answer)
        response.on('error', () => answer.destroy())
      },
    )
    // A browser sees the connection end when the application is killed.
    outgoing.on('error', () => (answer.headersSent ? answer.destroy() : answer.writeHead(502).end()))
    answer.on('close', () => outgoing.destroy())
    incoming.pipe(outgoing)
  }
  return certificate === undefined ? listen(handle) : listening(createTlsServer(certificate, handle))
}
