import { rm } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Does what only one process of this machine may do at a time: test files run in several. Who comes meanwhile waits until the other one is done, or
 * dead, which the end of a connection tells.
 */
export async function alone(name: string, work: () => Promise<void>): Promise<void> {
  const path = join(tmpdir(), `${name}.sock`)
  const waiting = new Set<Socket>()
  const server = createServer((socket) => waiting.add(socket.on('error', () => socket.destroy())))
  while (!(await listens(server, path))) await ended(path)
  try {
    await work()
  } finally {
    server.close()
    for (const socket of waiting) socket.destroy()
  }
}

function listens(server: Server, path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(false) : reject(error)))
    server.listen(path, () => resolve(true))
  })
}

/** Waits for the one who listens. A socket that nobody listens to is left from a process that was killed. */
async function ended(path: string): Promise<void> {
  const isLeft = await new Promise<boolean>((resolve) => {
    const socket = connect(path).resume()
    socket.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'ECONNREFUSED'))
    socket.on('close', () => resolve(false))
  })
  if (isLeft) await rm(path, { force: true })
}
