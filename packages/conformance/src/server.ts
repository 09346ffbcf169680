import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { TLSSocket, TlsOptions } from 'node:tls'
import { selfSigned } from './certificate.js'

/** A request as it arrived. */
export interface Received {
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** Resolves when the connection, or this exchange on it, is over. */
  readonly closed: Promise<void>
}

/** Answers a request, or does something worse to it. */
export type Answer = (response: ServerResponse, request: Received) => void

/** A server on loopback. */
export interface LoopbackServer {
  /** `http://127.0.0.1:PORT` or `https://…`. */
  readonly url: string
  readonly requests: readonly Received[]
  /** The client certificates, PEM, that TLS connections presented, whether they led to a request or not. */
  readonly certificates: readonly string[]
  /** Resolves with the next request that arrives complete. */
  next(): Promise<Received>
}

/** Runs an action with a server of its own, and ends the server with everything that is still open on it. */
export async function withServer<T>(
  answer: Answer,
  action: (server: LoopbackServer) => Promise<T>,
  { tls }: { readonly tls?: TlsOptions } = {},
): Promise<T> {
  const requests: Received[] = []
  const certificates: string[] = []
  const waiting: ((request: Received) => void)[] = []
  const sockets = new Set<Socket>()

  const listener = async (incoming: IncomingMessage, response: ServerResponse) => {
    // A client that gives up is what some checks are about.
    response.on('error', () => undefined)
    const closed = new Promise<void>((resolve) => response.once('close', resolve))
    const chunks: Buffer[] = []
    try {
      for await (const chunk of incoming) chunks.push(chunk)
    } catch {
      return
    }
    const { method = '', url = '', headers } = incoming
    const request = { method, url, headers, body: Buffer.concat(chunks), closed }
    requests.push(request)
    for (const tell of waiting.splice(0)) tell(request)
    answer(response, request)
  }

  const server = tls !== undefined ? createTlsServer({ ...selfSigned(), ...tls }, listener) : createServer(listener)
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
  })
  server.on('tlsClientError', () => undefined)
  server.on('secureConnection', (socket: TLSSocket) => {
    const certificate = socket.getPeerX509Certificate()
    if (certificate !== undefined) certificates.push(certificate.toString())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  try {
    return await action({
      url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
      requests,
      certificates,
      next: () => new Promise((resolve) => waiting.push(resolve)),
    })
  } finally {
    for (const socket of sockets) socket.destroy()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }
}

/** An address where nobody listens: a port that was free a moment ago. */
export function vacantUrl(): Promise<string> {
  return withServer(
    () => undefined,
    async ({ url }) => url,
  )
}
