import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exitOutcome, type Outcome } from './outcome.ts'
import { vitestOutcome } from './vitest-report.ts'

/** One check of the repository: a script of the root manifest, so that a person can run each alone by the same words. */
export interface Gate {
  readonly script: string
  readonly title: string
  /** Counted test by test instead of as one. */
  readonly vitest?: boolean
  /** Finds the line worth showing when the gate passes; the last one unless given. */
  readonly summary?: RegExp
}

/** Runs a gate and gathers what it prints; never rejects, since a gate that cannot start has failed. */
export function runGate(gate: Gate): Promise<Outcome> {
  return gate.vitest ? runVitest(gate) : runScript(gate.script).then(([status, output]) => exitOutcome(status, output, gate.summary))
}

async function runVitest({ script }: Gate): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'oauth-check-'))
  const file = join(folder, 'report.json')
  const [status, output] = await runScript(script, { TEST_REPORT: file })
  const report = existsSync(file) ? readFileSync(file, 'utf8') : undefined
  rmSync(folder, { recursive: true })
  return vitestOutcome(status, report, output)
}

function runScript(script: string, further: Readonly<Record<string, string>> = {}): Promise<[status: number | null, output: string]> {
  return new Promise((resolve) => {
    // Tools decide by these two whether to colour; a log is read in places that show the codes.
    const { FORCE_COLOR: _, ...env } = process.env
    const child = spawn('pnpm', ['--silent', 'run', script], {
      env: { ...env, ...further, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const chunks: Buffer[] = []
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.on('error', (error) => resolve([null, error.message]))
    child.on('close', (status, signal) => {
      const output = Buffer.concat(chunks).toString()
      resolve([status, signal === null ? output : `${output}\nEnded by ${signal}.`])
    })
  })
}
