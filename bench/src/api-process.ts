import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** An API in a process of its own, whose CPU time is not ours. */
export interface ApiProcess {
  readonly url: string
  close(): Promise<void>
}

/** Starts it, on loopback. */
export async function startApi(): Promise<ApiProcess> {
  const child = fork(join(import.meta.dirname, 'api.ts'))
  const [port] = await once(child, 'message')
  return {
    url: `http://127.0.0.1:${port}/items?page=1`,
    async close() {
      const exited = once(child, 'exit')
      child.disconnect()
      await exited
    },
  }
}
