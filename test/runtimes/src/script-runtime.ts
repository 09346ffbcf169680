import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Report } from './suite/suite.ts'

const SUITE = fileURLToPath(new URL('suite/process.ts', import.meta.url))

/** Longest time for the whole suite, in milliseconds. */
const TIME_LIMIT_MS = 60_000

/**
 * Runs the suite's source as a runtime's script. Its packages are found by their names, in `node_modules`, and are the built ones. Of this
 * process's environment the runtime gets nothing, so that no setting of a machine changes what it does.
 */
export async function runScript(file: string, args: readonly string[], controlUrl: string): Promise<Report> {
  const { stdout } = await promisify(execFile)(file, [...args, SUITE, controlUrl], { timeout: TIME_LIMIT_MS, env: {} })
  return JSON.parse(stdout) as Report
}
