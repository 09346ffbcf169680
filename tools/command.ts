import { spawnSync } from 'node:child_process'

/** What a finished command left. */
export interface Finished {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command to its end and tells what it printed, whatever its exit code. */
export function finish(file: string, args: readonly string[], cwd?: string): Finished {
  const { status, stdout, stderr, error } = spawnSync(file, args, { cwd, encoding: 'utf8', maxBuffer: 2 ** 28 })
  if (error) throw error
  return { status, stdout, stderr }
}

/** Runs a command that has to succeed and returns what it wrote to standard output. */
export function succeed(file: string, args: readonly string[], cwd?: string): string {
  const { status, stdout, stderr } = finish(file, args, cwd)
  if (status !== 0) throw new Error(`${[file, ...args].join(' ')} ended with ${status}\n${stdout}${stderr}`)
  return stdout
}
