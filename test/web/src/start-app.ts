import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createBrowser } from '@oauth-test/provider'
import { APP_CONFIG, type AppConfig } from './app-config.ts'
import { makeCertificate } from './certificate.ts'
import type { App, AppOptions } from './framework.ts'
import { startReverseProxy } from './reverse-proxy.ts'

/** How to start a framework's application, of which {@link startApp} makes the rest. */
export interface Program {
  /** Arguments of Node. The process listens on a port of the system's choice, on loopback. */
  readonly args: readonly string[]
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** Path below which the application itself has its pages, so that the reverse proxy leaves it there. */
  readonly basePath?: string | undefined
  /** Finds the application's address in what the process has printed so far. */
  address(output: string): string | undefined
}

/** Starts an application in a process of its own, behind a reverse proxy whose address stays when the process does not. */
export async function startApp(program: Program, options: AppOptions): Promise<App> {
  const certificate = options.https === true ? await makeCertificate() : undefined
  const secret = randomBytes(32).toString('base64')
  const printed: string[] = []
  let target: string | undefined
  let child: ChildProcess | undefined
  let current = options

  const { basePath: taken = '' } = options
  const proxy = await startReverseProxy({ target: () => target, basePath: taken, certificate })
  const baseUrl = `${proxy.url}${taken}${program.basePath ?? ''}`

  async function start(): Promise<void> {
    const config: AppConfig = { secret, ...current, baseUrl: current.address ?? baseUrl }
    const { NODE_OPTIONS: _, ...inherited } = process.env
    child = spawn(process.execPath, program.args, {
      cwd: program.cwd,
      env: { ...inherited, NODE_ENV: 'production', ...program.env, [APP_CONFIG]: JSON.stringify(config) },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    target = await addressOf(child, program, (text) => printed.push(text))
  }

  async function kill(): Promise<void> {
    target = undefined
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }

  async function stop(): Promise<void> {
    await kill()
    await proxy.close()
  }

  try {
    await start()
  } catch (error) {
    await stop()
    throw error
  }
  return {
    baseUrl,
    browser: (options = {}) => createBrowser({ ...options, ...(certificate === undefined ? {} : { ca: certificate.cert }) }),
    get output() {
      return printed.join('')
    },
    async restart(changed = {}) {
      await kill()
      current = { ...current, ...changed }
      await start()
    },
    stop,
  }
}

function addressOf(child: ChildProcess, program: Program, print: (text: string) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = ''
    const read = (chunk: string): void => {
      output += chunk
      print(chunk)
      const address = program.address(output)
      if (address !== undefined) resolve(address)
    }
    child.stdout?.setEncoding('utf8').on('data', read)
    child.stderr?.setEncoding('utf8').on('data', read)
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`The application ended with ${code} before it listened:\n${output}`)))
  })
}
