import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from 'redis'

/** Why there is nothing to test against; `undefined` where `redis-server` is in the PATH. */
export const noRedis: string | undefined =
  spawnSync('redis-server', ['--version']).status === 0 ? undefined : 'redis-server is not in the PATH: install Redis to run these tests'

export interface RedisServer {
  readonly url: string
  readonly port: number
  /** Where the other nodes of a cluster reach this one. */
  readonly busPort: number
  /** Sends one command as it is, and returns the answer as text. */
  ask(...command: string[]): Promise<string>
  /** Kills the server and starts another in its place, with nothing of its data. */
  restart(): Promise<void>
  /** Sends a signal, such as SIGSTOP and SIGCONT. */
  signal(name: NodeJS.Signals): void
  stop(): Promise<void>
}

/**
 * Starts `redis-server` on a free port of the loopback, without persistence. `options` are further arguments, such as `--requirepass`, `pw`.
 * A node of a cluster is given a port for the others.
 */
export async function startRedis(options: readonly string[] = []): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'redis-'))
  const { port, busPort, ...launched } = await launch(folder, options)
  let { child } = launched
  const url = `redis://127.0.0.1:${port}`
  const client = await createClient({ url })
    .on('error', () => {})
    .connect()

  return {
    url,
    port,
    busPort,
    ask: async (...command) => String(await client.sendCommand(command)),
    async restart() {
      await end(child, 'SIGKILL')
      child = await launchAt({ port, busPort }, folder, options)
    },
    signal: (name) => void child.kill(name),
    async stop() {
      client.destroy()
      await end(child, 'SIGTERM')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

interface Ports {
  readonly port: number
  readonly busPort: number
}

/** Another process may take a free port before the server does: then on with the next. */
async function launch(folder: string, options: readonly string[]): Promise<Ports & { child: ChildProcess }> {
  for (let attempt = 1; ; attempt += 1) {
    const ports = { port: await freePort(), busPort: await freePort() }
    try {
      return { ...ports, child: await launchAt(ports, folder, options) }
    } catch (error) {
      if (attempt === 5) throw error
    }
  }
}

async function launchAt({ port, busPort }: Ports, folder: string, options: readonly string[]): Promise<ChildProcess> {
  const bus = options.includes('--cluster-enabled') ? ['--cluster-port', String(busPort)] : []
  const own = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder]
  const args = [...own, ...bus, ...options]
  const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let log = ''
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    log += chunk
    if (!log.includes('Ready to accept connections')) continue
    child.stdout.resume()
    return child
  }
  throw new Error(`redis-server did not start:\n${log}`)
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill(signal)
  // What was stopped by SIGSTOP hears no other signal than SIGKILL before it goes on.
  child.kill('SIGCONT')
  await gone
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
