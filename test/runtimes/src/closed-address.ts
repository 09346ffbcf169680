import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'

/** An address where nobody listens, nor will until it is given back. */
export interface ClosedAddress {
  readonly url: string
  close(): Promise<void>
}

/**
 * Takes one: the port from which a connection was made is nobody else's while that lasts, and refuses those who come to it. The port of a server that has
 * been closed is soon another one's.
 */
export async function closedAddress(): Promise<ClosedAddress> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const socket = connect({ host: '127.0.0.1', port })
  await once(socket, 'connect')
  return {
    url: `http://127.0.0.1:${socket.localPort}`,
    async close() {
      socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
