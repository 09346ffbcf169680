import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { PostgresServer } from './postgres-server.js'

const folder = fileURLToPath(new URL('../..', import.meta.url))

/** Runs TypeScript as a process that finds the server by its environment, and resolves to its exit code and what it printed. */
export async function runProcess(server: PostgresServer, code: string): Promise<{ readonly code: number | null; readonly output: string }> {
  const { host, user, password, database } = server.connection
  const child = spawn(
    process.execPath,
    ['--conditions=@oauth/source', '--import=./test/testing/typescript-sources.ts', '--input-type=module-typescript', '--eval', code],
    { cwd: folder, env: { ...process.env, PGHOST: host, PGUSER: user, PGPASSWORD: password, PGDATABASE: database } },
  )
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  const [exitCode] = await once(child, 'close')
  return { code: exitCode, output }
}
