import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { AppOptions } from './app.js'
import { buildProgram } from './workers.js'

/** An instance of the application: a process of its own. */
export interface Instance {
  readonly url: string
  /** Ends it by SIGKILL: it has no time to do anything more. */
  kill(): Promise<void>
}

/** The application as one program that Node can run as it is. */
export interface App {
  start(options: AppOptions): Promise<Instance>
  remove(): Promise<void>
}

export async function buildApp(): Promise<App> {
  const { path, remove } = await buildProgram('app.ts')
  return { start: (options) => start(path, options), remove }
}

async function start(program: string, options: AppOptions): Promise<Instance> {
  const child = fork(program, [JSON.stringify(options)], { execArgv: [] })
  const gone = once(child, 'exit')
  const dead = gone.then(() => Promise.reject(new Error('The application ended before it listened.')))
  const [url] = (await Promise.race([once(child, 'message'), dead])) as [string]
  return {
    url,
    async kill() {
      child.kill('SIGKILL')
      await gone
    },
  }
}
