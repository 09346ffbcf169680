import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'

/** What the application is started with. */
export interface StartOptions {
  /** What it is told at run time, secrets included. */
  readonly env: Readonly<Record<string, string>>
  /** The path that it was built for; empty at the root of the host. */
  readonly basePath?: string
}

/** The application in a process of its own. */
export interface Started {
  /** Where it listens, without a path. */
  readonly url: string
  close(): Promise<void>
}

/** Starts the production build, `next start`, on a port of the system's choice. @throws {Error} with what it printed, when it ends before that. */
export async function start({ env, basePath = '' }: StartOptions): Promise<Started> {
  const next = createRequire(import.meta.url).resolve('next/dist/bin/next')
  const { NODE_OPTIONS: _, ...inherited } = process.env
  const child = spawn(process.execPath, [next, 'start', '--hostname', '127.0.0.1', '--port', '0'], {
    cwd: import.meta.dirname,
    env: { ...inherited, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', BASE_PATH: basePath, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const url = await addressOf(child)
  return {
    url,
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = ''
    const read = (chunk: string): void => {
      output += chunk
      const address = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0]
      if (address !== undefined && output.includes('Ready')) resolve(address)
    }
    child.stdout?.setEncoding('utf8').on('data', read)
    child.stderr?.setEncoding('utf8').on('data', read)
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`next start ended with ${code}:\n${output}`)))
  })
}
