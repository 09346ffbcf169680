import { createClient } from 'redis'
import type { RedisServer } from './redis-server.js'

export interface Monitor {
  /** The commands that clients sent while `act` ran, by their names. What scripts do inside the server is none. */
  commandsOf(act: () => unknown): Promise<readonly string[]>
  stop(): void
}

/** Listens to all that a server is sent. */
export async function startMonitor(server: RedisServer): Promise<Monitor> {
  let lines: string[] = []
  const waiting = new Map<string, () => void>()
  const client = await createClient({ url: server.url }).connect()
  await client.monitor((reply) => {
    const line = String(reply)
    lines.push(line)
    for (const [mark, heard] of waiting) if (line.includes(mark)) heard()
  })

  /** What comes after it was sent later. */
  async function mark(): Promise<void> {
    const name = `mark-${crypto.randomUUID()}`
    const heard = new Promise<void>((resolve) => waiting.set(name, resolve))
    await server.ask('ECHO', name)
    await heard
    waiting.delete(name)
  }

  return {
    async commandsOf(act) {
      await mark()
      lines = []
      await act()
      const seen = lines
      await mark()
      return seen
        .filter(isFromClient)
        .map(commandOf)
        .filter((command) => !SETUP.has(command))
    },
    stop: () => client.destroy(),
  }
}

/** What connections say at their beginning, those of the mark too. */
const SETUP = new Set(['hello', 'client', 'echo'])

function isFromClient(line: string): boolean {
  return !/^\S+ \[\d+ lua\]/.test(line)
}

function commandOf(line: string): string {
  return /"([^"]*)"/.exec(line)?.[1]?.toLowerCase() ?? ''
}
