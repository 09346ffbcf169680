/**
 * Runs every gate of the repository and ends with one line that counts what passed and failed: each test of vitest is one, and each other
 * gate is one. All gates run, also after a failure, so that one run shows everything there is to repair.
 */
import { globSync } from 'node:fs'
import { dirname } from 'node:path'
import { closingLine, type Outcome } from './outcome.ts'
import { type Gate, runGate } from './run-gate.ts'

// Gates of one row run at the same time: two processors are enough for them, and none of them measures time. Tests run alone.
const ROWS: readonly (readonly Gate[])[] = [
  [{ script: 'build', title: 'build', summary: /^Tasks:/ }],
  [
    { script: 'lint', title: 'format and lint' },
    { script: 'check:workspace', title: 'manifests' },
    { script: 'check:imports', title: 'import directions' },
  ],
  [{ script: 'typecheck', title: 'types', summary: /^Tasks:/ }],
  [{ script: 'test:unit', title: 'unit tests', vitest: true }],
  [{ script: 'test:tools', title: 'tests of the tools', vitest: true }],
  [{ script: 'test:e2e', title: 'end-to-end tests', vitest: true }],
  [{ script: 'test:web', title: 'the same cases on each framework', vitest: true }],
  [{ script: 'test:runtimes', title: 'the same suite on each runtime', vitest: true }],
  [{ script: 'test:browser', title: 'browser tests', vitest: true }],
  [
    { script: 'check:packages', title: 'packages as published' },
    { script: 'check:size', title: 'size' },
    { script: 'check:snippets', title: 'snippets of the documentation' },
    { script: 'check:links', title: 'links of the documentation' },
    { script: 'check:coverage', title: 'behaviours of Authlib, faults, and their tests' },
    { script: 'knip', title: 'unused code' },
  ],
]

process.chdir(dirname(import.meta.dirname))

const outcomes: Outcome[] = []
const failures: string[] = []
for (const row of ROWS) await Promise.all(row.filter(hasSubject).map(run))

if (failures.length > 0) console.log(`\nFailed: ${failures.join(', ')}`)
console.log(closingLine(outcomes))
// Left to end by itself: what is still in a pipe must arrive before the process is gone.
process.exitCode = failures.length > 0 ? 1 : 0

async function run(gate: Gate): Promise<void> {
  const start = performance.now()
  console.log(`run   ${gate.title} (pnpm ${gate.script})`)
  const outcome = await runGate(gate)
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  outcomes.push(outcome)
  if (outcome.failed > 0) failures.push(gate.title)
  console.log(`${outcome.failed > 0 ? 'FAIL' : 'pass'}  ${gate.title}, ${seconds} s${outcome.summary === '' ? '' : `: ${outcome.summary}`}`)
  // Where something failed, they are in the output.
  for (const line of outcome.failed > 0 ? [outcome.output] : outcome.skips) console.log(line)
}

/** The folder of browser tests may be empty; any other gate without a subject is a failure. */
function hasSubject({ script }: Gate): boolean {
  return script !== 'test:browser' || globSync('test/browser/**/*.test.ts', { exclude: (name) => name.includes('node_modules') }).length > 0
}
