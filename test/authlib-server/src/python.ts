import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** A Python that has what the server needs, or why there is none. */
export type Python = { readonly command: string; readonly missing?: undefined } | { readonly command?: undefined; readonly missing: string }

const run = promisify(execFile)

/** Debian installs its packages for its own Python alone, which is not always the first on the path. */
const CANDIDATES: readonly string[] = ['python3', '/usr/bin/python3']

/** Looks for a Python with Authlib and Flask. */
export async function findPython(candidates: readonly string[] = CANDIDATES): Promise<Python> {
  const reasons: string[] = []
  for (const command of candidates) {
    try {
      await run(command, ['-B', '-c', 'import authlib.integrations.flask_oauth2'], { timeout: 30_000 })
      return { command }
    } catch (error) {
      reasons.push(`${command}: ${reasonOf(error)}`)
    }
  }
  return { missing: `no Python with Authlib and Flask (Debian: python3-authlib, python3-flask): ${reasons.join('; ')}` }
}

/** The last line that Python prints says what is missing; where there is no Python, Node does. */
function reasonOf(error: unknown): string {
  const { stderr, message } = error as { readonly stderr?: string; readonly message: string }
  return stderr?.trim().split('\n').at(-1) || message
}
