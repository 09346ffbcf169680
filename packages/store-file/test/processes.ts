import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { build } from 'esbuild'
import type { Job } from './worker.js'

/** A process of a test. */
export interface Worker {
  readonly child: ChildProcess
  /** What it prints. */
  readonly lines: AsyncIterableIterator<string>
  /** The rest of what it prints, once it is over. */
  rest(): Promise<readonly string[]>
}

/** A folder that is removed with everything in it. */
export interface Folder {
  readonly path: string
  remove(): void
}

export function temporaryFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'store-file-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

export interface Workers {
  /** Starts one. `shell` is said by a shell before. */
  start(job: Job, options?: { readonly shell?: string }): Worker
  /** Ends those that are left after a test that failed, stopped ones too. */
  end(): void
}

/** Makes the worker a program that Node can run. */
export async function workers(folder: string): Promise<Workers> {
  const outfile = join(folder, 'worker.mjs')
  await build({
    entryPoints: [join(import.meta.dirname, 'worker.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@oauth/source'],
    logLevel: 'error',
  })
  const children: ChildProcess[] = []
  return {
    start(job, { shell = ':' } = {}) {
      const child = spawn('sh', ['-c', `${shell}; exec "$0" "$@"`, process.execPath, outfile, JSON.stringify(job)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      children.push(child)
      const closed = once(child, 'close')
      const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
      return {
        child,
        lines,
        async rest() {
          const all: string[] = []
          for await (const line of lines) all.push(line)
          await closed
          return all
        },
      }
    },
    end() {
      for (const child of children) child.kill('SIGKILL')
    },
  }
}

/** Waits until a process that is about to stop itself has stopped. */
export function stopped({ child }: Worker): void {
  while (!execFileSync('ps', ['-o', 'stat=', '-p', String(child.pid)], { encoding: 'utf8' }).startsWith('T'));
}
