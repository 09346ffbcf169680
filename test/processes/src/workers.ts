import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import type { Outcomes, WorkerOptions } from './worker.js'

/** A process that calls the API with the shared token. */
export interface Worker {
  /** Puts a token into the store. */
  login(token: object): Promise<void>
  /** Makes that many calls at once, and says what came of them; nothing, when the process dies meanwhile. */
  calls(count: number): Promise<Outcomes | undefined>
  signal(name: NodeJS.Signals): void
  /** Resolves when the process has stopped, or is dead. */
  stopped(): Promise<void>
  end(): Promise<void>
}

/** The worker as one program that Node can run as it is. */
export interface Program {
  start(options: WorkerOptions): Promise<Worker>
  remove(): Promise<void>
}

export async function buildWorker(): Promise<Program> {
  const { path, remove } = await buildProgram('worker.ts')
  return { start: (options) => start(path, options), remove }
}

/** A file of this folder, with all that it imports, as one that Node runs as it is. */
export async function buildProgram(source: string): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'worker-'))
  const path = join(folder, 'program.mjs')
  await build({
    entryPoints: [join(import.meta.dirname, source)],
    outfile: path,
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@oauth/source'],
    external: ['pg-native'],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'error',
  })
  return { path, remove: () => rm(folder, { recursive: true, force: true }) }
}

async function start(program: string, options: WorkerOptions): Promise<Worker> {
  const child = fork(program, [JSON.stringify(options)], { execArgv: [] })
  const gone = once(child, 'exit')
  await Promise.race([once(child, 'message'), gone.then(() => Promise.reject(new Error('The worker ended before it was ready.')))])
  return {
    async login(token) {
      const answer = once(child, 'message')
      child.send(token)
      await answer
    },
    async calls(count) {
      const answer = once(child, 'message')
      child.send(count)
      const outcomes = await Promise.race([answer, gone.then(() => undefined)])
      return outcomes?.[0] as Outcomes | undefined
    },
    signal: (name) => void child.kill(name),
    async stopped() {
      while (child.exitCode === null && child.signalCode === null && !(await isStopped(child)));
    },
    async end() {
      child.kill('SIGKILL')
      await gone
    },
  }
}

async function isStopped({ pid }: ChildProcess): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return stat.slice(stat.lastIndexOf(')')).startsWith(') T')
}
