import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export interface LossyProxy {
  readonly url: string
  /** Lets the server's next answer get lost, and the connection with it: the server has done what the client does not hear of. */
  loseNextAnswer(): void
  stop(): Promise<void>
}

/** Stands between a client and a server on the loopback. */
export async function startLossyProxy(target: number): Promise<LossyProxy> {
  const open = new Set<Socket>()
  let isLosing = false

  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1')
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(one)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        open.delete(one)
        other.destroy()
      })
    }
    client.pipe(upstream)
    upstream.on('data', (chunk) => {
      if (!isLosing) return void client.write(chunk)
      isLosing = false
      upstream.destroy()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    url: `redis://127.0.0.1:${Object(server.address()).port}`,
    loseNextAnswer() {
      isLosing = true
    },
    async stop() {
      server.close()
      for (const socket of open) socket.destroy()
      await once(server, 'close')
    },
  }
}
