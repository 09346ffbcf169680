import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo, Server, Socket } from 'node:net'
import { Server as TlsServer } from 'node:tls'

/** A server on loopback, and the only way to stop it. */
export interface Listening {
  readonly port: number
  /** `http://127.0.0.1:PORT`, or `https:` of a server with TLS, no trailing slash. */
  readonly url: string
  /** Destroys open sockets, so a test never waits for a keep-alive or for an answer that hangs on purpose. */
  close(): Promise<void>
}

/**
 * Listens on 127.0.0.1 only: nothing of a test is reachable from another machine, and "localhost" stays a second,
 * different site for tests that need one.
 */
export function listen(handler: RequestListener, port = 0): Promise<Listening> {
  return listening(createServer(handler), port)
}

/** The same for a server that was made already, such as one with TLS. */
export async function listening(server: Server, port = 0): Promise<Listening> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const bound = (server.address() as AddressInfo).port
  let closing: Promise<void> | undefined
  return {
    port: bound,
    url: `${server instanceof TlsServer ? 'https' : 'http'}://127.0.0.1:${bound}`,
    close() {
      closing ??= new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      })
      return closing
    },
  }
}
