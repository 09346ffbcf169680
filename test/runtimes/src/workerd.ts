import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { bundle } from './bundle.ts'
import { installed } from './installed.ts'
import type { Runtime } from './runtime.ts'
import type { Report } from './suite/suite.ts'

const FOUND = installed('workerd', 'bin/workerd')

/** As of this day Workers have Node's modules unasked. */
export const WORKERD: Runtime = workerd('2026-11-01', { nodeCrypto: true })

/** A Worker that nobody has touched for long: no module of Node, and no option `cache` of `fetch`. */
export const OLD_WORKERD: Runtime = workerd('2022-11-30', { nodeCrypto: false })

/** Longest time until it listens, and for the whole suite, in milliseconds. */
const TIME_LIMIT_MS = 60_000

/** The runtime of Cloudflare's Workers, as it was on a day: a Worker's compatibility date. */
function workerd(date: string, { nodeCrypto }: { readonly nodeCrypto: boolean }): Runtime {
  return {
    name: `workerd of ${date}`,
    identity: FOUND && { userAgent: /^Cloudflare-Workers$/, nodeCrypto },
    tellsFailures: false,
    explains: true,
    async run(controlUrl) {
      const folder = mkdtempSync(join(tmpdir(), 'oauth-workerd-'))
      try {
        writeFileSync(join(folder, 'worker.js'), await bundle('worker.ts', ['workerd', 'worker', 'browser']))
        writeFileSync(join(folder, 'config.capnp'), configuration(date, controlUrl))
        return await served(join(folder, 'config.capnp'))
      } finally {
        rmSync(folder, { recursive: true })
      }
    },
  }
}

/** Not only public addresses may be reached: the servers of the suite are on loopback. */
function configuration(date: string, controlUrl: string): string {
  return `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "suite", worker = .suite),
    (name = "internet", network = (allow = ["local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "suite")],
);
const suite :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  bindings = [(name = "CONTROL_URL", text = ${JSON.stringify(controlUrl)})],
  compatibilityDate = ${JSON.stringify(date)},
);
`
}

async function served(config: string): Promise<Report> {
  const child = spawn(FOUND?.file ?? '', ['serve', config, '--control-fd=3'], { env: {}, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] })
  const printed: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => printed.push(chunk))
  try {
    const response = await fetch(`http://127.0.0.1:${await port(child)}`, { signal: AbortSignal.timeout(TIME_LIMIT_MS) })
    if (!response.ok) throw new Error(`the Worker answered ${response.status}: ${await response.text()}`)
    return (await response.json()) as Report
  } catch (cause) {
    throw new Error(`workerd did not run the suite: ${Buffer.concat(printed)}`, { cause })
  } finally {
    child.kill()
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }
}

/** Reads from the control pipe which port the system has chosen. The pipe ends with the process. */
async function port(child: ChildProcess): Promise<number> {
  for await (const line of createInterface(child.stdio[3] as Readable)) {
    const message = JSON.parse(line) as { readonly event: string; readonly port: number }
    if (message.event === 'listen') return message.port
  }
  throw new Error('it ended before it listened')
}
