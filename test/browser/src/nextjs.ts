import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Application, Started, StartOptions } from './application.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const FOLDER = fileURLToPath(new URL('../../../examples/nextjs-ky/', import.meta.url))

/** `examples/nextjs-ky`: a production build, in a process of its own. */
export const nextjs: Application = { name: 'nextjs-ky', title: 'Next.js and ky', knowsBasePath: true, start }

async function start({ env, basePath }: StartOptions): Promise<Started> {
  const { NODE_OPTIONS: _, ...inherited } = process.env
  const variables = { ...inherited, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', BASE_PATH: basePath }
  if (process.env['SKIPB'] === undefined) await build(variables)
  const next = createRequire(FOLDER).resolve('next/dist/bin/next')
  const child = spawn(process.execPath, [next, 'start', '--hostname', '127.0.0.1', '--port', '0'], {
    cwd: FOLDER,
    env: { ...variables, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const url = await new Promise<string>((resolve, reject) => {
    const read = (chunk: string): void => {
      output += chunk
      const address = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0]
      if (address !== undefined && output.includes('Ready')) resolve(address)
    }
    child.stdout.setEncoding('utf8').on('data', read)
    child.stderr.setEncoding('utf8').on('data', read)
    child.once('exit', (code) => reject(new Error(`next start ended with ${code}:\n${output}`)))
  })
  return {
    url,
    async close() {
      const gone = once(child, 'exit')
      if (process.env['DBG']) console.log(output)
      child.kill('SIGKILL')
      await gone
    },
  }
}

/** Builds what is not built yet: turbo knows. */
async function build(env: NodeJS.ProcessEnv): Promise<void> {
  await promisify(execFile)('turbo', ['run', 'build', '--filter=@oauth-example/nextjs-ky'], { cwd: ROOT, env })
}
