import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

/** A snippet that runs as a process of its own, as a reader would run it. */
export interface Running {
  readonly process: ChildProcess
  /** Resolves when it has ended by itself. */
  ended(): Promise<{ code: number | null; output: string }>
  stop(): Promise<void>
}

/** Where snippets are written: inside this package, so that they find the workspace's packages as an application finds installed ones. */
const folder = new URL('../.snippets/', import.meta.url)

/** Replaces what the document leaves to the reader (issuer, credentials, ports) and starts the code. */
export async function runSnippet(name: string, code: string, replacements: Readonly<Record<string, string>>): Promise<Running> {
  await mkdir(folder, { recursive: true })
  const file = new URL(`${name}.ts`, folder)
  let text = code
  for (const [placeholder, value] of Object.entries(replacements)) {
    if (!text.includes(placeholder)) throw new Error(`The snippet "${name}" has no ${placeholder} to replace.`)
    text = text.replaceAll(placeholder, value)
  }
  await writeFile(file, text)
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
