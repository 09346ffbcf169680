import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { writeSnippet } from './write-snippet.ts'

/** A snippet that runs as a process of its own, as a reader would run it. */
export interface Running {
  readonly process: ChildProcess
  /** Resolves when it has ended by itself. */
  ended(): Promise<{ code: number | null; output: string }>
  stop(): Promise<void>
}

/** Replaces what the document leaves to the reader (issuer, credentials, ports) and starts the code. */
export async function runSnippet(name: string, code: string, replacements: Readonly<Record<string, string>>): Promise<Running> {
  const file = await writeSnippet(name, code, replacements)
  const child = spawn(process.execPath, [fileURLToPath(file)], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const exit = once(child, 'close') as Promise<[number | null]>
  return {
    process: child,
    async ended() {
      const [code] = await exit
      return { code, output }
    },
    async stop() {
      child.kill()
      await exit
    },
  }
}
